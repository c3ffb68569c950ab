import type { Probe, Script } from "../probe.ts";

const json = (text: string) => ({ body: text, headers: { "content-type": "application/json" } });

/** Times and positions of parsers apart, which say nothing. */
function rulesOf(probe: Probe) {
  const send = async (step: string, method: string, path: string, body: unknown) => {
    const answer = await probe.request(probe.server.adminUrl, path, { method, json: body });
    const text = answer.text.replace(/"last_modified_millis_since_epoch":\d+/g, '"last_modified_millis_since_epoch":0');
    return probe.answer(step, { ...answer, text });
  };
  return {
    put: (step: string, ...rules: unknown[]) => send(step, "PUT", "/limits/rules", rules),
    putTo: (step: string, version: string, rules: unknown) => send(step, "PUT", `${version}/limits/rules`, rules),
    remove: (step: string, ...rules: unknown[]) => send(step, "POST", "/limits/rules/bulk-delete", rules),
    removeAs: (step: string, body: unknown) => send(step, "POST", "/limits/rules/bulk-delete", body),
  };
}

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
    name: "limit rules",
    async run(probe) {
      const rules = rulesOf(probe);
      await rules.put("none");
      await rules.put("new", { pattern: "*" });
      await rules.put("changed", { pattern: "*", limits: { concurrency: 10 }, description: "d" });
      await rules.put("unchanged", { pattern: "*", limits: { concurrency: 10 }, description: "d" });
      await rules.put("replaced whole", { pattern: "*", limits: {} });
      await rules.put("nulls", { pattern: "*", limits: { concurrency: null }, description: null });
      await rules.put("biggest", { pattern: "*", limits: { concurrency: 4_294_967_295 } });
      await rules.put("disabled", { pattern: "*", disabled: true });
      await rules.put("unknown members", { pattern: "*", disabled: true, limits: { other: 1 }, other: 1 });
      for (const pattern of ["a", "a/", " a", "a ", "a / b", "a/b/c", "a/b/c/", "*/*/*", "*/x/*", "A/*", "x.y_z-1"]) {
        await rules.put(`pattern '${pattern}'`, { pattern, limits: { concurrency: 1 } });
      }
      await rules.put("twice", { pattern: "d" }, { pattern: "d", limits: { concurrency: 2 } });
      await rules.put("strict insert", { pattern: "p", precondition: { type: "does_not_exist" } });
      await rules.put("strict insert again", { pattern: "p", precondition: { type: "does_not_exist" } });
      await rules.put("wrong version", { pattern: "p", precondition: { type: "matches", version: 1 } });
      await rules.put("version of nothing", { pattern: "absent", precondition: { type: "matches", version: 1 } });
      await rules.put("no precondition", { pattern: "p", precondition: { type: "none" }, limits: { concurrency: 3 } });
      await rules.put("all or none", { pattern: "q" }, { pattern: "p", precondition: { type: "does_not_exist" } });
      await rules.put("none of them", { pattern: "q", precondition: { type: "does_not_exist" } });
      for (const version of ["/v2", "/v3", "/v4"]) await rules.putTo(version, version, [{ pattern: "v" }]);

      await rules.remove("delete none");
      await rules.remove("delete unknown", { pattern: "absent" });
      await rules.remove("delete wrong version", { pattern: "p", expected_version: 1 });
      await rules.remove("delete version of nothing", { pattern: "absent", expected_version: 1 });
      await rules.remove("delete", { pattern: "p", expected_version: null });
      await rules.remove("delete again", { pattern: "p" });
      await rules.remove("delete twice", { pattern: "d" }, { pattern: "d" });
      await rules.remove("delete all or none", { pattern: "*" }, { pattern: "absent", expected_version: 3 });
      await rules.remove("delete some", { pattern: "*" }, { pattern: "absent" });
      await rules.put("made again", { pattern: "p" });
    },
  },
  {
    name: "refused limit rules",
    async run(probe) {
      const rules = rulesOf(probe);
      for (const pattern of [
        "",
        " ",
        "/",
        "/a",
        "a//b",
        "a//",
        "a/b/c/d",
        "a b",
        "a*",
        "**",
        "ä",
        "a:b",
        "x".repeat(37),
      ]) {
        await rules.put(`pattern '${pattern}'`, { pattern });
      }
      for (const concurrency of [0, -1, 1.5, 4_294_967_296, "10"]) {
        await rules.put(`concurrency ${JSON.stringify(concurrency)}`, { pattern: "*", limits: { concurrency } });
      }
      await rules.put("no pattern", {});
      await rules.put("pattern of wrong type", { pattern: 1 });
      await rules.put("limits null", { pattern: "*", limits: null });
      await rules.put("disabled null", { pattern: "*", disabled: null });
      await rules.put("disabled of wrong type", { pattern: "*", disabled: "yes" });
      await rules.put("precondition null", { pattern: "*", precondition: null });
      await rules.put("precondition without version", { pattern: "*", precondition: { type: "matches" } });
      await rules.put("unknown precondition", { pattern: "*", precondition: { type: "other" } });
      await rules.put("one of two", { pattern: "ok" }, { pattern: "not ok" });
      await rules.putTo("no array", "", {});
      await probe.admin("not JSON", "/limits/rules", { method: "PUT", ...json("[") });
      await probe.admin("other content type", "/limits/rules", {
        method: "PUT",
        body: "[]",
        headers: { "content-type": "text/plain" },
      });
      await rules.remove("delete a bad pattern", { pattern: "a b" });
      await rules.remove("delete nothing", {});
      await rules.remove("delete version of wrong type", { pattern: "a", expected_version: "1" });
      await rules.removeAs("delete no array", {});
      for (const method of ["GET", "POST", "DELETE"]) await probe.admin(`${method} rules`, "/limits/rules", { method });
      for (const method of ["GET", "PUT", "DELETE"]) {
        await probe.admin(`${method} bulk-delete`, "/limits/rules/bulk-delete", { method });
      }
      await probe.admin("GET limits", "/limits");
    },
  },
  {
    name: "virtual queues",
    async run(probe) {
      const unknown = "vq_1a1mlWikgvPI4rDji8GzBIkCvhj8CS5AbT";
      for (const action of ["pause", "resume"]) {
        for (const id of [unknown, "other", "vq_", "vq_1a1mlWikgvPI4rDji8GzBIkCvhj8CS5Ab", "inv_1a1mlWikgvPI"]) {
          await probe.admin(`${action} ${id}`, `/vqueues/${id}/${action}`, { method: "POST" });
        }
        await probe.admin(`GET ${action}`, `/vqueues/${unknown}/${action}`);
        await probe.admin(`PATCH ${action}`, `/vqueues/${unknown}/${action}`, { method: "PATCH" });
      }
      await probe.admin("v2", "/v2/vqueues/other/pause", { method: "POST" });
      await probe.admin("GET vqueues", "/vqueues");
      await probe.admin("GET a vqueue", `/vqueues/${unknown}`);
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
