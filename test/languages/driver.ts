import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, until } from "../support/index.ts";
import { type Language, language, type Serving } from "./languages.ts";
import { Stand, serverKind } from "./stand.ts";

interface ServiceAnswer {
  readonly ty: string;
  readonly handlers: readonly { readonly name: string; readonly ty?: string }[];
}

/**
 * The same requests and checks for the program of every language, in each of its servings. The program must have the
 * services Workbench, Ledger (a virtual object), Approval (a workflow) and Trip (a saga); python/services.py shows
 * them. `more` adds tests of one language.
 */
export function drive(name: Language["name"], more?: (stand: () => Stand, serving: Serving) => void): void {
  const { sdk, servings, protocol } = language(name);
  for (const serving of servings) {
    describe(`${name}, ${sdk}, ${serving.name}`, () => {
      let stand: Stand;
      beforeAll(async () => {
        stand = await Stand.start(language(name), serving);
      });
      afterAll(() => stand?.dispose());
      answers(() => stand, protocol);
      waits(() => stand);
      survives(() => stand);
      suspends(() => stand);
      more?.(() => stand, serving);
    });
  }
}

/** What a handler does in one go. */
function answers(stand: () => Stand, protocol: number): void {
  it("is discovered with its services, their types and their handlers", async () => {
    const found: Record<string, unknown> = {};
    for (const service of ["Workbench", "Ledger", "Approval", "Trip"]) {
      const { ty, handlers } = json<ServiceAnswer>(await stand().admin("GET", `/services/${service}`));
      found[`${service}: ${ty}`] = handlers
        .map((handler) => `${handler.name}${handler.ty === undefined ? "" : ` ${handler.ty}`}`)
        .sort();
    }
    const plain = ["ask", "echo", "greet", "nap", "post", "record", "refuse", "reply", "stubborn", "trail"];
    expect(found).toMatchObject({
      "Workbench: Service": plain,
      "Ledger: VirtualObject": ["append Exclusive", "clear Exclusive", "lines Shared"],
      "Approval: Workflow": ["decide Shared", "run Workflow", "stage Shared"],
      "Trip: Service": ["book"],
    });
  });

  it("runs a step, in the newest protocol version that it knows", async () => {
    expect(await stand().result("Workbench/greet", "Ada")).toBe("Hello, Ada!");
    const { deployments } = json<{ deployments: { max_protocol_version: number }[] }>(
      await stand().admin("GET", "/deployments"),
    );
    expect(deployments).toMatchObject([{ max_protocol_version: protocol }]);
    const spoken = await stand().query<{ version: number }>(
      "SELECT DISTINCT pinned_service_protocol_version AS version FROM sys_invocation " +
        "WHERE target_service_name = 'Workbench' AND pinned_service_protocol_version IS NOT NULL",
    );
    // The real server does not speak v7 unless told to.
    expect(spoken).toEqual([{ version: serverKind === "real" ? Math.min(protocol, 6) : protocol }]);
  });

  it("keeps the state of a virtual object by key, one exclusive handler at a time", async () => {
    const numbers = Array.from({ length: 20 }, (_, number) => number + 1);
    const lengths = await Promise.all(numbers.map((number) => stand().result("Ledger/many/append", `line ${number}`)));
    expect(lengths.sort((a, b) => Number(a) - Number(b))).toEqual(numbers);
    expect((await stand().lines("many")).length).toBe(20);
    expect(await stand().lines("none")).toEqual([]);
    await stand().result("Ledger/many/clear");
    expect(await stand().lines("many")).toEqual([]);
  });

  it("calls a virtual object", async () => {
    expect(await stand().result("Workbench/record", { key: "called", line: "one" })).toBe(1);
    expect(await stand().result("Workbench/record", { key: "called", line: "two" })).toBe(2);
    expect(await stand().lines("called")).toEqual(["one", "two"]);
  });

  it("fails with the status and message of a terminal error", async () => {
    const answer = await stand().call("Workbench/refuse", "no tea today");
    expect(answer.status, answer.text).toBe(418);
    expect(json(answer)).toMatchObject({ message: "no tea today" });
  });

  it("repeats a step until it succeeds", async () => {
    expect(await stand().result("Workbench/stubborn", { key: `${Math.random()}`, count: 2 })).toBe(3);
  });

  it("carries a megabyte as input, as the result of a step and as output", async () => {
    const text = "Größe 1 MB, ".repeat(80_660);
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_000_000);
    const answers = await Promise.all([1, 2, 3].map(() => stand().result("Workbench/echo", text)));
    for (const answer of answers) expect(answer === text, `${String(answer).slice(0, 80)}`).toBe(true);
  });

  it("answers 300 calls, 24 at a time", async () => {
    const wanted = Array.from({ length: 300 }, (_, number) => number);
    const found: unknown[] = [];
    const callNext = async (): Promise<void> => {
      for (let number = wanted.shift(); number !== undefined; number = wanted.shift()) {
        found[number] = await stand().result("Workbench/greet", `${number}`);
      }
    };
    await Promise.all(Array.from({ length: 24 }, callNext));
    expect(found).toEqual(Array.from({ length: 300 }, (_, number) => `Hello, ${number}!`));
  });
}

