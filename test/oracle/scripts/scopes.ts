import type { Script } from "../probe.ts";

export const scopes: Script[] = [
  {
    name: "scopes without the real server's flags",
    profile: "flags-off",
    async run(probe) {
      for (const verb of ["call", "send"]) {
        await probe.ingress(verb, `/restate/scope/team/${verb}/OracleGreeter/greet`, { json: "x" });
        await probe.ingress(`object, ${verb}`, `/restate/scope/team/${verb}/OracleCounter/k/add`, { json: 1 });
        await probe.ingress(`workflow, ${verb}`, `/restate/scope/team/${verb}/OracleQuickWorkflow/${verb}/run`, {
          json: 1,
        });
        await probe.ingress(`malformed, ${verb}`, `/restate/scope/a!/${verb}/OracleGreeter/greet`, { json: "x" });
      }
    },
  },
  {
    name: "scopes",
    profile: "flags-on",
    async run(probe) {
      await probe.ingress("call", "/restate/scope/team/call/OracleGreeter/greet", { json: "x" });
      await probe.ingress("send", "/restate/scope/team/send/OracleGreeter/greet", { json: "x" });
      await probe.ingress("object", "/restate/scope/team/call/OracleCounter/k/add", { json: 1 });
      await probe.ingress("object in another scope", "/restate/scope/other/call/OracleCounter/k/add", { json: 1 });
      await probe.ingress("object again", "/restate/scope/team/call/OracleCounter/k/add", { json: 1 });
      await probe.ingress("object without scope", "/restate/call/OracleCounter/k/add", { json: 1 });
      const headers = { "idempotency-key": "scoped" };
      await probe.ingress("idempotent", "/restate/scope/team/call/OracleGreeter/greet", { json: "x", headers });
      await probe.ingress("idempotent again", "/restate/scope/team/call/OracleGreeter/greet", { json: "x", headers });
      await probe.ingress("idempotent in another scope", "/restate/scope/other/call/OracleGreeter/greet", {
        json: "x",
        headers,
      });
      await probe.ingress("workflow", "/restate/scope/team/call/OracleQuickWorkflow/k/run", { json: "x" });
      await probe.ingress("workflow again", "/restate/scope/team/call/OracleQuickWorkflow/k/run", { json: "x" });
      await probe.ingress("workflow in another scope", "/restate/scope/other/call/OracleQuickWorkflow/k/run", {
        json: "x",
      });
      await probe.ingress("limit key", "/restate/scope/team/call/OracleGreeter/greet", {
        json: "x",
        headers: { "x-restate-limit-key": "a/b" },
      });
      await probe.ingress("limit key in the query", "/restate/scope/team/call/OracleGreeter/greet?limit-key=a", {
        json: "x",
      });
      const lookup = { target: "workflow", workflowName: "OracleQuickWorkflow", workflowKey: "k", scope: "team" };
      for (const operation of ["attach", "output", "lookup"]) {
        await probe.ingress(`workflow: ${operation}`, `/restate/${operation}`, { json: lookup });
        await probe.ingress(`workflow in an unknown scope: ${operation}`, `/restate/${operation}`, {
          json: { ...lookup, scope: "none" },
        });
        await probe.ingress(`null scope: ${operation}`, `/restate/${operation}`, { json: { ...lookup, scope: null } });
      }
    },
  },
  {
    name: "malformed scopes",
    profile: "flags-on",
    async run(probe) {
      for (const scope of ["", "a%20b", "a!", "%FF", "a".repeat(36), "a".repeat(37), "A_b.c-9"]) {
        await probe.ingress(`scope '${scope}'`, `/restate/scope/${scope}/call/OracleGreeter/greet`, { json: "x" });
        await probe.ingress(`body with scope '${scope}'`, "/restate/lookup", {
          json: { target: "workflow", workflowName: "OracleQuickWorkflow", workflowKey: "k", scope },
        });
      }
      for (const key of ["a/b/c", "a/", "/a", "a b", "a".repeat(37), "a!"]) {
        await probe.ingress(`limit key '${key}'`, "/restate/scope/team/call/OracleGreeter/greet", {
          json: "x",
          headers: { "x-restate-limit-key": key },
        });
      }
      await probe.ingress("only a scope", "/restate/scope/team");
      await probe.ingress("nothing behind scope", "/restate/scope");
      await probe.ingress("unknown verb", "/restate/scope/team/other/OracleGreeter/greet", { json: "x" });
      await probe.ingress("no handler", "/restate/scope/team/call/OracleGreeter", { json: "x" });
    },
  },
];
