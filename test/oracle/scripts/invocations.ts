import { setTimeout } from "node:timers/promises";
import { until } from "../../support/until.ts";
import type { Probe, Script } from "../probe.ts";

const UNKNOWN_ID = "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo";
const MALFORMED_ID = "inv_1abc";

/** Longer than an operation on an invocation takes until it shows. */
const SETTLE_MS = 500;
const UNKNOWN_DEPLOYMENT = "dp_11111111111111111111111";

/** What can be the id of no deployment. */
const NO_DEPLOYMENTS = {
  "too short": "dp_1",
  "too long": `dp_1${"1".repeat(23)}`,
  "another version": "dp_21111111111111111111111",
  "too big": `dp_1${"z".repeat(22)}`,
  "another character": "dp_1111111111111111111111-",
  malformed: "other",
  empty: "",
};

/** How to bring an invocation into each status. `name` is unique to one invocation. */
const prepared: Record<string, (probe: Probe, name: string) => Promise<string>> = {
  async scheduled(probe) {
    const id = await probe.sent("OracleGreeter/greet?delay=1h", "x");
    await probe.untilStatus(id, "scheduled");
    return id;
  },
  async inboxed(probe, name) {
    const first = await probe.sent(`OracleCounter/${name}/hold`, name);
    await probe.untilStatus(first, "running");
    const id = await probe.sent(`OracleCounter/${name}/add`, 1);
    await probe.untilStatus(id, "pending");
    return id;
  },
  async running(probe, name) {
    const id = await probe.sent("OracleHolder/hold", name);
    await probe.untilStatus(id, "running");
    return id;
  },
  async suspended(probe) {
    const id = await probe.sent("OracleWaiter/sleep", 3_600_000);
    await probe.untilStatus(id, "suspended");
    return id;
  },
  "backing-off": (probe, name) => probe.sentBackingOff("fails", name),
  async paused(probe) {
    const id = await probe.sent("OraclePauses/fails");
    await probe.untilStatus(id, "paused");
    return id;
  },
  async completed(probe) {
    const id = await probe.sent("OracleGreeter/greet", "x");
    await probe.untilStatus(id, "completed");
    return id;
  },
  async failed(probe) {
    const id = await probe.sent("OracleGreeter/fail", { code: 418, message: "no" });
    await probe.untilStatus(id, "completed");
    return id;
  },
  unknown: async () => UNKNOWN_ID,
  malformed: async () => MALFORMED_ID,
};

/** What ends an invocation, so that its result can be asked for afterwards. */
const ENDINGS = new Set(["cancel", "kill"]);
const ACTIONS = ["cancel", "kill", "purge", "purge-journal", "pause", "resume", "restart-as-new"];

function actionScript(action: string): Script {
  return {
    name: `${action} in each status`,
    async run(probe) {
      await Promise.all(Object.entries(prepared).map(([status, prepare]) => actOn(probe, action, status, prepare)));
      probe.sortLines();
    },
  };
}

async function actOn(
  probe: Probe,
  action: string,
  status: string,
  prepare: (probe: Probe, name: string) => Promise<string>,
): Promise<void> {
  const name = `${action}-${status}`;
  const id = await prepare(probe, name);
  const answer = await probe.request(probe.server.adminUrl, `/invocations/${id}/${action}`, { method: "PATCH" });
  // Side by side there is no order in which ids appear first.
  probe.answer(status, { ...answer, text: answer.text.replaceAll(id, "<this>").replace(/inv_1\w+/g, "<another>") });
  if (!ENDINGS.has(action)) return;
  if (status === "unknown" || status === "malformed") return;
  if (action === "cancel" && ["backing-off", "paused"].includes(status)) return;
  await probe.untilEnded(id);
  await probe.ingress(`${status}: attach afterwards`, `/restate/attach/${id}`);
  await probe.ingress(`${status}: output afterwards`, `/restate/output/${id}`);
}