/** What makes a handler wait, and what ends the waiting. */
function waits(stand: () => Stand): void {
  it("sleeps", async () => {
    expect(await stand().result("Workbench/nap", 50)).toBe("awake");
  });

  it("sends with a delay, and knows the id of what it sent", async () => {
    const id = await stand().result("Workbench/post", { key: "sent", line: "later", delayMillis: 300 });
    expect(await stand().attachResult(String(id))).toBe(1);
    expect(await stand().lines("sent")).toEqual(["later"]);
  });

  it("waits for an awakeable that another handler resolves", async () => {
    const asked = await stand().send("Workbench/ask", "asked");
    const [id] = await stand().linesOf("asked", 1);
    await stand().result("Workbench/reply", { id, text: "forty-two" });
    expect(await stand().attachResult(asked)).toBe("the answer is forty-two");
  });

  it("waits for an awakeable that is resolved or rejected over HTTP", async () => {
    const resolved = await stand().send("Workbench/ask", "resolved");
    const [first] = await stand().linesOf("resolved", 1);
    expect((await stand().settle(String(first), "resolve", "yes")).status).toBe(202);
    expect(await stand().attachResult(resolved)).toBe("the answer is yes");

    const rejected = await stand().send("Workbench/ask", "rejected");
    const [second] = await stand().linesOf("rejected", 1);
    expect((await stand().settle(String(second), "reject", "no idea")).status).toBe(202);
    const answer = await stand().attach(rejected);
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("no idea");
  });

  it("runs a workflow once, with a promise that a shared handler resolves", async () => {
    const run = await stand().send("Approval/contract/run", "contract");
    await until("the workflow to wait", async () => (await stand().result("Approval/contract/stage")) === "waiting");
    expect((await stand().call("Approval/contract/run", "again")).status).toBe(409);
    await stand().result("Approval/contract/decide", "approved");
    expect(await stand().attachResult(run)).toBe("contract: approved");
    expect(await stand().result("Approval/contract/stage")).toBe("decided");
  });

  it("undoes a saga in reverse order when it is cancelled", async () => {
    const booked = await stand().send("Trip/book", "rome");
    await stand().linesOf("rome", 2);
    expect((await stand().admin("PATCH", `/invocations/${booked}/cancel`)).status).toBe(202);
    expect((await stand().attach(booked)).status).toBe(409);
    expect(await stand().lines("rome")).toEqual(["flight booked", "car booked", "car cancelled", "flight cancelled"]);
  });
}

