import type { Script } from "../probe.ts";

const json = (text: string) => ({ body: text, headers: { "content-type": "application/json" } });

export const settings: Script[] = [
  {
    name: "refused deployment requests",
    async run(probe) {
      const list = await probe.request(probe.server.adminUrl, "/services/OracleJourney", {});
      const { deployment_id: id } = JSON.parse(list.text) as { deployment_id: string };
      const path = `/deployments/${id}`;
      for (const force of ["x", "", "1", "TRUE"]) {
        await probe.admin(`DELETE with force '${force}'`, `${path}?force=${force}`, { method: "DELETE" });
      }
      await probe.admin("DELETE with force false", `${path}?force=false`, { method: "DELETE" });
      await probe.admin("DELETE malformed", "/deployments/bad?force=true", { method: "DELETE" });
      await probe.admin("slash at the end", `${path}/`);
      await probe.admin("list with a slash at the end", "/deployments/");
      const uri = probe.server.endpointUrl;
      const bodies: Record<string, unknown> = {
        "metadata of wrong type": { uri, metadata: { a: 1 } },
        "metadata null": { uri, metadata: null },
        "breaking null": { uri, breaking: null },
        "dry_run of wrong type": { uri, dry_run: "x" },
        "use_http_11 of wrong type": { uri, use_http_11: 1 },
        "force of wrong type": { uri, force: "true" },
        "empty address": { uri: "" },
        array: [],
      };
      for (const [step, json] of Object.entries(bodies)) await probe.admin(step, "/deployments", { json });
      await probe.admin("PATCH to a relative address", path, { method: "PATCH", json: { uri: "relative" } });
      await probe.admin("PATCH malformed", "/deployments/bad", { method: "PATCH", json: {} });
      await probe.admin("PATCH overwrite of wrong type", path, { method: "PATCH", json: { overwrite: 1 } });
      await probe.admin("PATCH header of wrong type", path, {
        method: "PATCH",
        json: { additional_headers: { a: 1 } },
      });
    },
  },
  {
    name: "service configuration",
    async run(probe) {
      const patch = (step: string, body: unknown, service = "OracleJourney", version = "") =>
        probe.admin(step, `${version}/services/${service}`, { method: "PATCH", json: body });
      await patch("nothing", {});
      await patch("everything", {
        idempotency_retention: "1h",
        journal_retention: "2h",
        inactivity_timeout: "5s",
        abort_timeout: "PT10S",
      });
      await patch("one more", { journal_retention: "1h30m2s3ms" });
      await patch("nulls", { idempotency_retention: null, public: null });
      await patch("unknown member", { other: 1 });
      await patch("without a unit", { idempotency_retention: "0" });
      await probe.admin("afterwards", "/services/OracleJourney");
      await patch(
        "of a service with options",
        { idempotency_retention: "1h", abort_timeout: "1m" },
        "OracleConfigured",
      );
      await patch("hidden", { public: false }, "OracleHalfPrivate");
      await probe.ingress("call to a hidden service", "/restate/call/OracleHalfPrivate/open", { method: "POST" });
      await patch("public again", { public: true }, "OracleHalfPrivate");
      await probe.ingress("call to a public service", "/restate/call/OracleHalfPrivate/open", { method: "POST" });
      await patch("published", { public: true }, "OraclePrivate");
      await probe.ingress("call to a published service", "/restate/call/OraclePrivate/secret", { method: "POST" });
      await patch("hidden as before", { public: false }, "OraclePrivate");
      await patch("workflow", { workflow_completion_retention: "1h" }, "OracleTypedWorkflow");
      await patch("workflow, for no time", { workflow_completion_retention: "0s" }, "OracleTypedWorkflow");
      for (const version of ["/v2", "/v3", "/v4"]) await patch(version, { public: true }, "OracleJourney", version);

      await patch("workflow retention of a service", { workflow_completion_retention: "1h" });
      await patch("public of wrong type", { public: "x" });
      for (const retention of ["x", "", "-1h", "1 month", "1y", "5", 5]) {
        await patch(`retention ${JSON.stringify(retention)}`, { idempotency_retention: retention });
      }
      await patch("nothing of an unknown service", {}, "OracleNobody");
      await patch("of an unknown service", { public: false }, "OracleNobody");
      await probe.admin("not JSON", "/services/OracleJourney", { method: "PATCH", ...json("{") });
      await probe.admin("other content type", "/services/OracleJourney", {
        method: "PATCH",
        body: "{}",
        headers: { "content-type": "text/plain" },
      });
      await probe.admin("POST", "/services/OracleJourney", { method: "POST", json: {} });
    },
  },
  {
    name: "configuration and revisions",
    async run(probe) {
      const service = "OracleEdited";
      const variant = await probe.startVariant({ VARIANT: "two", SERVICE: service });
      const register = (body: object) => probe.request(probe.server.adminUrl, "/deployments", { json: body });
      const { id } = JSON.parse((await register({ uri: variant.url })).text) as { id: string };
      const edit = () =>
        probe.request(probe.server.adminUrl, `/services/${service}`, {
          method: "PATCH",
          json: { abort_timeout: "1s" },
        });
      const update = (body: object) =>
        probe.request(probe.server.adminUrl, `/deployments/${id}`, { method: "PATCH", json: body });
      await edit();
      await probe.admin("edited", `/services/${service}`);
      await register({ uri: variant.url });
      await probe.admin("registered again", `/services/${service}`);
      await update({});
      await probe.admin("updated", `/services/${service}`);
      await update({ overwrite: true });
      await probe.admin("overwritten", `/services/${service}`);
      await register({ uri: variant.url, force: true });
      await probe.admin("next revision", `/services/${service}`);
    },
  },
  {
    name: "versions of state",
    async run(probe) {
      const path = "/services/OracleCounter/state";
      const edit = (step: string, key: string, more: object) =>
        probe.admin(step, path, { json: { object_key: key, new_state: { count: [...Buffer.from("7")] }, ...more } });
      await edit("without a version", "versioned", {});
      await edit("a version that is none", "versioned", { version: "wrong", new_state: {} });
      await probe.ingress("after a version that is none", "/restate/call/OracleCounter/versioned/get");
      const empty = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
      await edit("the version of an empty state", "versioned", { version: empty, new_state: {} });
      await probe.ingress("after the version of an empty state", "/restate/call/OracleCounter/versioned/get");
      await edit("an empty state of that version", "versioned-empty", { version: empty });
      await probe.ingress("after an empty state of that version", "/restate/call/OracleCounter/versioned-empty/get");
      await edit("an empty state of another version", "versioned-other", { version: "x".repeat(43) });
      await probe.ingress("after an empty state of another version", "/restate/call/OracleCounter/versioned-other/get");
      await edit("version of wrong type", "versioned", { version: 5 });
      await edit("empty version", "versioned", { version: "", new_state: {} });
      await probe.ingress("after an empty version", "/restate/call/OracleCounter/versioned/get");
      await edit("bad scope", "versioned", { scope: "a b" });
      await edit("empty scope", "versioned", { scope: "" });
    },
  },
];