export const invocations: Script[] = [
  ...ACTIONS.map(actionScript),
  {
    name: "DELETE of an invocation",
    async run(probe) {
      for (const mode of ["", "?mode=Cancel", "?mode=kill", "?mode=Purge", "?mode=other"]) {
        const id = await prepared.suspended?.(probe, mode);
        await probe.admin(`suspended${mode}`, `/invocations/${id}${mode}`, { method: "DELETE" });
        await probe.admin(`unknown${mode}`, `/invocations/${UNKNOWN_ID}${mode}`, { method: "DELETE" });
        await probe.admin(`malformed${mode}`, `/invocations/${MALFORMED_ID}${mode}`, { method: "DELETE" });
      }
    },
  },
  {
    name: "methods on invocations",
    async run(probe) {
      for (const method of ["GET", "POST", "PUT", "DELETE"]) {
        await probe.admin(`${method} cancel`, `/invocations/${UNKNOWN_ID}/cancel`, { method });
      }
      await probe.admin("PATCH nothing", `/invocations/${UNKNOWN_ID}`, { method: "PATCH" });
      await probe.admin("PATCH other", `/invocations/${UNKNOWN_ID}/other`, { method: "PATCH" });
      await probe.admin("GET an invocation", `/invocations/${UNKNOWN_ID}`);
      await probe.admin("GET invocations", "/invocations");
    },
  },
  {
    name: "resume on a deployment, in each status",
    async run(probe) {
      const greeter = await probe.request(probe.server.adminUrl, "/services/OracleGreeter", {});
      const { deployment_id: own } = JSON.parse(greeter.text) as { deployment_id: string };
      const deployments = { none: "", keep: "keep", latest: "latest", own, unknown: UNKNOWN_DEPLOYMENT };
      const resume = async (status: string, prepare: (typeof prepared)[string], one: [string, string]) => {
        const [step, deployment] = one;
        const id = await prepare(probe, `resume-${status}-${step}`);
        const query = step === "none" ? "" : `?deployment=${deployment}`;
        const path = `/invocations/${id}/resume${query}`;
        const answer = await probe.request(probe.server.adminUrl, path, { method: "PATCH" });
        probe.answer(`${status}, ${step}`, { ...answer, text: answer.text.replaceAll(id, "<this>") });
      };
      const statuses = Object.entries({
        ...prepared,
        async "paused later"(of: Probe) {
          const id = await of.sent("OraclePauses/failsLate");
          await of.untilStatus(id, "paused");
          return id;
        },
      });
      for (const deployment of Object.entries(deployments)) {
        await Promise.all(statuses.map(([status, prepare]) => resume(status, prepare, deployment)));
      }
      // Refused before anybody looks at the invocation.
      for (const [step, deployment] of Object.entries(NO_DEPLOYMENTS)) {
        const path = `/invocations/${UNKNOWN_ID}/resume?deployment=${deployment}`;
        await probe.admin(`${step} deployment`, path, { method: "PATCH" });
        const { status } = await probe.request(probe.server.adminUrl, `/deployments/${deployment || "dp_"}`, {});
        probe.note(`${step} deployment in its own path`, String(status));
      }
      probe.sortLines();
    },
  },
  {
    name: "a suspended invocation, paused",
    async run(probe) {
      const id = (await prepared.suspended?.(probe, "then-paused")) as string;
      await probe.request(probe.server.adminUrl, `/invocations/${id}/pause`, { method: "PATCH" });
      await setTimeout(SETTLE_MS);
      const query = `SELECT status FROM sys_invocation WHERE id = '${id}'`;
      await probe.admin("its status", "/query", { json: { query }, headers: { accept: "application/json" } });
    },
  },
  {
    name: "resume",
    async run(probe) {
      const backingOff = await probe.sentBackingOff("once", "resume");
      await probe.admin("backing off", `/invocations/${backingOff}/resume`, { method: "PATCH" });
      await probe.untilStatus(backingOff, "completed");
      await probe.ingress("retried at once", `/restate/attach/${backingOff}`);
      const paused = (await prepared.paused?.(probe, "")) as string;
      await probe.admin("paused, latest deployment", `/invocations/${paused}/resume?deployment=latest`, {
        method: "PATCH",
      });
      await probe.untilStatus(paused, "paused");
      await probe.admin("paused, kept deployment", `/invocations/${paused}/resume?deployment=keep`, {
        method: "PATCH",
      });
      await probe.untilStatus(paused, "paused");
      await probe.admin(
        "paused, unknown deployment",
        `/invocations/${paused}/resume?deployment=dp_11111111111111111111111`,
        { method: "PATCH" },
      );
      await probe.admin("paused, malformed deployment", `/invocations/${paused}/resume?deployment=other`, {
        method: "PATCH",
      });
      await probe.untilStatus(paused, "paused");
      const pinned = await probe.sent("OraclePauses/failsLate");
      await probe.untilStatus(pinned, "paused");
      await probe.admin(
        "pinned, unknown deployment",
        `/invocations/${pinned}/resume?deployment=dp_11111111111111111111111`,
        { method: "PATCH" },
      );
      await probe.admin("pinned, malformed deployment", `/invocations/${pinned}/resume?deployment=other`, {
        method: "PATCH",
      });
      await probe.admin("pinned, latest deployment", `/invocations/${pinned}/resume?deployment=Latest`, {
        method: "PATCH",
      });
      await probe.untilStatus(pinned, "paused");
      await probe.admin("paused, killed", `/invocations/${paused}/kill`, { method: "PATCH" });
      await probe.ingress("paused, killed: output", `/restate/output/${paused}`);
    },
  },
  {
    name: "retry policy",
    async run(probe) {
      const paused = (await prepared.paused?.(probe, "")) as string;
      await probe.ingress("paused: output", `/restate/output/${paused}`);
      const backingOff = await probe.sentBackingOff("fails", "retry-policy");
      await probe.ingress("backing off: output", `/restate/output/${backingOff}`);
      const unregistered = await probe.sent("OracleGreeter/callUnregistered");
      await probe.untilStatus(unregistered, "backing-off");
      await probe.ingress("call to an unregistered service: output", `/restate/output/${unregistered}`);
      await probe.admin("call to an unregistered service: kill", `/invocations/${unregistered}/kill`, {
        method: "PATCH",
      });
      await probe.ingress("call of a private handler from another", "/restate/call/OracleGreeter/callPrivate", {
        method: "POST",
      });
    },
  },
  {
    name: "retry policy: kill on the last attempt",
    async run(probe) {
      const killed = await probe.prepare("/restate/call/OracleKills/fails", { method: "POST" });
      const { stacktrace: _stack, ...rest } = JSON.parse(killed.text) as { stacktrace?: string };
      probe.note("killed after the last attempt, without its stack", rest);
    },
  },
  {
    name: "retry policy: the stack of the last attempt",
    async run(probe) {
      const killed = await probe.prepare("/restate/call/OracleKills/fails", { method: "POST" });
      const { stacktrace } = JSON.parse(killed.text) as { stacktrace?: string };
      probe.note("to the caller", { stacktrace: stacktrace === undefined ? "none" : "sent" });
    },
  },
  {
    name: "failures",
    async run(probe) {
      for (const code of [400, 404, 409, 418, 500, 503, 599, 600, 999, 1000, 200, 204, 304, 100, 1, 0]) {
        await probe.ingress(`code ${code}`, "/restate/call/OracleGreeter/fail", { json: { code, message: "no" } });
      }
      await probe.ingress("metadata", "/restate/call/OracleGreeter/fail", {
        json: { code: 409, message: "no", metadata: { a: "b", c: "d" } },
      });
      await probe.ingress("empty message", "/restate/call/OracleGreeter/fail", { json: { code: 409, message: "" } });
      await probe.ingress("from a called handler", "/restate/call/OracleGreeter/callFailing", { method: "POST" });
      await probe.ingress("input that the handler cannot read", "/restate/call/OracleGreeter/greet", {
        body: "{",
        headers: { "content-type": "application/json" },
      });
    },
  },
  {
    name: "call trees",
    async run(probe) {
      for (const action of ["kill", "cancel"]) {
        const name = `tree-${action}`;
        const parent = await probe.sent(`OracleTree/${name}/parent`, name);
        const child = await probe.told(`${name}-childId`);
        await probe.told(`${name}-child-id`);
        const sent = await probe.told(`${name}-sent-id`);
        for (const id of [parent, child, sent]) await probe.untilStatus(id, "suspended");
        await probe.admin(action, `/invocations/${parent}/${action}`, { method: "PATCH" });
        await probe.untilEnded(parent);
        await probe.ingress(`${action}: parent`, `/restate/attach/${parent}`);
        await probe.untilEnded(child);
        const delayed = await probe.told(`${name}-delayedId`);
        await probe.ingress(`${action}: delayed send`, `/restate/output/${delayed}`);
        await probe.ingress(`${action}: sibling that was sent, output`, `/restate/output/${sent}`);
        await probe.ingress(`${action}: child`, `/restate/output/${child}`);
        await probe.ingress(`${action}: key of the child is free`, `/restate/send/OracleTree/${name}-child/leaf`, {
          json: `${name}-again`,
        });
        await probe.told(`${name}-again-id`);
      }
    },
  },
  {
    name: "a tree of a hundred",
    async run(probe) {
      const counted = async (id: string, where: string): Promise<number> => {
        const query = `SELECT count(*) AS n FROM sys_invocation WHERE invoked_by_id = '${id}' AND ${where}`;
        const answer = await probe.request(probe.server.adminUrl, "/query", {
          json: { query },
          headers: { accept: "application/json" },
        });
        return Number((JSON.parse(answer.text) as { rows: { n: number }[] }).rows[0]?.n);
      };
      const reach = (id: string, where: string, count: number) =>
        until(`${count} of ${where} on ${probe.server.side}`, async () => (await counted(id, where)) === count);
      for (const action of ["kill", "cancel"]) {
        const id = await probe.sent(`OracleTree/hundred-${action}/family`, 100);
        await reach(id, "status = 'suspended'", 100);
        await probe.admin(action, `/invocations/${id}/${action}`, { method: "PATCH" });
        await probe.untilStatus(id, "completed");
        await probe.ingress(`${action}: output`, `/restate/output/${id}`);
        await probe.admin(`${action} again`, `/invocations/${id}/${action}`, { method: "PATCH" });
        await reach(id, "status = 'completed' AND completion_result = 'failure'", 100);
        probe.note(`${action}: left`, await counted(id, "status <> 'completed'"));
        await probe.admin(`${action}: purge`, `/invocations/${id}/purge`, { method: "PATCH" });
      }
    },
  },
  {
    name: "an object that calls itself",
    async run(probe) {
      for (const action of ["kill", "cancel"]) {
        const outer = await probe.sent(`OracleTree/tangle-${action}/tangle`, `tangle-${action}`);
        await probe.untilStatus(outer, "suspended");
        const query = `SELECT id, status FROM sys_invocation WHERE invoked_by_id = '${outer}'`;
        const answer = await probe.request(probe.server.adminUrl, "/query", {
          json: { query },
          headers: { accept: "application/json" },
        });
        const [inner] = (JSON.parse(answer.text) as { rows: { id: string; status: string }[] }).rows;
        probe.note(`${action}: the inner call is`, inner?.status);
        await probe.admin(`${action} the inner one`, `/invocations/${inner?.id}/${action}`, { method: "PATCH" });
        await probe.untilStatus(outer, "completed");
        await probe.ingress(`${action}: what the outer one gets`, `/restate/output/${outer}`);
      }
    },
  },
  {
    name: "key locks",
    async run(probe) {
      const first = await probe.sent("OracleCounter/lock/hold", "lock");
      await probe.untilStatus(first, "running");
      const second = await probe.sent("OracleCounter/lock/add", 1);
      const third = await probe.sent("OracleCounter/lock/add", 2);
      await probe.untilStatus(third, "pending");
      await probe.ingress("shared handler beside it", "/restate/call/OracleCounter/lock/get");
      await probe.admin("state edit of a locked key", "/services/OracleCounter/state", {
        json: { object_key: "lock", new_state: { count: [...Buffer.from("40")] } },
      });
      await probe.open("lock");
      await probe.untilStatus(third, "completed");
      await probe.ingress("first in the inbox", `/restate/attach/${second}`);
      await probe.ingress("second in the inbox", `/restate/attach/${third}`);
      await probe.ingress("state afterwards", "/restate/call/OracleCounter/lock/get");
    },
  },
];