/** Handlers that wait longer than the inactivity timeout leave their endpoint and are replayed later. */
function suspends(stand: () => Stand): void {
  it("suspends handlers that wait, and resumes them", async () => {
    for (const service of ["Workbench", "Approval", "Trip"]) {
      const changed = await stand().admin("PATCH", `/services/${service}`, { inactivity_timeout: "30ms" });
      expect(changed.status, changed.text).toBe(200);
    }
    const asked = await stand().send("Workbench/ask", "suspended");
    const approval = await stand().send("Approval/suspended/run", "suspended");
    const trip = await stand().send("Trip/book", "bonn");
    const trail = await stand().send("Workbench/trail", "suspended-trail");
    const ids = [asked, approval, trip];
    await until(`three suspended invocations\n${stand().output}`, async () => {
      const list = ids.map((id) => `'${id}'`).join(", ");
      const rows = await stand().query<{ status: string }>(`SELECT status FROM sys_invocation WHERE id IN (${list})`);
      return rows.length === 3 && rows.every(({ status }) => status === "suspended");
    });
    const [id] = await stand().lines("suspended");
    await stand().settle(String(id), "resolve", "awake again");
    await stand().result("Approval/suspended/decide", "resumed");
    await stand().admin("PATCH", `/invocations/${trip}/cancel`);
    expect(await stand().attachResult(asked)).toBe("the answer is awake again");
    expect(await stand().attachResult(approval)).toBe("suspended: resumed");
    expect((await stand().attach(trip)).status).toBe(409);
    expect(await stand().lines("bonn")).toEqual(["flight booked", "car booked", "car cancelled", "flight cancelled"]);
    expect(await stand().attachResult(trail)).toEqual(await stand().lines("suspended-trail"));
  });
}

/** What is in flight when the server or the endpoint is killed completes all the same. */
function survives(stand: () => Stand): void {
  it("completes what was in flight when the server was killed", async () => {
    const nap = await stand().send("Workbench/nap", 1500);
    const asked = await stand().send("Workbench/ask", "asked-in-time");
    const approval = await stand().send("Approval/lease/run", "lease");
    const trip = await stand().send("Trip/book", "oslo");
    const posted = await stand().result("Workbench/post", { key: "posted", line: "late", delayMillis: 1500 });
    const [id] = await stand().linesOf("asked-in-time", 1);
    await stand().linesOf("oslo", 2);
    await until("the workflow to wait", async () => (await stand().result("Approval/lease/stage")) === "waiting");

    await stand().killServer();

    expect((await stand().settle(String(id), "resolve", "kept")).status).toBe(202);
    await stand().result("Approval/lease/decide", "signed");
    expect((await stand().admin("PATCH", `/invocations/${trip}/cancel`)).status).toBe(202);
    expect(await stand().attachResult(nap)).toBe("awake");
    expect(await stand().attachResult(asked)).toBe("the answer is kept");
    expect(await stand().attachResult(approval)).toBe("lease: signed");
    expect(await stand().attachResult(String(posted))).toBe(1);
    expect((await stand().attach(trip)).status).toBe(409);
    expect(await stand().lines("oslo")).toEqual(["flight booked", "car booked", "car cancelled", "flight cancelled"]);
  });

  it("runs no journaled step again when the server is killed between the steps", async () => {
    const keys = ["a", "b", "c", "d"].map((name) => `trail-${name}`);
    const ids = await Promise.all(keys.map((key) => stand().send("Workbench/trail", key)));
    for (const step of [1, 2, 3]) {
      await Promise.all(keys.map((key) => stand().linesOf(key, step)));
      await stand().killServer();
    }
    const results = await Promise.all(ids.map((id) => stand().attachResult(id)));
    const ledgers = await Promise.all(keys.map((key) => stand().lines(key)));
    expect(results).toEqual(ledgers);
    expect(new Set(ledgers.flat()).size).toBe(3 * keys.length);
  });

  it("completes what was in flight when the endpoint was killed", async () => {
    const trail = await stand().send("Workbench/trail", "endpoint");
    const asked = await stand().send("Workbench/ask", "asked-before");
    const [id] = await stand().linesOf("asked-before", 1);
    await stand().linesOf("endpoint", 1);

    await stand().killEndpoint();
    expect((await stand().settle(String(id), "resolve", "still there")).status).toBe(202);
    const called = stand().result("Workbench/greet", "Eve");
    await stand().startEndpoint();

    expect(await stand().attachResult(asked)).toBe("the answer is still there");
    expect(await stand().attachResult(trail)).toEqual(await stand().lines("endpoint"));
    expect(await called).toBe("Hello, Eve!");
  });
}
