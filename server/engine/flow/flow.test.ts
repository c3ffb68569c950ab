import { beforeEach, describe, expect, it } from "vitest";
import { vqueueId, vqueueName } from "../../vqueue.ts";
import { end, output, propose, run, sleep, suspendOn } from "../sdk-messages.fixture.ts";
import { Transcript } from "../transcript.fixture.ts";

let t: Transcript;
beforeEach(() => {
  t = new Transcript();
  t.registry.add("Chat", "VirtualObject", { say: "Exclusive", read: "Shared" });
});

function limit(pattern: string, concurrency: number | undefined, isDisabled = false): void {
  t.apply(() =>
    t.limitRules.upsert([{ pattern, concurrency, description: undefined, isDisabled, precondition: { kind: "none" } }]),
  );
}

/** Sends to a handler in a scope, and below it under a limit key: `scope`, `scope/l1`, `scope/l1/l2`. */
function send(level: string, path = "Greeter/greet", more: { executeAtMs?: number } = {}): string {
  const [scope = "", ...key] = level.split("/");
  const request = t.request(path);
  return t.send(path, "1", {
    target: { ...request.target, scope },
    limitKey: key.length === 0 ? undefined : key.join("/"),
    ...more,
  });
}

const finish = (id: string) => t.says(id, output("r"), end);
const statuses = (ids: readonly string[]) => ids.map((id) => t.status(id));
const running = (ids: readonly string[]) => ids.flatMap((id, index) => (t.status(id) === "running" ? [index] : []));
const levels = () =>
  Object.fromEntries(
    t.engine.flow().levels.map(({ path, usage, limit, waiters }) => [path.join("/"), [usage, limit ?? null, waiters]]),
  );

/** Ends what runs, one after the other, and says who it was. */
function order(ids: readonly string[]): (number | undefined)[] {
  return ids.map(() => {
    const first = running(ids)[0];
    if (first !== undefined) finish(ids[first] ?? "");
    return first;
  });
}

describe("a limit", () => {
  it("lets as many run as it says, the others in the order in which they came", () => {
    limit("a", 2);
    const ids = [1, 2, 3, 4].map(() => send("a"));
    expect(statuses(ids)).toEqual(["running", "running", "inboxed", "inboxed"]);
    expect(levels()).toEqual({ a: [2, 2, 1] });
    finish(ids[1] ?? "");
    expect(statuses(ids)).toEqual(["running", "completed", "running", "inboxed"]);
  });

  it("holds for requests of the same turn", () => {
    limit("a", 2);
    const ids = t.apply(() =>
      [1, 2, 3, 4, 5].map(() => {
        const request = t.request("Greeter/greet");
        return t.engine.send({ ...request, target: { ...request.target, scope: "a" } }).id;
      }),
    );
    expect(running(ids)).toEqual([0, 1]);
    expect(order(ids)).toEqual([0, 1, 2, 3, 4]);
  });

  it("says what an invocation waits for", () => {
    limit("a/*", 1);
    const [, second = ""] = [send("a/x/1"), send("a/x/2")];
    expect(t.engine.describe(second)?.waitsFor).toEqual({ kind: "limit", level: "a/x", rule: "a/*" });
  });

  it("is of each scope by itself, and does not concern what has no scope", () => {
    limit("*", 1);
    expect(running([send("a"), send("a"), send("b"), send("b")])).toEqual([0, 2]);
    expect(running([t.send("Greeter/greet"), t.send("Greeter/greet")])).toEqual([0, 1]);
    expect(levels()).toEqual({ a: [1, 1, 1], b: [1, 1, 1] });
  });

  it("counts at every level of the limit key, each with its own rule", () => {
    limit("m", 10);
    limit("m/*", 2);
    limit("m/*/*", 1);
    const ids = ["m/a/u", "m/a/u", "m/a/v", "m/a/w", "m/b/u", "m/a", "m/b", "m/b"].map((level) => send(level));
    expect(running(ids)).toEqual([0, 2, 4, 6]);
    expect(levels()).toEqual({
      m: [4, 10, 0],
      "m/a": [2, 2, 2],
      "m/a/u": [1, 1, 1],
      "m/a/v": [1, 1, 0],
      "m/b": [2, 2, 1],
      "m/b/u": [1, 1, 0],
    });
    // The order in which restate-server 1.7.12 went on: what finds the next level full goes to the end.
    finish(ids[0] ?? "");
    expect(running(ids)).toEqual([1, 2, 4, 6]);
    finish(ids[2] ?? "");
    expect(running(ids)).toEqual([1, 4, 5, 6]);
  });

  it("follows the most specific pattern of its depth, the scope first", () => {
    for (const [pattern, concurrency] of [
      ["*", 5],
      ["c/premium", 3],
      ["c/*", 2],
      ["*/premium", 1],
      ["*/*/gold", 1],
      ["*/premium/*", 2],
      ["c/*/*", 4],
      ["c/premium/gold", undefined],
    ] as const) {
      limit(pattern, concurrency);
    }
    for (const level of ["c/premium/gold", "c/other/gold", "d/premium/gold", "d/x/gold", "d", "c/premium/z"])
      send(level);
    const rules = t.engine.flow().levels.map(({ path, rule }) => [path.join("/"), rule]);
    expect(Object.fromEntries(rules)).toEqual({
      c: "*",
      "c/premium": "c/premium",
      "c/premium/gold": "c/premium/gold",
      "c/premium/z": "c/*/*",
      "c/other": "c/*",
      "c/other/gold": "c/*/*",
      d: "*",
      "d/premium": "*/premium",
      "d/premium/gold": "*/premium/*",
      "d/x": undefined,
      "d/x/gold": "*/*/gold",
    });
  });

  it("takes turns between virtual queues", () => {
    limit("o", 1);
    const ids = ["o", "o", "o/x", "o/x", "o/y", "o", "o/y"].map((level) => send(level));
    // As restate-server 1.7.12 did.
    expect(order(ids)).toEqual([0, 1, 2, 4, 5, 3, 6]);
  });
});

