import { until } from "../../support/until.ts";
import type { Probe, Script } from "../probe.ts";

/** Restarts an invocation and notes what the new one came to. */
async function restart(probe: Probe, step: string, id: string, query = ""): Promise<string> {
  const answer = await probe.admin(step, `/invocations/${id}/restart-as-new${query}`, { method: "PATCH" });
  const { new_invocation_id: restarted } = JSON.parse(answer.text) as { new_invocation_id?: string };
  if (restarted === undefined) throw new Error(`${step}: not restarted: ${answer.status} ${answer.text}`);
  await probe.untilEnded(restarted);
  await probe.ingress(`${step}: result`, `/restate/output/${restarted}`);
  return restarted;
}

async function completed(probe: Probe, path: string, name: string): Promise<string> {
  const id = await probe.sent(path, name);
  await probe.prepare(`/restate/attach/${id}`);
  return id;
}

export const restarts: Script[] = [
  {
    name: "restart from a prefix of the journal",
    async run(probe) {
      const id = await completed(probe, "OracleJourney/go", "journey");
      // Input, Run and its result, Sleep and its, Call with two, OneWayCall with one, Run and its, Output.
      for (const from of ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]) {
        await restart(probe, `from ${from}`, id, `?from=${from}`);
      }
      const failed = await completed(probe, "OracleJourney/fails", "failing");
      await restart(probe, "failed, from 1", failed, "?from=1");
      await restart(probe, "failed", failed);
      const together = await completed(probe, "OracleJourney/together", "together");
      for (const from of ["1", "2"]) await restart(probe, `two at a time, from ${from}`, together, `?from=${from}`);
      const awaited = await completed(probe, "OracleJourney/awakeable", "awaited");
      for (const from of ["1", "2"])
        await restart(probe, `before an awakeable, from ${from}`, awaited, `?from=${from}`);
      for (const from of ["13", "99", "4294967295", "4294967296", "-1", "x", "1.5", ""]) {
        await probe.admin(`from '${from}'`, `/invocations/${id}/restart-as-new?from=${from}`, { method: "PATCH" });
      }
    },
  },
  {
    name: "restart on a deployment",
    async run(probe) {
      const list = await probe.request(probe.server.adminUrl, "/services/OracleJourney", {});
      const { deployment_id: deployment } = JSON.parse(list.text) as { deployment_id: string };
      const id = await completed(probe, "OracleJourney/go", "deployed");
      for (const wanted of ["latest", "Latest", "keep", "Keep", deployment]) {
        const step = wanted === deployment ? "its own" : wanted;
        await restart(probe, step, id, `?from=1&deployment=${wanted}`);
        await restart(probe, `${step} without from`, id, `?deployment=${wanted}`);
      }
      await restart(probe, "unknown parameter", id, "?other=1");
      for (const wanted of ["LATEST", "KEEP", "dp_1", "other", "", "dp_11111111111111111111111"]) {
        const path = `/invocations/${id}/restart-as-new?from=1&deployment=${wanted}`;
        await probe.admin(`deployment '${wanted}'`, path, { method: "PATCH" });
      }
    },
  },
  {
    name: "what a restarted invocation is",
    async run(probe) {
      const sent = await probe.prepare("/restate/call/OracleJourney/context", {
        method: "POST",
        headers: { "x-mine": "a", "idempotency-key": "restarted" },
      });
      const id = sent.headers["x-restate-id"] ?? "";
      const again = await restart(probe, "headers", id);
      await restart(probe, "of a restarted one", again);
      await probe.ingress("the idempotency key names the original", "/restate/call/OracleJourney/context", {
        method: "POST",
        headers: { "idempotency-key": "restarted" },
      });
      for (const version of ["/v2", "/v3", "/v4"]) {
        await probe.admin(version, `${version}/invocations/${id}/restart-as-new`, { method: "PATCH" });
      }
      const object = await probe.sent("OracleJourneyObject/k/add", 5);
      await probe.prepare(`/restate/attach/${object}`);
      await restart(probe, "of an object", object);
      await probe.ingress("state", "/restate/call/OracleJourneyObject/k/sum");
      await restart(probe, "of an object, from 2", object, "?from=2");
      await probe.ingress("state after a kept prefix", "/restate/call/OracleJourneyObject/k/sum");

      const refused = async (step: string, target: string, query = "") =>
        probe.admin(step, `/invocations/${target}/restart-as-new${query}`, { method: "PATCH" });
      for (const handler of ["run", "key"]) {
        const flow = await completed(probe, `OracleQuickWorkflow/restarted/${handler}`, "x");
        await refused(`workflow ${handler}`, flow);
        await refused(`workflow ${handler}, from 1`, flow, "?from=1");
      }
      await probe.request(probe.server.adminUrl, `/invocations/${again}/purge-journal`, { method: "PATCH" });
      await until(`the end of the journal on ${probe.server.side}`, async () => {
        const answer = await probe.request(probe.server.adminUrl, `/invocations/${again}/restart-as-new`, {
          method: "PATCH",
        });
        return answer.status !== 200;
      });
      await refused("without a journal", again);
      await refused("without a journal, from 1", again, "?from=1");
      await probe.request(probe.server.adminUrl, `/invocations/${again}/purge`, { method: "PATCH" });
      await until(`the purge on ${probe.server.side}`, async () => (await probe.server.status(again)) === undefined);
      await refused("purged", again);
      await refused("malformed", "other", "?from=1");
      await probe.admin("POST", `/invocations/${id}/restart-as-new`, { method: "POST" });
      await probe.admin("DELETE with another mode", `/invocations/${id}?mode=restart`, { method: "DELETE" });
      await probe.admin("GET an invocation", `/invocations/${id}`);
      await probe.admin("GET invocations", "/invocations");
    },
  },
];
