import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sleep, suspendOn } from "../engine/sdk-messages.fixture.ts";
import { Transcript } from "../engine/transcript.fixture.ts";
import { errorHandler } from "./answers.ts";
import { suspensionsRoute } from "./invocations.ts";

let t: Transcript;
let url: string;
let close: () => void;

beforeAll(async () => {
  t = new Transcript();
  const app = express();
  app.get("/:id/suspensions", suspensionsRoute({ engine: t.engine, turns: t.storage.turns }));
  app.use(errorHandler(() => {}));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => void server.close();
});
afterAll(() => close());

async function ask(id: string) {
  const answer = await fetch(`${url}/${id}/suspensions`);
  return { status: answer.status, json: await answer.json() };
}

it("says when an invocation was suspended and for what, the suspension that lasts without an end", async () => {
  const id = t.send("Greeter/greet");
  expect(await ask(id)).toEqual({ status: 200, json: { count: 0, suspensions: [] } });
  const startMs = t.clock.nowMs();
  t.says(id, sleep(1, startMs + 1000), suspendOn(1));
  t.advance(1500);
  t.says(id, sleep(2, startMs + 5000), suspendOn(2));
  const awaiting = (completion: number) => ({ await: expect.objectContaining({ waitingCompletions: [completion] }) });
  expect(await ask(id)).toEqual({
    status: 200,
    json: {
      count: 2,
      suspensions: [
        { sinceMs: startMs, untilMs: startMs + 1000, ...awaiting(1) },
        { sinceMs: startMs + 1500, ...awaiting(2) },
      ],
    },
  });
});

it("refuses what is no id, and does not know what is not there", async () => {
  expect((await ask("inv_1")).status).toBe(400);
  const id = t.send("Greeter/greet");
  t.apply(() => t.engine.kill(id));
  t.apply(() => t.engine.purge(id));
  expect((await ask(id)).status).toBe(404);
});