describe("a change of the rules", () => {
  it("lets waiting invocations in at once when the limit is raised, and only so many", () => {
    limit("a", 1);
    const ids = [1, 2, 3, 4, 5].map(() => send("a"));
    limit("a", 3);
    expect(running(ids)).toEqual([0, 1, 2]);
  });

  it("lets what runs go on when the limit is lowered, and starts nothing until there is room", () => {
    limit("a", 3);
    const ids = [1, 2, 3, 4].map(() => send("a"));
    limit("a", 1);
    expect(running(ids)).toEqual([0, 1, 2]);
    finish(ids[0] ?? "");
    finish(ids[1] ?? "");
    expect(running(ids)).toEqual([2]);
    finish(ids[2] ?? "");
    expect(running(ids)).toEqual([3]);
  });

  it.each([
    ["disabled", () => limit("a", 1, true)],
    ["deleted", () => t.apply(() => t.limitRules.remove([{ pattern: "a", expectedVersion: undefined }]))],
    ["made unlimited", () => limit("a", undefined)],
  ])("lets everything in when the rule is %s", (_what, change) => {
    limit("a", 1);
    const ids = Array.from({ length: 200 }, () => send("a"));
    change();
    expect(running(ids)).toHaveLength(200);
    expect(levels()).toEqual({ a: [200, null, 0] });
  });

  it("counts what was running before the first rule", () => {
    const first = send("a");
    limit("a", 1);
    const second = send("a");
    expect(statuses([first, second])).toEqual(["running", "inboxed"]);
  });

  it("finds the limit of a wildcard below a disabled rule", () => {
    limit("*", 2);
    limit("a", 1);
    const ids = [1, 2, 3].map(() => send("a"));
    limit("a", 1, true);
    expect(running(ids)).toEqual([0, 1]);
  });
});

