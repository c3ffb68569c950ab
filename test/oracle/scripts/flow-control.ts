/**
 * Scopes, limit keys and rules: how many run at a time and who is next, on the real server with its flags on. Each
 * script has scopes of its own; what is noted is what both servers reach and stay at.
 */
import { until } from "../../support/until.ts";
import type { Probe, Script } from "../probe.ts";
import { Traffic } from "../traffic.ts";

function script(name: string, run: (traffic: Traffic, probe: Probe) => Promise<void>): Script {
  return {
    name: `flow control: ${name}`,
    profile: "flags-on",
    async run(probe) {
      const traffic = new Traffic(probe, name.replaceAll(" ", "-"));
      try {
        await run(traffic, probe);
      } finally {
        await traffic.close();
      }
    },
  };
}

export const flowControl: Script[] = [
  script("one limit", async (t) => {
    await t.rule("one", 2);
    for (const name of ["a", "b", "c", "d", "e"]) await t.send("one", name);
    await t.reach("five under two", "running running pending pending pending");
    await t.reachLimits("the level", ["one"], ["Scope one: 2 of 2, 0 free, 1 wait, rule one"]);
    await t.noteQueues("the queue", "one");
    await t.open("a");
    await t.reach("one has ended", "completed running running pending pending");
    await t.rule("one", 3);
    await t.reach("raised to three", "completed running running running pending");
    await t.rule("one", 1);
    await t.reachLimits("lowered to one", ["one"], ["Scope one: 3 of 1, 0 free, 1 wait, rule one"]);
    await t.open("b", "c");
    await t.reach("two more have ended", "completed completed completed running pending");
    await t.rule("one", 1, true);
    await t.reach("disabled", "completed completed completed running running");
    await t.reachLimits("level without a rule", ["one"], ["Scope one: 2 of none, any free, 0 wait, rule none"]);
    await t.rule("one", 1);
    await t.send("one", "f");
    await t.reach("enabled again", "completed completed completed running running pending");
    await t.unrule("one");
    await t.reach("deleted", "completed completed completed running running running");
    await t.open("d", "e", "f");
    await t.reach("all have ended", "completed completed completed completed completed completed");
    await t.reachLimits("nothing counts", ["one"], []);
    await t.noteSeen("order and peak");
  }),

  script("unscoped", async (t) => {
    await t.rule("*", 1);
    await t.send("", "a");
    await t.send("", "b");
    await t.send("un1", "c");
    await t.send("un1", "d");
    await t.send("un2", "e");
    await t.reach("under a rule for every scope", "running running running pending running");
    await t.open("a", "b", "c", "d", "e");
    await t.reach("all have ended", "completed completed completed completed completed");
  }),

  script("turns", async (t) => {
    await t.rule("turns", 1);
    const levels = ["turns", "turns", "turns/x", "turns/x", "turns/y", "turns", "turns/y"];
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    for (const [index, level] of levels.entries()) await t.send(level, names[index] ?? "");
    await t.reach("three queues", "running pending pending pending pending pending pending");
    await t.noteQueues("the queues", "turns");
    await t.endOneByOne("order", names);
  }),

  script("two levels", async (t) => {
    await t.rule("two", 10);
    await t.rule("two/*", 2);
    await t.rule("two/*/*", 1);
    const levels = ["two/a/u", "two/a/u", "two/a/v", "two/a/w", "two/b/u", "two/a", "two/b", "two/b"];
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const [index, level] of levels.entries()) {
      await t.send(level, names[index] ?? "");
    }
    await t.reach("eight", "running pending running pending running pending running pending");
    await t.reachLimits(
      "the levels",
      ["two"],
      [
        "Level1 two/a: 2 of 2, 0 free, 2 wait, rule two/*",
        "Level1 two/b: 2 of 2, 0 free, 1 wait, rule two/*",
        "Level2 two/a/u: 1 of 1, 0 free, 1 wait, rule two/*/*",
        "Level2 two/a/v: 1 of 1, 0 free, 0 wait, rule two/*/*",
        "Level2 two/b/u: 1 of 1, 0 free, 0 wait, rule two/*/*",
        "Scope two: 4 of 10, 6 free, 0 wait, rule two",
      ],
    );
    await t.noteQueues("the queues", "two");
    await t.open("a");
    await t.reach("the first has ended", "completed running running pending running pending running pending");
    await t.open("c");
    await t.reach("the third has ended", "completed running completed pending running running running pending");
    await t.open(...names);
    await t.reach("all have ended", names.map(() => "completed").join(" "));
    await t.noteSeen("order and peak");
  }),

  script("precedence", async (t) => {
    const rules: [string, number | null][] = [
      ["*", 5],
      ["prec/premium", 3],
      ["prec/*", 2],
      ["*/premium", 1],
      ["*/*/gold", 1],
      ["*/premium/*", 2],
      ["prec/*/*", 4],
      ["prec/premium/gold", null],
    ];
    for (const [pattern, concurrency] of rules) await t.rule(pattern, concurrency);
    const levels = [
      "prec/premium/gold",
      "prec/other/gold",
      "prec2/premium/gold",
      "prec2/x/gold",
      "prec2",
      "prec/premium/z",
    ];
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const [index, level] of levels.entries()) await t.send(level, names[index] ?? "");
    await t.reach("all run", "running running running running running running");
    await t.reachLimits(
      "the levels",
      ["prec", "prec2"],
      [
        "Level1 prec/other: 1 of 2, 1 free, 0 wait, rule prec/*",
        "Level1 prec/premium: 2 of 3, 1 free, 0 wait, rule prec/premium",
        "Level1 prec2/premium: 1 of 1, 0 free, 0 wait, rule */premium",
        "Level1 prec2/x: 1 of none, any free, 0 wait, rule none",
        "Level2 prec/other/gold: 1 of 4, 3 free, 0 wait, rule prec/*/*",
        "Level2 prec/premium/gold: 1 of none, any free, 0 wait, rule prec/premium/gold",
        "Level2 prec/premium/z: 1 of 4, 3 free, 0 wait, rule prec/*/*",
        "Level2 prec2/premium/gold: 1 of 2, 1 free, 0 wait, rule */premium/*",
        "Level2 prec2/x/gold: 1 of 1, 0 free, 0 wait, rule */*/gold",
        "Scope prec2: 3 of 5, 2 free, 0 wait, rule *",
        "Scope prec: 3 of 5, 2 free, 0 wait, rule *",
      ],
    );
    await t.open(...names);
  }),

  script("places", async (t, probe) => {
    await t.rule("places", 1);
    const asleep = await t.send("places", "a", "sleeper");
    await t.reach("suspended", "suspended");
    await t.reachLimits("does not count", ["places"], []);
    await t.send("places", "b");
    await t.send("places", "c");
    await t.reach("another one runs", "suspended running pending");
    await t.wake("a");
    await t.reach("woken", "ready running pending");
    await t.open("b");
    await t.reach("it came first", "running completed pending");
    await probe.admin("pause it", `/invocations/${asleep}/pause`, { method: "PATCH" });
    await t.reach("paused", "paused completed running");
    await t.open("c");
    await probe.admin("resume it", `/invocations/${asleep}/resume`, { method: "PATCH" });
    await t.reach("resumed", "running completed completed");
    await t.open("a");
    await t.reach("ended", "completed completed completed");
    const killed = await t.send("places", "d");
    await t.send("places", "e");
    await t.reach("two more", "completed completed completed running pending");
    await probe.admin("kill it", `/invocations/${killed}/kill`, { method: "PATCH" });
    await t.reach("killed", "completed completed completed completed running");
    await t.open("e");
  }),

  script("retries", async (t) => {
    await t.rule("retries", 1);
    await t.send("retries", "a", "retriedSoon");
    await t.attempted("a");
    await t.send("retries", "b");
    await t.reach("a short delay keeps the place", "running pending");
    await t.open("a", "b");
    await t.reach("both have ended", "completed completed");
    await t.send("retries", "c", "retriedLate");
    await t.attempted("c");
    await t.send("retries", "d");
    await t.reachLimits("a long one does not", ["retries"], ["Scope retries: 1 of 1, 0 free, 0 wait, rule retries"]);
    await t.noteSeen("order and peak");
    await t.open("d");
  }),

  script("waiting", async (t, probe) => {
    await t.rule("waiting", 1);
    await t.send("waiting", "a");
    await t.reach("one runs", "running");
    const [canceled, killed, paused] = [
      await t.send("waiting", "b"),
      await t.send("waiting", "c"),
      await t.send("waiting", "d"),
    ];
    await t.reach("four", "running pending pending pending");
    const attached = [canceled, killed].map(async (id) =>
      probe.request(probe.server.ingressUrl, "/restate/attach", { json: { target: "invocation", invocationId: id } }),
    );
    await probe.admin("pause", `/invocations/${paused}/pause`, { method: "PATCH" });
    await probe.admin("resume", `/invocations/${paused}/resume`, { method: "PATCH" });
    await probe.ingress("output", "/restate/output", { json: { target: "invocation", invocationId: paused } });
    // The two that are attached to have to be attached before they go.
    await probe.ingress("a request behind them", "/restate/health");
    await probe.admin("cancel", `/invocations/${canceled}/cancel`, { method: "PATCH" });
    await probe.admin("kill", `/invocations/${killed}/kill`, { method: "PATCH" });
    for (const [index, answer] of (await Promise.all(attached)).entries()) probe.answer(`attached ${index}`, answer);
    await t.reach("two are gone", "running none none pending");
    await probe.admin("purge", `/invocations/${paused}/purge`, { method: "PATCH" });
    await t.open("a");
    await t.reach("the last one runs", "completed none none running");
    await t.open("d");
    await t.reach("and ends", "completed none none completed");
  }),

  script("identity", async (t, probe) => {
    await t.rule("identity", 1);
    await t.send("identity", "a");
    await t.reach("one runs", "running");
    const headers = { "idempotency-key": "flow" };
    for (const [step, scope, key] of [
      ["first", "identity", "x"],
      ["other limit key", "identity", "y"],
      ["other scope", "identity2", "x"],
    ]) {
      await probe.ingress(`idempotent: ${step}`, `/restate/scope/${scope}/send/OracleFlow/greet?limit-key=${key}`, {
        json: "x",
        headers,
      });
    }
    const rows = await t.sql("SELECT scope, limit_key, status FROM sys_invocation WHERE idempotency_key = 'flow'");
    probe.note("the limit key of the first counts", rows.map((row) => `${row.scope} ${row.limit_key}`).sort());
    await t.open("a");
    await t.reach("all have ended", "completed");
    const id = await t.send("identity/l1/l2", "x", "greet");
    await t.reach("with a limit key", "completed completed");
    await probe.admin("restart as new", `/invocations/${id}/restart-as-new`, { method: "PATCH" });
    const restarted = await t.sql(`SELECT scope, limit_key FROM sys_invocation WHERE restarted_from = '${id}'`);
    probe.note("restarted in its scope, under its limit key", JSON.stringify(restarted));
  }),

  script("objects", async (t, probe) => {
    const locks = async (step: string) => {
      const rows = await t.sql("SELECT lock_name, scope FROM sys_locks WHERE scope LIKE 'objects%'");
      probe.note(step, rows.map((row) => `${row.scope} ${row.lock_name}`).sort());
    };
    await t.rule("objects", 9);
    await t.rule("objects/x", 1);
    await t.send("objects/x", "a");
    await t.reach("the place is taken", "running");
    await t.send("objects/x", "b", "OracleFlowObject/k/hold");
    await t.send("objects/y", "c", "OracleFlowObject/k/hold");
    await t.reach("another limit key overtakes", "running pending running");
    await locks("one lock");
    await t.open("a");
    await t.reach("waits for the lock", "completed pending running");
    await t.noteQueues("which the scheduler knows", "objects");
    await t.send("objects/y", "d", "OracleFlowObject/k/shared");
    await t.reach("a shared handler does not", "completed pending running running");
    await t.send("objects2", "e", "OracleFlowObject/k/hold");
    await t.reach("nor does another scope", "completed pending running running running");
    await locks("two locks");
    await t.open("c");
    await t.reach("has the lock", "completed running completed running running");
    await t.open("b", "d", "e");
    await t.reach("all have ended", "completed completed completed completed completed");
    await locks("no lock");
  }),

  script("suspended objects", async (t) => {
    await t.rule("asleep", 1);
    await t.send("asleep", "a", "OracleFlowObject/q/sleeper");
    await t.reach("suspended", "suspended");
    await t.send("asleep", "b", "OracleFlowObject/q/hold");
    await t.send("asleep", "c");
    await t.reach("it has the lock, but not the place", "suspended pending running");
    await t.wake("a");
    await t.reach("woken", "ready pending running");
    await t.open("c");
    await t.reach("goes on", "running pending completed");
    await t.open("a");
    await t.reach("the next of the key", "completed running completed");
    await t.open("b");
  }),

  script("calls of handlers", async (t, probe) => {
    const callees = async (step: string, group: string) => {
      let seen = "";
      await until(`${step} on ${probe.server.side}`, async () => {
        const rows = await t.sql(
          `SELECT c.scope, c.limit_key, c.status FROM sys_invocation c JOIN sys_invocation p ON c.invoked_by_id = p.id
             WHERE p.id = '${group}'`,
        );
        seen = JSON.stringify(rows);
        return rows[0]?.status === "running";
      });
      probe.note(step, seen);
    };
    const calls = async (level: string, parameter: object): Promise<string> => {
      const { path, headers } = t.path(level, "send", "calls");
      const answer = await probe.prepare(path, { json: parameter, headers });
      return (JSON.parse(answer.text) as { invocationId: string }).invocationId;
    };
    await callees("no scope of its caller", await calls("callers/x", { handler: "hold", name: "calls-of-handlers.a" }));
    const scoped = { handler: "hold", name: "calls-of-handlers.b", scope: "callees", limitKey: "l1/l2" };
    await callees("its own scope and limit key", await calls("", scoped));
    await t.reachLimits(
      "counts",
      ["callees"],
      [
        "Level1 callees/l1: 1 of none, any free, 0 wait, rule none",
        "Level2 callees/l1/l2: 1 of none, any free, 0 wait, rule none",
        "Scope callees: 1 of none, any free, 0 wait, rule none",
      ],
    );
    await t.open("a", "b");
    for (const [step, options] of [
      ["a limit key without a scope", { limitKey: "l1" }],
      ["a malformed scope", { scope: "a!" }],
      ["a long scope", { scope: "a".repeat(37) }],
      ["three levels", { scope: "callees", limitKey: "a/b/c" }],
      ["an empty level", { scope: "callees", limitKey: "/b" }],
    ] as const) {
      const id = await calls("", { handler: "greet", name: "x", ...options });
      let code: unknown;
      await until(`${step} on ${probe.server.side}`, async () => {
        const [row] = await t.sql(`SELECT last_failure_error_code AS code FROM sys_invocation WHERE id = '${id}'`);
        code = row?.code;
        return code != null;
      });
      probe.note(step, code);
      await probe.request(probe.server.adminUrl, `/invocations/${id}/kill`, { method: "PATCH" });
    }
  }),

  script("paused queue", async (t, probe) => {
    await t.rule("queue", 1);
    for (const name of ["a", "b", "c"]) await t.send("queue", name);
    await t.reach("three under one", "running pending pending");
    const queue = await t.queueOf("queue");
    await probe.admin("pause", `/vqueues/${queue}/pause`, { method: "POST" });
    await t.open("a");
    await t.reach("what waits stays", "completed pending pending");
    await t.noteQueues("a paused queue is not scheduled", "queue");
    await t.send("queue/x", "d");
    await t.reach("another queue goes on", "completed pending pending running");
    await t.open("d");
    await t.reach("and ends", "completed pending pending completed");
    await probe.admin("resume", `/vqueues/${queue}/resume`, { method: "POST" });
    await t.reach("resumed", "completed running pending completed");
    await t.open("b", "c");
    await t.reach("all have ended", "completed completed completed completed");
    await probe.admin("pause without a backlog", `/vqueues/${queue}/pause`, { method: "POST" });
    await t.send("queue", "e");
    const isHeld = probe.server.side === "ours";
    await t.reach("what comes now", `completed completed completed completed ${isHeld ? "pending" : "running"}`);
    await probe.admin("resume again", `/vqueues/${queue}/resume`, { method: "POST" });
    await t.open("e");
    await t.reach("the last one has ended", "completed completed completed completed completed");
  }),

  script("restart", async (t, probe) => {
    await t.rule("restart", 1);
    for (const name of ["a", "b", "c"]) await t.send("restart", name);
    await t.send("restart", "d", "sleeper");
    await t.reach("before", "running pending pending pending");
    await probe.server.restart();
    await t.reachRunning("after", 1);
    await t.reachLimits("the level", ["restart"], ["Scope restart: 1 of 1, 0 free, 1 wait, rule restart"]);
    await t.rule("restart", 2);
    await t.reachRunning("raised", 2);
    await t.open("a", "b", "c");
    await t.reach("two more have ended", "completed completed completed suspended");
    await t.wake("d");
    await t.open("d");
    await t.reach("all have ended", "completed completed completed completed");
  }),
];