/** The last of all: the main endpoint has another address afterwards. */
export const moves: Script[] = [
  {
    name: "resume of a suspended invocation on another deployment",
    async run(probe) {
      const before = await probe.request(probe.server.adminUrl, "/services/OracleWaiter", {});
      const { deployment_id: own } = JSON.parse(before.text) as { deployment_id: string };
      const id = await probe.sent("OracleWaiter/sleep", 3_600_000);
      await probe.untilStatus(id, "suspended");
      // The same services, behind a path.
      const again = await probe.request(probe.server.adminUrl, "/deployments", {
        json: { uri: `${probe.server.endpointUrl}/again` },
        method: "POST",
      });
      const { id: other } = JSON.parse(again.text) as { id: string };
      const pinned = async () => {
        const query = `SELECT pinned_deployment_id AS id FROM sys_invocation WHERE id = '${id}'`;
        const answer = await probe.request(probe.server.adminUrl, "/query", {
          json: { query },
          method: "POST",
          headers: { accept: "application/json" },
        });
        const { rows } = JSON.parse(answer.text) as { rows: { id: string }[] };
        return rows[0]?.id === own ? "where it was" : rows[0]?.id === other ? "the other" : "nowhere";
      };
      for (const deployment of [undefined, other, "keep", own, "latest"]) {
        const query = deployment === undefined ? "" : `?deployment=${deployment}`;
        await probe.request(probe.server.adminUrl, `/invocations/${id}/resume${query}`, { method: "PATCH" });
        await probe.untilStatus(id, "suspended");
        const named = deployment === other ? "other" : deployment === own ? "own" : (deployment ?? "none");
        probe.note(`pinned after ${named}`, await pinned());
      }
    },
  },
];
