import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeInvocationId, GetEagerStateKeysCommand, MessageType } from "../../sdk/protocol/index.ts";
import { propose, run, setState, sleep } from "../engine/sdk-messages.fixture.ts";
import { Transcript } from "../engine/transcript.fixture.ts";
import { errorHandler } from "./answers.ts";
import { editRoutes } from "./edits.ts";
import { parseJson } from "./json-body.ts";

let t: Transcript;
let url: string;
let close: () => void;

beforeAll(async () => {
  t = new Transcript();
  const app = express();
  app.use(parseJson);
  app.use(editRoutes({ engine: t.engine, turns: t.storage.turns }));
  app.use(errorHandler(() => {}));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => void server.close();
});
afterAll(() => close());

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? undefined : JSON.parse(text) };
}

let keys = 0;

/** A paused invocation: input, a run with its result, a sleep, a write, a look at the names of all keys. */
function paused(): string {
  const id = t.send(`Counter/${++keys}/add`);
  t.says(id, run(1), propose(1, "one"), sleep(2, 1), setState("n", "1"), [
    MessageType.GetEagerStateKeysCommand,
    GetEagerStateKeysCommand.encode({ value: [Buffer.from("n")] }),
  ]);
  t.apply(() => t.engine.pause(id));
  return id;
}

const refusal = (status: number, code: string, message: RegExp) => ({
  status,
  json: { message: expect.stringMatching(message), restate_code: null, code },
});

describe("PUT /restate-lite/invocations/{id}/journal/{index}/result", () => {
  it("takes a text, bytes, a failure, names of keys or nothing", async () => {
    const id = paused();
    const put = (index: number, body: unknown) => ask("PUT", `/${id}/journal/${index}/result`, body);
    const edited = { status: 200, json: { detached: [] } };
    expect(await put(1, { value: '"ü"' })).toEqual(edited);
    expect(await put(1, { value_base64: "/w==" })).toEqual(edited);
    expect(await put(1, { failure: { code: 500, message: "no" } })).toEqual(edited);
    expect(await put(3, { void: true })).toEqual(edited);
    expect(await put(5, { state_keys: ["ä", ""] })).toEqual(edited);
  });

  it("refuses what makes no sense, with a code and a sentence", async () => {
    const id = paused();
    const put = (index: number | string, body: unknown) => ask("PUT", `/${id}/journal/${index}/result`, body);
    expect(await put(3, { value: "1" })).toEqual(refusal(400, "RL_WRONG_RESULT", /type Sleep can be: void/));
    expect(await put(0, { value: "1" })).toEqual(refusal(400, "RL_NO_RESULT", /type Input has no result/));
    expect(await put(99, { value: "1" })).toEqual(refusal(404, "RL_NO_ENTRY", /it has 6/));
    for (const body of [
      {},
      { value: 1 },
      { value: "1", void: true },
      { value_base64: "!" },
      { value_base64: "AA=A" },
      { state_keys: "n" },
      { state_keys: [1] },
      [],
    ]) {
      expect(await put(1, body)).toMatchObject({ status: 422, json: { message: expect.stringMatching(/one of/) } });
    }
    for (const [keys, message] of [
      [["n", "m", "n"], 'state_keys[2], "n", is there twice.'],
      [["n", "\ud800"], 'state_keys[1], "\\ud800", is no text in Unicode.'],
    ] as const) {
      expect(await put(1, { state_keys: keys })).toMatchObject({ status: 422, json: { message } });
    }
    expect(await put(1, { state_keys: ["n"] })).toEqual(refusal(400, "RL_WRONG_RESULT", /Run can be: value, failure/));
    expect(await put("x", { void: true })).toMatchObject({ status: 400 });
    expect(await ask("PUT", `/${id}/journal/1/result`)).toMatchObject({ status: 415 });
    expect(await ask("PUT", "/nonsense/journal/1/result", { void: true })).toMatchObject({ status: 400 });
    const other = encodeInvocationId(Buffer.alloc(24, 7));
    expect(await ask("PUT", `/${other}/journal/1/result`, { void: true })).toEqual(
      refusal(404, "RL_UNKNOWN_INVOCATION", /does not exist/),
    );
    t.apply(() => t.engine.resume(id));
    expect(await put(1, { value: "1" })).toEqual(refusal(409, "RL_NOT_PAUSED", /only while it is paused/));
  });
});

describe("DELETE /restate-lite/invocations/{id}/journal", () => {
  it("says what it would drop, drops it, and then there is nothing left to drop", async () => {
    const id = paused();
    const plan = await ask("DELETE", `/${id}/journal?after=1&dry_run=true`);
    expect(plan).toMatchObject({
      status: 200,
      json: { dry_run: true, entry_count: 3, signal_count: 0, changed_keys: ["n"], journal_length: 3 },
    });
    expect(t.engine.describe(id)?.journalLength).toBe(6);
    expect(await ask("DELETE", `/${id}/journal?after=1`)).toEqual({
      status: 200,
      json: { ...plan.json, dry_run: false },
    });
    expect(t.engine.describe(id)?.journalLength).toBe(3);
    expect(await ask("DELETE", `/${id}/journal?after=1`)).toEqual(
      refusal(409, "RL_NOTHING_TO_DROP", /results that stay/),
    );
    expect(await ask("DELETE", `/${id}/journal`)).toMatchObject({ status: 400 });
    expect(await ask("DELETE", `/${id}/journal?after=-1`)).toMatchObject({ status: 400 });
    expect(await ask("DELETE", `/${id}/journal?after=1&signals=maybe`)).toMatchObject({ status: 400 });
    expect(await ask("POST", `/${id}/journal?after=1`)).toMatchObject({ status: 405 });
  });
});
