import type { Script } from "../probe.ts";

const UNKNOWN = "sign_1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEQ";

export const signals: Script[] = [
  {
    name: "awakeables",
    async run(probe) {
      for (const form of ["awakeables", "a"]) {
        for (const operation of ["resolve", "reject"]) {
          const name = `${form}-${operation}`;
          const waiting = await probe.sent("OracleWaiter/awakeable", name);
          const id = await probe.told(`awakeable:${name}`);
          await probe.untilStatus(waiting, "suspended");
          const body =
            operation === "resolve"
              ? { json: { a: 1 } }
              : { body: "not today", headers: { "content-type": "text/plain" } };
          await probe.ingress(name, `/restate/${form}/${id}/${operation}`, body);
          await probe.untilStatus(waiting, "completed");
          await probe.ingress(`${name}: attach`, `/restate/attach/${waiting}`);
          await probe.ingress(`${name} again`, `/restate/${form}/${id}/${operation}`, body);
          await probe.admin(`${name}: purge`, `/invocations/${waiting}/purge`, { method: "PATCH" });
          await probe.ingress(`${name} when purged`, `/restate/${form}/${id}/${operation}`, body);
          await probe.ingress(`${name} by GET`, `/restate/${form}/${id}/${operation}`);
        }
        await probe.ingress(`${form}: other operation`, `/restate/${form}/${UNKNOWN}/other`, { json: 1 });
        await probe.ingress(`${form}: no operation`, `/restate/${form}/${UNKNOWN}`, { json: 1 });
        await probe.ingress(`${form}: no id`, `/restate/${form}`, { json: 1 });
        await probe.ingress(`${form}: unknown`, `/restate/${form}/${UNKNOWN}/resolve`, { json: 1 });
        await probe.ingress(`${form}: more segments`, `/restate/${form}/${UNKNOWN}/resolve/more`, { json: 1 });
      }
      for (const id of [
        "abc",
        "sign_1",
        "prom_1",
        "sign_1AAAA",
        "sign_1!!!",
        "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo",
        "%FF",
      ]) {
        await probe.ingress(`malformed ${id}`, `/restate/awakeables/${id}/resolve`, { json: 1 });
        await probe.ingress(`malformed ${id}, reject`, `/restate/a/${id}/reject`, { body: "x" });
      }
      for (const [what, request] of Object.entries({
        empty: { method: "POST" },
        text: { body: "abc", headers: { "content-type": "text/plain" } },
        "no content type": { body: "1" },
      })) {
        const waiting = await probe.sent("OracleWaiter/awakeable", what);
        const id = await probe.told(`awakeable:${what}`);
        await probe.ingress(`resolve, ${what}`, `/restate/awakeables/${id}/resolve`, request);
        if (what !== "no content type") await probe.prepare(`/restate/awakeables/${id}/reject`, { body: "stop" });
        else {
          await probe.untilStatus(waiting, "completed");
          await probe.ingress(`resolved, ${what}`, `/restate/attach/${waiting}`);
        }
      }
    },
  },
  {
    name: "signals",
    async run(probe) {
      const waiting = await probe.sent("OracleWaiter/signal", "go");
      await probe.untilStatus(waiting, "suspended");
      await probe.ingress("resolve a signal", `/restate/signals/${waiting}/go/resolve`, { json: "now" });
    },
  },
];
