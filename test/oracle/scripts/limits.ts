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

export const limits: Script[] = [
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
];
