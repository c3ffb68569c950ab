import type { Probe, Script } from "../probe.ts";

async function act(probe: Probe, step: string, id: string, action: string): Promise<void> {
  await probe.admin(step, `/invocations/${id}/${action}`, { method: "PATCH" });
}

const actions = ["cancel", "kill", "purge", "purge-journal", "pause", "resume", "restart-as-new"] as const;

/** What is done again, and what is done to the wrong thing. */
export const twice: Script[] = [
  {
    name: "twice",
    async run(probe) {
      for (const action of ["cancel", "kill"] as const) {
        const id = await probe.sent("OracleWaiter/sleep", 3_600_000);
        await probe.untilStatus(id, "suspended");
        await act(probe, `${action}, once`, id, action);
        await probe.untilEnded(id);
        for (const next of ["cancel", "kill", "pause", "resume"]) await act(probe, `${action}, then ${next}`, id, next);
        await act(probe, `${action}, then purge-journal`, id, "purge-journal");
        await act(probe, `${action}, then purge-journal again`, id, "purge-journal");
        await act(probe, `${action}, then purge`, id, "purge");
        for (const next of actions) await act(probe, `${action}, purged, then ${next}`, id, next);
        await probe.ingress(`${action}, purged: output`, `/restate/output/${id}`);
        await probe.ingress(`${action}, purged: attach`, `/restate/attach/${id}`);
      }
    },
  },
  {
    name: "while it runs",
    async run(probe) {
      const id = await probe.sent("OracleHolder/hold", "while-it-runs");
      await probe.untilStatus(id, "running");
      for (const action of ["purge", "purge-journal", "resume", "restart-as-new"]) await act(probe, action, id, action);
      await probe.admin("DELETE with mode purge", `/invocations/${id}?mode=purge`, { method: "DELETE" });
      await probe.admin("restart from an entry", `/invocations/${id}/restart-as-new?from=1`, { method: "PATCH" });
      await probe.ingress("output", `/restate/output/${id}`);
      await act(probe, "cancel", id, "cancel");
      await probe.untilEnded(id);
      for (const action of ["cancel", "kill", "pause", "resume"]) await act(probe, `then ${action}`, id, action);
      await probe.ingress("attach", `/restate/attach/${id}`);
    },
  },
  {
    name: "pause of what runs",
    async run(probe) {
      const id = await probe.sent("OracleHolder/hold", "pausing");
      await probe.untilStatus(id, "running");
      await act(probe, "in a step", id, "pause");
      await probe.open("pausing");
      await probe.untilStatus(id, "paused");
      await act(probe, "when the step is over", id, "pause");
      await act(probe, "resume", id, "resume");
      await probe.untilEnded(id);
      await probe.ingress("attach", `/restate/attach/${id}`);
    },
  },
  {
    name: "pause of what runs, twice",
    profile: "flags-off",
    async run(probe) {
      const id = await probe.sent("OracleHolder/hold", "pausing-twice");
      await probe.untilStatus(id, "running");
      await act(probe, "in a step", id, "pause");
      await act(probe, "in a step, again", id, "pause");
      await act(probe, "kill", id, "kill");
    },
  },
  {
    name: "ids that are none",
    async run(probe) {
      const ids = [
        "x",
        "%20",
        "inv_",
        "inv_1",
        "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgV",
        "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVoo",
        "inv_1!MulwTzR0ZU1ciccACMdLEPWH6DiYRgVo",
        "INV_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo",
        "dp_11111111111111111111111",
        "sign_1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEQ",
        "%00",
        "%FF",
      ];
      for (const id of ids) {
        for (const action of actions) await act(probe, `${action} ${id}`, id, action);
      }
    },
  },
];
