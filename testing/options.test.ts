import { expect, it } from "vitest";
import { service } from "../sdk/index.ts";
import { RestateContainer } from "./container.ts";
import { resolve, type TestEnvironmentOptions } from "./options.ts";

const services = [service({ name: "Greeter", handlers: { greet: async () => "hi" } })];

it.each<[string, Partial<TestEnvironmentOptions>, string]>([
  ["no services", { services: [] }, "services: pass at least one service to test [RL_TEST_BAD_OPTION]"],
  // reason: what a program in JavaScript may say.
  [
    "an unknown clock",
    { clock: "fast" as "real" },
    'clock: "fast" is none of real, virtual, auto [RL_TEST_BAD_OPTION]',
  ],
  ["an unknown storage", { storage: "tape" as "disk" }, 'storage: "tape" is none of memory, disk [RL_TEST_BAD_OPTION]'],
])("refuses %s", (_what, options, message) => {
  expect(() => resolve({ services, ...options })).toThrow(message);
});

it("is in memory, in this process, and on the wall clock by default", () => {
  expect(resolve({ services })).toMatchObject({
    storage: "memory",
    engine: "restate-lite",
    clock: "real",
    ignored: [],
  });
});

it("takes from a container what has a meaning, and lists the rest", () => {
  const container = () =>
    new RestateContainer("1.5")
      .alwaysReplay()
      .withEnvironment({ RESTATE_LOG_FORMAT: "json" })
      .withReuse()
      .disableRetries();
  expect(resolve({ services, container, serviceEndpointAccess: "docker-host" })).toMatchObject({
    alwaysReplay: true,
    disableRetries: true,
    environment: { RESTATE_LOG_FORMAT: "json" },
    ignored: ["serviceEndpointAccess", "container.version 1.5", "container.withReuse"],
  });
});

it("lets the second argument of start go before the option, as the official environment does", () => {
  const plain = () => new RestateContainer();
  expect(resolve({ services, container: () => plain().alwaysReplay() }, plain).alwaysReplay).toBe(false);
});

it("says that a container of another package is ignored", () => {
  expect(resolve({ services, container: () => ({}) }).ignored).toEqual(["container"]);
});