describe("a place", () => {
  beforeEach(() => limit("a", 1));

  it("is free while an invocation is suspended, and has to be had again", () => {
    const first = send("a");
    t.says(first, sleep(1, t.clock.nowMs() + 10), suspendOn(1));
    const [second, third] = [send("a"), send("a")];
    expect(statuses([first, second, third])).toEqual(["suspended", "running", "inboxed"]);
    t.advance(10);
    expect(t.status(first)).toBe("ready");
    expect(t.engine.describe(first)?.waitsFor).toEqual({ kind: "limit", level: "a", rule: "a" });
    // It came before the third, so it goes on before the third.
    finish(second);
    expect(statuses([first, third])).toEqual(["running", "inboxed"]);
  });

  it("stays taken between two attempts that are less than two seconds apart", () => {
    const [first, second] = [send("a"), send("a")];
    t.apply(() => t.engine.events.failed(t.attemptOf(first).start.attempt, failure(1999)));
    expect(statuses([first, second])).toEqual(["backing-off", "inboxed"]);
    t.advance(1999);
    expect(statuses([first, second])).toEqual(["running", "inboxed"]);
    t.apply(() => t.engine.events.failed(t.attemptOf(first).start.attempt, failure(2000)));
    expect(statuses([first, second])).toEqual(["backing-off", "running"]);
    t.advance(2000);
    expect(statuses([first, second])).toEqual(["ready", "running"]);
    finish(second);
    expect(t.status(first)).toBe("running");
  });

  it.each([
    ["killed", (id: string) => t.apply(() => t.engine.kill(id))],
    ["paused", (id: string) => t.apply(() => t.engine.pause(id))],
    ["ended", (id: string) => finish(id)],
  ])("is free when an invocation is %s", (_what, leave) => {
    const [first, second] = [send("a"), send("a")];
    leave(first);
    expect(t.status(second)).toBe("running");
  });

  it.each(["kill", "pause"] as const)("is free when an invocation that backs off is ended by %s", (what) => {
    const [first, second] = [send("a"), send("a")];
    t.apply(() => t.engine.events.failed(t.attemptOf(first).start.attempt, failure(1000)));
    t.apply(() => t.engine[what](first));
    expect(t.status(second)).toBe("running");
  });

  it("is not taken by an invocation that nothing serves", () => {
    const services = new Map(t.registry.services);
    t.registry.services.delete("Chat");
    t.registry.add("Gone", "Service", { greet: undefined });
    limit("b", 1);
    const gone = send("b", "Gone/greet");
    t.registry.services.delete("Gone");
    t.restart();
    expect(t.status(gone)).toBe("backing-off");
    expect(levels()).toEqual({});
    for (const [name, service] of services) t.registry.services.set(name, service);
  });
});

function failure(nextRetryDelayMs: number) {
  return {
    code: 500,
    message: "no",
    stacktrace: undefined,
    restateCode: undefined,
    relatedCommandIndex: undefined,
    relatedCommandName: undefined,
    relatedCommandType: undefined,
    nextRetryDelayMs,
    behavior: "retry" as const,
  };
}

