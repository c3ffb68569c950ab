import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { end, output, setState } from "../engine/sdk-messages.fixture.ts";
import { Transcript } from "../engine/transcript.fixture.ts";
import { errorHandler } from "./answers.ts";
import { parseJson } from "./json-body.ts";
import { stateRoutes } from "./state.ts";

let t: Transcript;
let url: string;
let close: () => void;

beforeAll(async () => {
  t = new Transcript();
  const app = express();
  app.use(parseJson);
  app.use("/state", stateRoutes({ engine: t.engine, registry: t.registry, turns: t.storage.turns }));
  app.use(errorHandler(() => {}));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`;
  close = () => void server.close();
});
afterAll(() => close());

const base64 = (text: string) => Buffer.from(text).toString("base64");
const entries = (named: Record<string, string>) =>
  Object.entries(named).map(([name, value]) => ({ name: base64(name), value: base64(value) }));

async function ask(method: string, query: Record<string, string>, body?: object) {
  const answer = await fetch(`${url}?${new URLSearchParams(query)}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? undefined : JSON.parse(text) };
}

describe("/restate-lite/state", () => {
  const of = { service: "Counter", key: "a/../b ü" };

  it("replaces the state that was read, and refuses what was read before another change", async () => {
    const { json: before } = await ask("GET", of);
    expect(before).toEqual({ version: expect.stringMatching(/^rl1_/), entries: [], queue: [], waiting: 0 });
    const applied = await ask("PUT", of, { entries: entries({ n: "1", "": "\u0000ÿ" }), version: before.version });
    expect(applied).toEqual({ status: 200, json: { outcome: "applied", version: expect.any(String) } });
    const refused = await ask("PUT", of, { entries: entries({ n: "2" }), version: before.version });
    expect(refused).toMatchObject({ status: 409, json: { message: expect.stringContaining("has changed since") } });
    const { json: after } = await ask("GET", of);
    expect(after.version).toBe(applied.json.version);
    expect(after.entries).toEqual(entries({ "": "\u0000ÿ", n: "1" }));
    expect((await ask("PUT", of, { entries: [] })).status).toBe(200);
    expect((await ask("GET", of)).json.version).toBe(before.version);
  });

  it("keeps scopes apart", async () => {
    const scoped = { ...of, scope: "eu" };
    await ask("PUT", scoped, { entries: entries({ n: "scoped" }) });
    expect((await ask("GET", scoped)).json.entries).toEqual(entries({ n: "scoped" }));
    expect((await ask("GET", of)).json.entries).toEqual([]);
  });

  it("queues a change behind the holder of the key, and shows both", async () => {
    const held = { service: "Counter", key: "held" };
    const holder = t.send("Counter/held/add");
    const next = t.send("Counter/held/add");
    const { version } = (await ask("GET", held)).json;
    const change = { entries: entries({ n: "mine" }), version };
    expect(await ask("PUT", held, change)).toEqual({ status: 202, json: { outcome: "queued", position: 2 } });
    expect((await ask("GET", held)).json).toMatchObject({
      ...{ holder, waiting: 1, entries: [] },
      queue: [
        { position: 1, id: next },
        { position: 2, change: { ...change, leads_to: expect.stringMatching(/^rl1_/) } },
      ],
    });
    t.says(holder, setState("n", "theirs"), output("r"), end);
    t.says(next, output("r"), end);
    expect((await ask("GET", held)).json).toMatchObject({ entries: entries({ n: "theirs" }), queue: [] });
  });

  it("lets a change wait for what another one that waits leads to", async () => {
    const held = { service: "Counter", key: "chained" };
    const holder = t.send("Counter/chained/add");
    const queue = async () => (await ask("GET", held)).json.queue as { change: { leads_to: string } }[];
    const { version } = (await ask("GET", held)).json;
    // Names in another order than the server's, and one of them twice: the later one counts.
    const first = [...entries({ z: "1", "\u00ff": "1", a: "1" }), ...entries({ z: "2" })];
    await ask("PUT", held, { entries: first, version });
    const [one] = await queue();
    await ask("PUT", held, { entries: entries({ z: "3" }), version: one?.change.leads_to });
    const two = (await queue())[1];
    t.says(holder, output("r"), end);
    expect((await ask("GET", held)).json).toEqual({
      ...{ entries: entries({ z: "3" }), version: two?.change.leads_to, queue: [], waiting: 0 },
    });
  });

  it("empties what a service that is gone has left, and writes nothing new for it", async () => {
    const gone = { service: "Gone", key: "k" };
    t.engine.mutateState("Gone", undefined, "k", { entries: [[base64("n"), base64("1")]] });
    const { json: before } = await ask("GET", gone);
    expect(before.entries).toEqual(entries({ n: "1" }));
    const refused = await ask("PUT", gone, { entries: entries({ n: "2" }), version: before.version });
    expect(refused).toMatchObject({ status: 404, json: { message: expect.stringContaining("can only be cleared") } });
    expect((await ask("GET", gone)).json).toEqual(before);
    expect((await ask("PUT", gone, { entries: [], version: before.version })).status).toBe(200);
    expect((await ask("GET", gone)).json.entries).toEqual([]);
  });

  it("takes a value of many megabytes", async () => {
    const value = Buffer.alloc(12_000_000, 7).toString("base64");
    const large = { service: "Counter", key: "large" };
    expect((await ask("PUT", large, { entries: [{ name: base64("n"), value }] })).status).toBe(200);
    expect((await ask("PUT", large, { entries: [] })).status).toBe(200);
  });

  it("a change that waits does not read those that wait before it", async () => {
    const held = { service: "Counter", key: "crowded" };
    t.send("Counter/crowded/add");
    const statements = async () => {
      const before = t.statements;
      expect((await ask("PUT", held, { entries: entries({ n: "1" }) })).status).toBe(202);
      return t.statements - before;
    };
    const first = await statements();
    expect(first).toBeLessThan(5);
    expect(await statements()).toBe(first);
  });

  it.each([
    ["GET", { service: "Counter" }, undefined, 400],
    ["GET", { service: "Greeter", key: "k" }, undefined, 400],
    ["GET", { service: "Counter", key: "k", scope: "a b" }, undefined, 400],
    ["PUT", { service: "Nobody", key: "k" }, { entries: [{ name: "", value: "" }] }, 404],
    ["PUT", { service: "Nobody", key: "k" }, { entries: [] }, 200],
    ["PUT", { service: "Greeter", key: "k" }, { entries: [] }, 400],
    ["PUT", of, { entries: [{ name: "n", value: "?" }] }, 422],
    ["PUT", of, { entries: [], version: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" }, 422],
    ["DELETE", of, undefined, 405],
  ])("%s %j with %j is %i", async (method, query, body, status) => {
    expect((await ask(method, query, body)).status).toBe(status);
  });
});
