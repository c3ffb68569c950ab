import { describe, expect, it } from "vitest";
import { openStorage } from "../storage/index.ts";
import { parseManifest, type RegistrationOptions, Registry, type ServiceDefaults } from "./index.ts";

const DEFAULTS: ServiceDefaults = {
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 600_000,
  idempotencyRetentionMs: 86_400_000,
  workflowRetentionMs: 86_400_000,
  journalRetentionMs: 86_400_000,
  enableLazyState: false,
  retryPolicy: { initialIntervalMs: 500, factor: 2, maxIntervalMs: 60_000, maxAttempts: 70, onMaxAttempts: "Pause" },
  maxJournalRetentionMs: undefined,
};

const parse = (json: object, defaults = DEFAULTS) => parseManifest(Buffer.from(JSON.stringify(json)), defaults);

const manifest = (services: object[]) => ({
  protocolMode: "BIDI_STREAM",
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  services,
});
const greeter = { name: "Greeter", ty: "SERVICE", handlers: [{ name: "greet" }] };

function setUp() {
  const storage = openStorage({
    dataDir: ":memory:",
    durability: "process",
    migrationsDir: new URL("../../migrations", import.meta.url).pathname,
    log: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  let ids = 0;
  const parts = {
    storage,
    clock: { nowMs: () => 1000 + ids, wakeAt: () => () => {} },
    ids: { invocationBytes: () => Buffer.alloc(16), deploymentId: () => `dp_${++ids}` },
  };
  const registry = new Registry(parts);
  const register = async (uri: string, services: object[], options: Partial<RegistrationOptions> = {}) => {
    const discovered = await parse(manifest(services));
    const registered = storage.turns.apply(() =>
      registry.register(
        {
          uri,
          httpVersion: "HTTP/2.0",
          sdkVersion: "sdk/1",
          additionalHeaders: {},
          metadata: {},
          manifest: discovered,
        },
        { force: false, breaking: false, dryRun: false, ...options },
      ),
    );
    storage.turns.end();
    return registered;
  };
  return { registry, register, reload: () => new Registry(parts), storage };
}

describe("a manifest", () => {
  it("gets handler over service over server settings", async () => {
    const { services } = await parse(
      manifest([
        {
          ...greeter,
          abortTimeout: 1,
          retryPolicyMaxAttempts: 3,
          handlers: [{ name: "greet", abortTimeout: 2, retryPolicyOnMaxAttempts: "KILL" }, { name: "other" }],
        },
      ]),
    );
    const [greet, other] = [...(services[0]?.handlers.values() ?? [])];
    expect(greet).toMatchObject({
      abortTimeoutMs: 2,
      inactivityTimeoutMs: 60_000,
      retryPolicy: { maxAttempts: 3, onMaxAttempts: "Kill", factor: 2 },
    });
    expect(other).toMatchObject({ abortTimeoutMs: 1, retryPolicy: { maxAttempts: 3, onMaxAttempts: "Pause" } });
  });

  it("gets the handler types of its service where it names none", async () => {
    const { services } = await parse(
      manifest([
        { name: "O", ty: "VIRTUAL_OBJECT", handlers: [{ name: "a" }, { name: "b", ty: "SHARED" }] },
        { name: "W", ty: "WORKFLOW", handlers: [{ name: "run", ty: "WORKFLOW" }, { name: "run2" }] },
        greeter,
      ]),
    );
    const types = services.map((service) => [...service.handlers.values()].map((handler) => handler.type));
    expect(types).toEqual([["Exclusive", "Shared"], ["Workflow", "Shared"], [undefined]]);
  });

  it("cannot keep journals longer than the server allows (RT0022)", async () => {
    const defaults = { ...DEFAULTS, maxJournalRetentionMs: 5 };
    const { services } = await parse(manifest([{ ...greeter, journalRetention: 10 }]), defaults);
    expect(services[0]?.handlers.get("greet")?.journalRetentionMs).toBe(5);
  });

  it("cannot ask for more than the server's other limits either", async () => {
    const limits = { ...DEFAULTS, maxIdempotencyRetentionMs: 6, maxWorkflowRetentionMs: 7, maxRetryAttempts: 8 };
    const run = { name: "run", ty: "WORKFLOW", workflowCompletionRetention: 100 };
    const { services } = await parse(
      manifest([{ name: "W", ty: "WORKFLOW", idempotencyRetention: 100, handlers: [run, { name: "sig" }] }]),
      limits,
    );
    expect(services[0]?.handlers.get("run")).toMatchObject({ workflowRetentionMs: 7, retryPolicy: { maxAttempts: 8 } });
    expect(services[0]?.handlers.get("sig")).toMatchObject({ idempotencyRetentionMs: 6 });
    const endless = { ...limits, retryPolicy: { ...DEFAULTS.retryPolicy, maxAttempts: null } };
    expect((await parse(manifest([greeter]), endless)).services[0]?.settings.retryPolicy.maxAttempts).toBe(8);
  });

  it.each(["restate", "Restate", "restate.x", "restatex", "openapi"])(
    "with a service %s is refused with META0005",
    async (name) => {
      await expect(parse(manifest([{ ...greeter, name }]))).rejects.toMatchObject({ status: 400, code: "META0005" });
    },
  );

  it.each([
    ["an exclusive handler in a service", { ...greeter, handlers: [{ name: "h", ty: "EXCLUSIVE" }] }],
    ["a workflow handler in a service", { ...greeter, handlers: [{ name: "h", ty: "WORKFLOW" }] }],
    ["a workflow handler in an object", { name: "O", ty: "VIRTUAL_OBJECT", handlers: [{ name: "h", ty: "WORKFLOW" }] }],
    ["an exclusive handler in a workflow", { name: "W", ty: "WORKFLOW", handlers: [{ name: "run", ty: "EXCLUSIVE" }] }],
    [
      "a public handler in a private service",
      { ...greeter, ingressPrivate: true, handlers: [{ name: "h", ingressPrivate: false }] },
    ],
    [
      "workflow retention of a handler that is no workflow's",
      { ...greeter, handlers: [{ name: "h", workflowCompletionRetention: 5 }] },
    ],
    [
      "idempotency retention of a workflow's run",
      { name: "W", ty: "WORKFLOW", handlers: [{ name: "run", ty: "WORKFLOW", idempotencyRetention: 5 }] },
    ],
    ["an input that is no content type", { ...greeter, handlers: [{ name: "h", input: { contentType: "bad bad" } }] }],
  ])("with %s is refused with 400", async (_what, service) => {
    await expect(parse(manifest([service]))).rejects.toMatchObject({ status: 400 });
  });

  it.each(["*/*", "text/*", "application/json; charset=utf-8"])("takes %s as input", async (contentType) => {
    const { services } = await parse(manifest([{ ...greeter, handlers: [{ name: "h", input: { contentType } }] }]));
    expect(services[0]?.handlers.get("h")?.input?.contentType).toBe(contentType);
  });

  it.each([
    ["an input", { input: { contentType: "application/json", jsonSchema: { type: "text" } } }],
    ["an output", { output: { contentType: "application/json", jsonSchema: "string" } }],
  ])("with %s whose JSON schema is none is refused with 400", async (_what, rule) => {
    const wrong = parse(manifest([{ ...greeter, handlers: [{ name: "h", ...rule }] }]));
    await expect(wrong).rejects.toMatchObject({ status: 400, message: expect.stringContaining("JSON schema") });
  });

  it.each([
    ["no JSON", "{"],
    ["nothing", "{}"],
    ["one with another member", JSON.stringify({ ...manifest([greeter]), other: 1 })],
    ["one of a service with another member", JSON.stringify(manifest([{ ...greeter, other: 1 }]))],
    ["one with a fraction of a millisecond", JSON.stringify(manifest([{ ...greeter, abortTimeout: 1.5 }]))],
    ["one with a bad name", JSON.stringify(manifest([{ ...greeter, name: "a/b" }]))],
  ])("that is %s cannot be decoded", async (_what, text) => {
    const code = "RL_UNDECODABLE_MANIFEST";
    await expect(parseManifest(Buffer.from(text), DEFAULTS)).rejects.toMatchObject({ status: 500, code });
  });

  it.each([
    ["a handler twice", manifest([{ ...greeter, handlers: [{ name: "a" }, { name: "a" }] }])],
    ["a service twice", manifest([greeter, greeter])],
    ["no protocol mode", { ...manifest([greeter]), protocolMode: undefined }],
    ["versions the wrong way round", { ...manifest([greeter]), minProtocolVersion: 8 }],
    ["a version that is none", { ...manifest([greeter]), maxProtocolVersion: 2 ** 31 }],
  ])("with %s is refused with META0013", async (_what, json) => {
    await expect(parse(json)).rejects.toMatchObject({ status: 500, code: "META0013" });
  });

  it("of a protocol that this server does not speak is refused with META0012", async () => {
    const old = { ...manifest([greeter]), minProtocolVersion: 3, maxProtocolVersion: 4 };
    await expect(parse(old)).rejects.toMatchObject({ code: "META0012" });
  });

  it("always allows the first attempt", async () => {
    const { services } = await parse(manifest([{ ...greeter, retryPolicyMaxAttempts: 0 }]));
    expect(services[0]?.settings.retryPolicy.maxAttempts).toBe(1);
  });
});

describe("registration", () => {
  it("survives a restart", async () => {
    const { register, reload } = setUp();
    await register("http://a", [greeter]);
    const registry = reload();
    expect(registry.service("Greeter")).toMatchObject({ revision: 1, deploymentId: "dp_1", type: "Service" });
    expect(registry.service("Greeter")?.handlers.get("greet")?.retryPolicy.maxAttempts).toBe(70);
    expect(registry.deployment("dp_1")?.uri).toBe("http://a");
  });

  it("of a second address makes the next revision; invocations pinned to the first keep theirs", async () => {
    const { register, registry } = setUp();
    await register("http://a", [{ ...greeter, abortTimeout: 1 }]);
    await register("http://b", [greeter]);
    expect(registry.service("Greeter")).toMatchObject({ revision: 2, deploymentId: "dp_2" });
    expect(registry.serviceOn("Greeter", "dp_1")?.handlers.get("greet")?.abortTimeoutMs).toBe(1);
  });

  it("of the same address changes nothing without force and replaces it with force, under the same id", async () => {
    const { register, registry } = setUp();
    await register("http://a", [greeter]);
    expect(await register("http://a", [greeter])).toMatchObject({ isNew: false, deployment: { id: "dp_1" } });
    const forced = await register("http://a", [{ ...greeter, handlers: [{ name: "wave" }] }], { force: true });
    expect(forced).toMatchObject({ isNew: true, deployment: { id: "dp_1" }, services: [{ revision: 2 }] });
    expect([...(registry.service("Greeter")?.handlers.keys() ?? [])]).toEqual(["wave"]);
  });

  it("refuses a changed service type unless told that it breaks (META0006), and accepts a removed handler", async () => {
    const { register } = setUp();
    await register("http://a", [greeter]);
    const changed = { ...greeter, ty: "VIRTUAL_OBJECT" };
    await expect(register("http://b", [changed])).rejects.toMatchObject({ status: 409, code: "META0006" });
    expect(await register("http://b", [changed], { breaking: true })).toMatchObject({ isNew: true });
    await register("http://c", [{ ...changed, handlers: [] }]);
  });

  it("as a dry run changes nothing", async () => {
    const { register, registry } = setUp();
    expect(await register("http://a", [greeter], { dryRun: true })).toMatchObject({ services: [{ revision: 1 }] });
    expect(registry.services()).toEqual([]);
  });

  it("removed gives the service back to the deployment before it, and its revision never comes back", async () => {
    const { register, registry, storage } = setUp();
    await register("http://a", [greeter]);
    await register("http://b", [greeter]);
    storage.turns.apply(() => registry.remove("dp_2"));
    storage.turns.end();
    expect(registry.service("Greeter")?.deploymentId).toBe("dp_1");
    expect(await register("http://c", [greeter])).toMatchObject({ services: [{ revision: 3 }] });
  });
});