describe("a waiting invocation", () => {
  beforeEach(() => limit("a", 1));

  it("vanishes when it is cancelled or killed before it has ever started, and tells its caller", () => {
    send("a");
    const request = t.request("Greeter/greet");
    const target = { ...request.target, scope: "a" };
    const [cancelled, killed] = [t.call("Greeter/greet", "1", { target }), t.call("Greeter/greet", "1", { target })];
    const last = send("a");
    expect(t.apply(() => t.engine.cancel(cancelled.id))).toBe("done");
    expect(t.apply(() => t.engine.kill(killed.id))).toBe("done");
    expect(cancelled.completion?.outcome).toMatchObject({ failure: { code: 409, message: "canceled" } });
    expect(killed.completion?.outcome).toMatchObject({ failure: { code: 409, message: "killed" } });
    expect([t.status(cancelled.id), t.status(killed.id), t.status(last)]).toEqual([undefined, undefined, "inboxed"]);
    expect(levels()).toEqual({ a: [1, 1, 1] });
    t.apply(() => t.engine.kill(last));
    expect(levels()).toEqual({ a: [1, 1, 0] });
  });

  it("cannot be paused before it has ever started", () => {
    const [, second = ""] = [send("a"), send("a")];
    expect(t.apply(() => t.engine.pause(second))).toBe("not-started");
  });

  it("can be paused, cancelled and killed when it has run before", () => {
    const ids = [1, 2, 3].map(() => {
      const id = send("a");
      t.says(id, sleep(1, t.clock.nowMs() + 10), suspendOn(1));
      return id;
    });
    const [paused = "", cancelled = "", killed = ""] = ids;
    const holder = send("a");
    t.advance(10);
    expect(statuses(ids)).toEqual(["ready", "ready", "ready"]);
    expect(t.apply(() => t.engine.pause(paused))).toBe("paused");
    expect(t.apply(() => t.engine.cancel(cancelled))).toBe("appended");
    expect(t.apply(() => t.engine.kill(killed))).toBe("done");
    finish(holder);
    expect(statuses(ids)).toEqual(["paused", "running", "completed"]);
    t.apply(() => t.engine.resume(paused));
    expect(t.status(paused)).toBe("ready");
    finish(cancelled);
    expect(t.status(paused)).toBe("running");
  });

  it("starts when its time has come and there is room", () => {
    const first = send("a");
    const later = send("a", "Greeter/greet", { executeAtMs: t.clock.nowMs() + 500 });
    const second = send("a");
    t.advance(500);
    expect(statuses([first, later, second])).toEqual(["running", "inboxed", "inboxed"]);
    expect(order([first, later, second])).toEqual([0, 2, 1]);
  });

  it("is one invocation for everybody with its idempotency key in its scope, whatever their limit keys", () => {
    const idempotent = (scope: string, limitKey: string) => {
      const { target } = t.request("Greeter/greet");
      return t.send("Greeter/greet", "1", { target: { ...target, scope }, limitKey, idempotencyKey: "k" });
    };
    send("a");
    const first = idempotent("a", "x");
    expect(idempotent("a", "y")).toBe(first);
    expect(idempotent("b", "x")).not.toBe(first);
    expect(t.status(first)).toBe("inboxed");
  });

  it("is there after a restart, in its place; what ran goes on first", () => {
    const ids = [1, 2, 3].map(() => send("a"));
    const suspended = send("b");
    t.says(suspended, sleep(1, t.clock.nowMs() + 10), suspendOn(1));
    t.restart();
    expect(running(ids)).toEqual([0]);
    expect(levels()).toEqual({ a: [1, 1, 1] });
    expect(order(ids)).toEqual([0, 1, 2]);
  });

  it("stays behind when the limit has been lowered before a restart", () => {
    limit("a", 3);
    const ids = [1, 2, 3].map(() => send("a"));
    limit("a", 1);
    t.restart();
    expect(running(ids)).toEqual([0]);
    expect(order(ids)).toEqual([0, 1, 2]);
  });
});

