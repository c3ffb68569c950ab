import * as official from "@restatedev/restate-sdk";
import { expect, test } from "vitest";
import { rpc as ingress } from "../clients/index.ts";
import { serde } from "../core/index.ts";
import { makeCallProxy, makeSendProxy, rpc } from "./index.ts";

const target = { service: "S", key: "k", scope: "s", defaultSerde: serde.json };

function calls(handlers?: Parameters<typeof makeCallProxy>[1]["handlers"]) {
  const made: Record<string, unknown>[] = [];
  const record = (call: object) => made.push(call as Record<string, unknown>);
  return {
    made,
    client: makeCallProxy(record, { ...target, handlers }),
    sendClient: makeSendProxy(record, { ...target, handlers }),
  };
}

test("a method calls the handler of its name, with what the client knows", () => {
  const { made, client } = calls();
  client.greet("Ann");
  expect(made).toEqual([
    {
      service: "S",
      method: "greet",
      key: "k",
      scope: "s",
      parameter: "Ann",
      inputSerde: serde.json,
      outputSerde: serde.json,
    },
  ]);
});

test("options come after the input, or alone", () => {
  const { made, client, sendClient } = calls();
  const headers = { a: "b" };
  client.greet("Ann", rpc.opts({ idempotencyKey: "i", limitKey: "l", headers, name: "n", output: serde.binary }));
  client.ping(rpc.opts({ idempotencyKey: "i" }));
  sendClient.greet("Ann", rpc.sendOpts({ delay: { seconds: 1 }, input: serde.binary }));
  sendClient.ping(rpc.sendOpts({ delay: 5 }));
  sendClient.ping();
  expect(made[0]).toMatchObject({ parameter: "Ann", idempotencyKey: "i", limitKey: "l", headers, name: "n" });
  expect(made[0]).toMatchObject({ outputSerde: serde.binary });
  expect(made[1]).toMatchObject({ idempotencyKey: "i", parameter: undefined });
  expect(made[2]).toMatchObject({ parameter: "Ann", delay: { seconds: 1 }, inputSerde: serde.binary });
  expect(made[3]).toMatchObject({ delay: 5, parameter: undefined });
  expect(made[4]).toMatchObject({ delay: undefined, parameter: undefined });
});

test("options of the official SDK are options, too", () => {
  const { made, client } = calls();
  client.greet("Ann", official.rpc.opts({ idempotencyKey: "i" }));
  expect(made[0]).toMatchObject({ parameter: "Ann", idempotencyKey: "i" });
});

test("serdes of the definition go before the default, and options before those", () => {
  const { made, client } = calls({ greet: { _inputSerde: serde.binary, _outputSerde: serde.empty } });
  client.greet("Ann");
  client.greet("Ann", rpc.opts({ input: serde.json }));
  client.other("Ann");
  expect(made[0]).toMatchObject({ inputSerde: serde.binary, outputSerde: serde.empty });
  expect(made[1]).toMatchObject({ inputSerde: serde.json, outputSerde: serde.empty });
  expect(made[2]).toMatchObject({ inputSerde: serde.json, outputSerde: serde.json });
});

test("an input that is undefined is one", () => {
  const { made, client } = calls();
  client.greet(undefined, rpc.opts({ name: "n" }));
  expect(made[0]).toMatchObject({ parameter: undefined, name: "n" });
});

test("arguments that no handler takes are a mistake, named", () => {
  const { client } = calls();
  const code = "RL_SDK_CLIENT_ARGUMENTS";
  expect(() => client.greet("Ann", { idempotencyKey: "i" })).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(/^S\/greet was called with 2 arguments/) }),
  );
  expect(() => client.greet("Ann", 1, rpc.opts({}))).toThrow(expect.objectContaining({ code }));
});

test("a method is made once", () => {
  const { client } = calls();
  expect(client.greet).toBe(client.greet);
  const { greet } = client;
  expect(() => greet("Ann")).not.toThrow();
});

test("a client is no promise: an async function may return it", async () => {
  const { made, client } = calls();
  expect(await (async () => client)()).toBe(client);
  expect(made).toEqual([]);
});

test("an option that nobody reads is a mistake, named", () => {
  const { client, sendClient, made } = calls();
  const unknown = (message: RegExp) =>
    expect.objectContaining({ code: "RL_SDK_UNKNOWN_OPTION", message: expect.stringMatching(message) });
  expect(() => client.greet("Ann", rpc.opts({ idempotencykey: "i" } as never))).toThrow(
    unknown(/^A call of S\/greet has no option "idempotencykey"\. Its options are .*idempotencyKey/),
  );
  expect(() => client.greet(rpc.sendOpts({ delay: 5 }))).toThrow(unknown(/no option "delay"/));
  expect(() => sendClient.greet("Ann", official.rpc.sendOpts({ delayMs: 5 } as never))).toThrow(
    unknown(/^A send to S\/greet has no option "delayMs"/),
  );
  client.greet("Ann", rpc.opts({ whatever: undefined } as never));
  expect(made).toHaveLength(1);
});

test("options that the rpc of an ingress client made are options, and no input", () => {
  const { client, sendClient, made } = calls();
  client.ping(ingress.opts({ idempotencyKey: "i" }));
  sendClient.ping(ingress.sendOpts({ delay: 5 }));
  expect(made[0]).toMatchObject({ parameter: undefined, idempotencyKey: "i" });
  expect(made[1]).toMatchObject({ parameter: undefined, delay: 5 });
  expect(() => client.ping(ingress.opts({ timeout: 5 }))).toThrow(/no option "timeout"/);
});

test("the members of every object are names of handlers like any other", () => {
  const { made, client, sendClient } = calls();
  for (const name of ["constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf"]) {
    const each = client[name] as (input: string) => unknown;
    each("Ann");
    expect(made.at(-1)).toMatchObject({ method: name, parameter: "Ann", inputSerde: serde.json });
    const send = sendClient[name] as (input: string) => unknown;
    send("Bo");
    expect(made.at(-1)).toMatchObject({ method: name, parameter: "Bo", inputSerde: serde.json });
  }
});

test("a client as a text makes no call", () => {
  const { made, client, sendClient } = calls();
  expect([`${client}`, `${sendClient}`, [client].join()]).toEqual(Array(3).fill("[object Object]"));
  expect(made).toEqual([]);
});
