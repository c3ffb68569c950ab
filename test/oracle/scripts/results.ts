import type { Probe, Script } from "../probe.ts";

const UNKNOWN_ID = "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo";

/** Asks for one invocation in every form that there is. */
async function everyForm(probe: Probe, what: string, id: string): Promise<void> {
  await probe.ingress(`${what}: GET attach`, `/restate/attach/${id}`);
  await probe.ingress(`${what}: GET output`, `/restate/output/${id}`);
  for (const operation of ["attach", "output", "lookup"]) {
    await probe.ingress(`${what}: POST ${operation}`, `/restate/${operation}`, {
      json: { target: "invocation", invocationId: id },
    });
  }
  await probe.ingress(`${what}: older attach`, `/restate/invocation/${id}/attach`);
  await probe.ingress(`${what}: older output`, `/restate/invocation/${id}/output`);
}

export const results: Script[] = [
  {
    name: "results by id",
    async run(probe) {
      const done = await probe.ingress("send", "/restate/send/OracleGreeter/greet", { json: "Ada" });
      const { invocationId } = JSON.parse(done.text) as { invocationId: string };
      await probe.untilStatus(invocationId, "completed");
      await everyForm(probe, "completed", invocationId);
      const failed = await probe.sent("OracleGreeter/fail", { code: 409, message: "no", metadata: { a: "b" } });
      await probe.untilStatus(failed, "completed");
      await everyForm(probe, "failed", failed);
      await everyForm(probe, "unknown", UNKNOWN_ID);
      for (const id of [
        "inv_1",
        "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgV",
        "abc",
        "inv_2lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo",
        "%FF",
      ]) {
        await everyForm(probe, `malformed ${id}`, id);
      }
      const running = await probe.sent("OracleHolder/hold", "results");
      await probe.untilStatus(running, "running");
      await probe.ingress("running: output", `/restate/output/${running}`);
      await probe.ingress("running: older output", `/restate/invocation/${running}/output`);
      const attached = probe.ingress("running: attach", `/restate/attach/${running}`);
      await probe.open("results", "late");
      await attached;
    },
  },
  {
    name: "results by other names",
    async run(probe) {
      const key = { "idempotency-key": "one" };
      await probe.ingress("call", "/restate/call/OracleGreeter/greet", { json: "Ada", headers: key });
      await probe.ingress("object call", "/restate/call/OracleCounter/named/add", { json: 1, headers: key });
      await probe.ingress("workflow", "/restate/call/OracleQuickWorkflow/named/run", { json: "a" });
      const service = {
        target: "idempotentInvocation",
        service: "OracleGreeter",
        handler: "greet",
        idempotencyKey: "one",
      };
      const object = { ...service, service: "OracleCounter", key: "named", handler: "add" };
      const workflow = { target: "workflow", workflowName: "OracleQuickWorkflow", workflowKey: "named" };
      const bodies: Record<string, unknown> = {
        service,
        object,
        workflow,
        "unknown idempotency key": { ...service, idempotencyKey: "two" },
        "unknown object key": { ...object, key: "other" },
        "unknown workflow key": { ...workflow, workflowKey: "other" },
        "unknown service": { ...service, service: "OracleNobody" },
        "unknown handler": { ...service, handler: "none" },
        "unknown workflow": { ...workflow, workflowName: "OracleNobody" },
        "object without key": { ...object, key: undefined },
        "service with key": { ...service, key: "k" },
        "workflow that is a service": { ...workflow, workflowName: "OracleGreeter" },
        "empty idempotency key": { ...service, idempotencyKey: "" },
        "empty workflow key": { ...workflow, workflowKey: "" },
        "more members": { ...workflow, more: 1 },
        "missing member": { target: "workflow", workflowName: "OracleQuickWorkflow" },
        "member of wrong type": { ...workflow, workflowKey: 1 },
        "unknown target": { target: "other" },
        "no target": {},
        array: [],
        text: "x",
        null: null,
      };
      for (const [what, body] of Object.entries(bodies)) {
        for (const operation of ["attach", "output", "lookup"]) {
          await probe.ingress(`${what}: ${operation}`, `/restate/${operation}`, { json: body });
        }
      }
      for (const operation of ["attach", "output", "lookup"]) {
        const path = `/restate/${operation}`;
        await probe.ingress(`not JSON: ${operation}`, path, {
          body: "{",
          headers: { "content-type": "application/json" },
        });
        await probe.ingress(`other content type: ${operation}`, path, {
          body: JSON.stringify(workflow),
          headers: { "content-type": "text/plain" },
        });
        await probe.ingress(`no content type: ${operation}`, path, { body: JSON.stringify(workflow) });
        await probe.ingress(`no body: ${operation}`, path, { method: "POST" });
        await probe.ingress(`GET without id: ${operation}`, path);
        await probe.ingress(`PUT: ${operation}`, path, { method: "PUT", body: JSON.stringify(workflow) });
      }
      await probe.ingress("GET lookup with id", `/restate/lookup/${UNKNOWN_ID}`);
      await probe.ingress("POST attach with id", `/restate/attach/${UNKNOWN_ID}`, { method: "POST" });
      await probe.ingress("attach with more", `/restate/attach/${UNKNOWN_ID}/more`);
    },
  },
  {
    name: "results in the older forms",
    async run(probe) {
      const key = { "idempotency-key": "older" };
      await probe.ingress("call", "/OracleGreeter/greet", { json: "Ada", headers: key });
      await probe.ingress("object call", "/OracleCounter/older/add", { json: 1, headers: key });
      await probe.ingress("workflow", "/OracleQuickWorkflow/older/run", { json: "a" });
      for (const operation of ["attach", "output", "other"]) {
        const paths = {
          service: "/restate/invocation/OracleGreeter/greet/older",
          object: "/restate/invocation/OracleCounter/older/add/older",
          workflow: "/restate/workflow/OracleQuickWorkflow/older",
          "unknown idempotency key": "/restate/invocation/OracleGreeter/greet/none",
          "unknown handler": "/restate/invocation/OracleGreeter/none/older",
          "unknown service": "/restate/invocation/OracleNobody/greet/older",
          "object without key": "/restate/invocation/OracleCounter/add/older",
          "service with key": "/restate/invocation/OracleGreeter/key/greet/older",
          "unknown workflow key": "/restate/workflow/OracleQuickWorkflow/none",
          "unknown workflow": "/restate/workflow/OracleNobody/older",
          "workflow that is a service": "/restate/workflow/OracleGreeter/older",
          "idempotency key with percent": "/restate/invocation/OracleGreeter/greet/old%65r",
        };
        for (const [what, path] of Object.entries(paths))
          await probe.ingress(`${what}: ${operation}`, `${path}/${operation}`);
      }
      await probe.ingress("POST attach", "/restate/workflow/OracleQuickWorkflow/older/attach", { method: "POST" });
      await probe.ingress("POST output", "/restate/invocation/OracleGreeter/greet/older/output", { method: "POST" });
      await probe.ingress("no operation", "/restate/workflow/OracleQuickWorkflow/older");
      await probe.ingress("no key", "/restate/workflow/OracleQuickWorkflow");
      await probe.ingress("nothing behind workflow", "/restate/workflow");
      await probe.ingress("nothing behind invocation", "/restate/invocation");
      await probe.ingress("only an id", `/restate/invocation/${UNKNOWN_ID}`);
    },
  },
  {
    name: "a workflow key that is not UTF-8",
    async run(probe) {
      for (const operation of ["attach", "output", "other"]) {
        await probe.ingress(operation, `/restate/workflow/OracleQuickWorkflow/%FF/${operation}`);
      }
    },
  },
  {
    name: "idempotency",
    async run(probe) {
      const headers = { "idempotency-key": "same" };
      await probe.ingress("first call", "/restate/call/OracleCounter/idem/add", { json: 1, headers });
      await probe.ingress("second call", "/restate/call/OracleCounter/idem/add", { json: 5, headers });
      await probe.ingress("older path", "/OracleCounter/idem/add", { json: 5, headers });
      await probe.ingress("send", "/restate/send/OracleCounter/idem/add", { json: 5, headers });
      await probe.ingress("send with delay", "/restate/send/OracleCounter/idem/add?delay=1h", { json: 5, headers });
      await probe.ingress("other object key", "/restate/call/OracleCounter/idem2/add", { json: 1, headers });
      await probe.ingress("shared handler", "/restate/call/OracleCounter/idem/get", { headers });
      await probe.ingress("empty idempotency key", "/restate/call/OracleCounter/idem/add", {
        json: 1,
        headers: { "idempotency-key": "" },
      });
      await probe.ingress("empty idempotency key again", "/restate/call/OracleCounter/idem/add", {
        json: 1,
        headers: { "idempotency-key": "" },
      });
      await probe.ingress("failure", "/restate/call/OracleGreeter/fail", {
        json: { code: 418, message: "no" },
        headers,
      });
      await probe.ingress("failure again", "/restate/call/OracleGreeter/fail", {
        json: { code: 418, message: "no" },
        headers,
      });
      await probe.ingress("delayed send", "/restate/send/OracleGreeter/greet?delay=1h", { json: "x", headers });
      await probe.ingress("delayed send again", "/restate/send/OracleGreeter/greet?delay=2h", { json: "x", headers });
      await probe.ingress("send without delay", "/restate/send/OracleGreeter/greet", { json: "x", headers });
      await probe.ingress("on a workflow", "/restate/call/OracleQuickWorkflow/idem/run", { json: "x", headers });
      await probe.ingress("on a workflow, send", "/restate/send/OracleQuickWorkflow/idem/run", { json: "x", headers });
      await probe.ingress("on a shared handler of a workflow", "/restate/call/OracleQuickWorkflow/idem/key", {
        headers,
      });
    },
  },
  {
    name: "workflows",
    async run(probe) {
      const send = await probe.ingress("send", "/restate/send/OracleWorkflow/w/run", { json: "in" });
      const { invocationId } = JSON.parse(send.text) as { invocationId: string };
      await probe.ingress("send again", "/restate/send/OracleWorkflow/w/run", { json: "in" });
      await probe.ingress("call while it runs", "/restate/call/OracleWorkflow/w/run", { json: "in" });
      await probe.ingress("older call while it runs", "/OracleWorkflow/w/run", { json: "in" });
      await probe.ingress("output while it runs", "/restate/workflow/OracleWorkflow/w/output");
      await probe.ingress("peek", "/restate/call/OracleWorkflow/w/peek");
      const attached = probe.request(probe.server.ingressUrl, "/restate/workflow/OracleWorkflow/w/attach", {});
      await probe.ingress("approve", "/restate/call/OracleWorkflow/w/approve", { json: "yes" });
      probe.note("what attach got", JSON.parse((await attached).text));
      await probe.ingress("approve again", "/restate/call/OracleWorkflow/w/approve", { json: "no" });
      await probe.ingress("peek again", "/restate/call/OracleWorkflow/w/peek");
      await probe.untilStatus(invocationId, "completed");
      await probe.ingress("call when it is done", "/restate/call/OracleWorkflow/w/run", { json: "in" });
      await probe.ingress("send when it is done", "/restate/send/OracleWorkflow/w/run", { json: "in" });
      await probe.ingress("output", "/restate/workflow/OracleWorkflow/w/output");
      await probe.ingress("output by id", `/restate/output/${invocationId}`);
      await probe.ingress("delayed run", "/restate/send/OracleQuickWorkflow/later/run?delay=1h", { json: "x" });
      await probe.ingress("delayed run again", "/restate/send/OracleQuickWorkflow/later/run", { json: "x" });
      await probe.ingress("shared handler before the run", "/restate/call/OracleQuickWorkflow/unborn/key");
      await probe.admin("purge", `/invocations/${invocationId}/purge`, { method: "PATCH" });
      await probe.ingress("output when purged", "/restate/workflow/OracleWorkflow/w/output");
      await probe.ingress("send when purged", "/restate/send/OracleWorkflow/w/run", { json: "in" });
    },
  },
];