describe("an object", () => {
  it("waits for a place without its lock, so that one with another limit key overtakes it", () => {
    limit("ob/x", 1);
    const holder = send("ob/x");
    const [waiting, other] = [send("ob/x", "Chat/k/say"), send("ob/y", "Chat/k/say")];
    expect(statuses([waiting, other])).toEqual(["inboxed", "running"]);
    finish(holder);
    expect(t.status(waiting)).toBe("inboxed");
    expect(t.engine.describe(waiting)?.waitsFor).toEqual({ kind: "key", holder: other });
    finish(other);
    expect(t.status(waiting)).toBe("running");
  });

  it("keeps its lock while it waits to go on", () => {
    limit("a", 1);
    const first = send("a", "Chat/k/say");
    t.says(first, sleep(1, t.clock.nowMs() + 10), suspendOn(1));
    const [second, holder] = [send("a", "Chat/k/say"), send("a")];
    expect(statuses([first, second, holder])).toEqual(["suspended", "inboxed", "running"]);
    t.advance(10);
    finish(holder);
    expect(statuses([first, second])).toEqual(["running", "inboxed"]);
    finish(first);
    expect(t.status(second)).toBe("running");
  });

  it("keeps its lock when all it has done is to wait for somebody", () => {
    limit("a", 1);
    const first = send("a", "Chat/k/say");
    t.says(first, suspendOn());
    const [second, holder] = [send("a", "Chat/k/say"), send("a")];
    t.apply(() => t.engine.cancel(first));
    expect(statuses([first, second, holder])).toEqual(["ready", "inboxed", "running"]);
    finish(holder);
    expect(statuses([first, second])).toEqual(["running", "inboxed"]);
  });

  it("does not take a place while it waits for its lock", () => {
    limit("a", 2);
    const ids = ["Chat/k/say", "Chat/k/say", "Chat/k/say", "Chat/j/say"].map((path) => send("a", path));
    expect(running(ids)).toEqual([0, 3]);
    expect(levels()).toEqual({ a: [2, 2, 0] });
    expect(order(ids)).toEqual([0, 1, 2, 3]);
  });

  it("goes on in order when lock and place come at different times", () => {
    limit("a", 1);
    const ids = ["Chat/k/say", "Chat/k/say", "Chat/j/say", "Chat/k/say", "Chat/k/read"].map((path) => send("a", path));
    const seen = order(ids);
    expect(seen.filter((id) => id !== undefined && [0, 1, 3].includes(id))).toEqual([0, 1, 3]);
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("is another one in another scope", () => {
    const ids = [send("a", "Chat/k/say"), send("b", "Chat/k/say"), t.send("Chat/k/say")];
    expect(running(ids)).toEqual([0, 1, 2]);
  });
});

describe("a paused queue", () => {
  const queue = (scope: string, limitKey: string | null = null) =>
    vqueueId(vqueueName("Greeter", scope, limitKey, null));
  const pause = (id: string) => t.apply(() => t.pausedQueues.pause(id));
  const resume = (id: string) => t.apply(() => t.pausedQueues.resume(id));

  it.each(["", "a"])("starts nothing until it is resumed (scope '%s')", (scope) => {
    const sendTo = () => (scope === "" ? t.send("Greeter/greet") : send(scope));
    const before = sendTo();
    pause(queue(scope));
    const [waiting, other] = [sendTo(), send("b")];
    expect(statuses([before, waiting, other])).toEqual(["running", "inboxed", "running"]);
    expect(t.engine.describe(waiting)?.waitsFor).toEqual({ kind: "queue" });
    finish(before);
    t.restart();
    expect(t.status(waiting)).toBe("inboxed");
    resume(queue(scope));
    expect(t.status(waiting)).toBe("running");
  });

  it("does not hold up the others that wait for the same place", () => {
    limit("a", 1);
    const ids = ["a/x", "a/x", "a/y"].map((level) => send(level));
    pause(queue("a", "x"));
    expect(order(ids)).toEqual([0, 2, undefined]);
    resume(queue("a", "x"));
    expect(running(ids)).toEqual([1]);
  });

  it("holds what wakes up", () => {
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 10), suspendOn(1));
    pause(queue(""));
    t.advance(10);
    expect(t.status(id)).toBe("ready");
    resume(queue(""));
    expect(t.status(id)).toBe("running");
  });
});

describe("the cost", () => {
  const costOf = (work: () => void) => {
    const before = t.statements;
    work();
    return t.statements - before;
  };
  const callIn = (scope: string) => () => {
    const id = scope === "" ? t.send("Greeter/greet") : send(scope);
    t.says(id, run(1), propose(1, "r"), output("r"), end);
  };

  it("of a scope is no statement while there is room, with rules or without", () => {
    const unscoped = costOf(callIn(""));
    expect(costOf(callIn("a"))).toBe(unscoped);
    limit("a", 1);
    expect(costOf(callIn("a"))).toBe(unscoped);
    limit("b", 1);
    for (let i = 0; i < 3; i++) send("b");
    expect(costOf(callIn(""))).toBe(unscoped);
  });

  it("of waiting is 8 statements", () => {
    limit("a", 1);
    const twice = costOf(() => {
      finish(send("a"));
      finish(send("a"));
    });
    const waiting = costOf(() => {
      const ids = [send("a"), send("a")];
      for (const id of ids) finish(id);
    });
    expect(waiting - twice).toBe(8);
  });
});
