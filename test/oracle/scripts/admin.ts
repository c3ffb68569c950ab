import { freePort } from "../../support/ports.ts";
import { type Manifest, withManifest } from "../manifests.ts";
import type { Probe, Script } from "../probe.ts";

/** Comes first: no other deployment is there yet. */
export const shapes: Script = {
  name: "shapes of deployments and services",
  async run(probe) {
    const list = await probe.admin("deployments", "/deployments");
    const { deployments } = JSON.parse(list.text) as { deployments: { id: string }[] };
    const id = deployments[0]?.id;
    await probe.admin("deployment", `/deployments/${id}`);
    await probe.admin("services", "/services");
    for (const name of [
      "OracleGreeter",
      "OracleCounter",
      "OracleWorkflow",
      "OraclePrivate",
      "OracleHalfPrivate",
      "OracleConfigured",
      "OraclePauses",
    ]) {
      await probe.admin(name, `/services/${name}`);
      await probe.admin(`${name} handlers`, `/services/${name}/handlers`);
    }
    await probe.admin("handler", "/services/OracleGreeter/handlers/greet");
    await probe.admin("handler with options", "/services/OracleConfigured/handlers/own");
    await probe.admin("handler of an object", "/services/OracleCounter/handlers/get");
    await probe.admin("unknown handler", "/services/OracleGreeter/handlers/none");
    await probe.admin("handler of an unknown service", "/services/OracleNobody/handlers/none");
    await probe.admin("handlers of an unknown service", "/services/OracleNobody/handlers");
    await probe.admin("unknown service", "/services/OracleNobody");
    await probe.admin("unknown deployment", "/deployments/dp_11111111111111111111111");
    await probe.admin("malformed deployment", "/deployments/other");
    await probe.admin("health", "/health");
    await probe.admin("root", "/");
    for (const method of ["POST", "PUT", "DELETE"]) await probe.admin(`${method} root`, "/", { method });
    await probe.admin("unknown path", "/none");
    await probe.admin("POST services", "/services", { method: "POST" });
    await probe.admin("PUT services", "/services/OracleGreeter", { method: "PUT" });
    for (const version of ["", "/v1", "/v2", "/v3", "/v4", "/v5", "/v0"]) {
      await probe.admin(`${version}/version`, `${version}/version`);
      await probe.admin(`${version}/services/OraclePrivate`, `${version}/services/OraclePrivate`);
      await probe.admin(`${version}/deployments/${"unknown"}`, `${version}/deployments/dp_11111111111111111111111`);
      await probe.admin(`${version}/health`, `${version}/health`);
    }
  },
};

function register(probe: Probe, step: string, version: string, json: object) {
  return probe.admin(step, `${version}/deployments`, { json });
}

function registration(version: string): Script {
  return {
    name: `registration under ${version === "" ? "no version" : version}`,
    async run(probe) {
      const service = `OracleRevised${version.slice(1)}`;
      const variant = await probe.startVariant({ VARIANT: "two", SERVICE: service });
      const uri = variant.url;
      await register(probe, "dry run", version, { uri, dry_run: true });
      await probe.admin("after the dry run", `${version}/services/${service}`);
      const first = await register(probe, "first", version, { uri });
      await probe.admin("after the first", `${version}/services/${service}`);
      await register(probe, "again", version, { uri });
      await register(probe, "again, slash at the end", version, { uri: `${uri}/` });
      await register(probe, "again, forced", version, { uri, force: true });
      await register(probe, "again, not forced", version, { uri, force: false });
      await register(probe, "again, dry run", version, { uri, dry_run: true });
      await probe.admin("revision", `${version}/services/${service}`);
      await variant.restart({ VARIANT: "one", SERVICE: service });
      await register(probe, "fewer handlers, not forced", version, { uri, force: false });
      await register(probe, "fewer handlers, forced", version, { uri, force: true });
      await probe.admin("fewer handlers", `${version}/services/${service}/handlers`);
      await variant.restart({ VARIANT: "object", SERVICE: service });
      await register(probe, "changed type, dry run", version, { uri, force: true, dry_run: true });
      await register(probe, "changed type, forced", version, { uri, force: true });
      await register(probe, "changed type, forced and breaking", version, { uri, force: true, breaking: true });
      await probe.admin("changed type", `${version}/services/${service}`);
      const other = await probe.startVariant({ VARIANT: "two", SERVICE: service });
      await register(probe, "changed type elsewhere", version, { uri: other.url });
      await register(probe, "changed type elsewhere, breaking", version, { uri: other.url, breaking: true });
      const { id } = JSON.parse(first.text) as { id: string };
      await probe.admin("deployment that lost its service", `${version}/deployments/${id}`);
      for (const method of ["PUT", "PATCH"]) {
        await probe.admin(`${method} nothing`, `${version}/deployments/${id}`, { method, json: {} });
        await probe.admin(`${method} another address`, `${version}/deployments/${id}`, {
          method,
          json: { uri: other.url },
        });
        await probe.admin(`${method} headers`, `${version}/deployments/${id}`, {
          method,
          json: { additional_headers: { "X-Mine": "a" } },
        });
        await probe.admin(`${method} unknown`, `${version}/deployments/dp_11111111111111111111111`, {
          method,
          json: {},
        });
      }
      await probe.admin("DELETE", `${version}/deployments/${id}`, { method: "DELETE" });
      await probe.admin("DELETE unknown", `${version}/deployments/dp_11111111111111111111111`, { method: "DELETE" });
      await probe.admin("DELETE, forced", `${version}/deployments/${id}?force=true`, { method: "DELETE" });
      await probe.admin("deleted", `${version}/deployments/${id}`);
      await probe.admin("DELETE again", `${version}/deployments/${id}?force=true`, { method: "DELETE" });
    },
  };
}

export const registrations: Script[] = [
  ...["", "/v2", "/v3", "/v4"].map(registration),
  {
    name: "refused registrations",
    async run(probe) {
      const uri = `http://localhost:${await freePort()}`;
      await register(probe, "nobody listens", "", { uri });
      await register(probe, "nobody listens, HTTP/1.1", "", { uri, use_http_11: true });
      await register(probe, "relative address", "", { uri: "localhost" });
      await register(probe, "other scheme", "", { uri: "ftp://localhost:9080" });
      await register(probe, "no address", "", {});
      await register(probe, "address of wrong type", "", { uri: 1 });
      await register(probe, "unknown member", "", { uri, other: 1 });
      await register(probe, "bad header", "", { uri, additional_headers: { "a b": "c" } });
      await probe.admin("not JSON", "/deployments", { body: "{", headers: { "content-type": "application/json" } });
      await probe.admin("other content type", "/deployments", {
        body: "{}",
        headers: { "content-type": "text/plain" },
      });
      await probe.admin("no content type", "/deployments", { body: "{}" });
      await probe.admin("no body", "/deployments", { method: "POST" });
    },
  },
  {
    name: "endpoints that answer something else",
    async run(probe) {
      const range = { protocolMode: "REQUEST_RESPONSE", services: [] };
      const answers: Record<string, Manifest> = {
        "404": { status: 404, type: null, body: "not here" },
        "500": { status: 500, type: null, body: "broken" },
        "no content type": { type: null, body: "{}" },
        html: { type: "text/html", body: "<html></html>" },
        "not JSON": { body: "{" },
        "no services": {
          body: { ...range, protocolMode: "BIDI_STREAM", minProtocolVersion: 5, maxProtocolVersion: 6 },
        },
        "only old versions": { body: { ...range, minProtocolVersion: 1, maxProtocolVersion: 2 } },
        "only new versions": { body: { ...range, minProtocolVersion: 90, maxProtocolVersion: 91 } },
        "a name that is not allowed": {
          body: {
            ...range,
            minProtocolVersion: 5,
            maxProtocolVersion: 6,
            services: [{ name: "restate", ty: "SERVICE", handlers: [] }],
          },
        },
      };
      for (const [what, answer] of Object.entries(answers)) {
        await withManifest(answer, (uri) => register(probe, what, "", { uri, use_http_11: true, dry_run: true }));
      }
    },
  },
  {
    name: "HTTP/1.1, headers and metadata",
    async run(probe) {
      const variant = await probe.startVariant({ VARIANT: "two", SERVICE: "OracleHttp1" });
      await register(probe, "HTTP/1.1 where only HTTP/2 is spoken", "", { uri: variant.url, use_http_11: true });
      const answer = await register(probe, "headers and metadata", "", {
        uri: variant.url,
        additional_headers: { "X-Mine": "a" },
        metadata: { team: "b" },
      });
      const { id } = JSON.parse(answer.text) as { id: string };
      await probe.admin("shown", `/deployments/${id}`);
      await probe.ingress("call", "/restate/call/OracleHttp1/first", { method: "POST" });
    },
  },
  {
    name: "state edits",
    async run(probe) {
      await probe.ingress("before", "/restate/call/OracleCounter/edited/add", { json: 1 });
      const state = "/services/OracleCounter/state";
      const edit = { object_key: "edited", new_state: { count: [...Buffer.from("41")] } };
      await probe.admin("edit", state, { json: edit });
      await probe.ingress("after", "/restate/call/OracleCounter/edited/add", { json: 1 });
      await probe.admin("wrong version", state, { json: { ...edit, version: "wrong" } });
      await probe.ingress("after a wrong version", "/restate/call/OracleCounter/edited/get");
      await probe.admin("no members", state, { json: {} });
      await probe.admin("value of wrong type", state, { json: { object_key: "edited", new_state: { count: 1 } } });
      await probe.admin("byte too big", state, { json: { object_key: "edited", new_state: { count: [256] } } });
      await probe.admin("unknown service", "/services/OracleNobody/state", { json: edit });
      await probe.admin("service without keys", "/services/OracleGreeter/state", { json: edit });
      await probe.admin("GET", state);
    },
  },
  {
    name: "cross-site requests",
    async run(probe) {
      const foreign = { origin: "https://evil.example" };
      await probe.ingress("call with a foreign Origin", "/restate/call/OracleGreeter/greet", {
        json: "x",
        headers: foreign,
      });
      await probe.ingress("call with a foreign Host", "/restate/call/OracleGreeter/greet", {
        json: "x",
        headers: { host: "evil.example" },
      });
      await probe.ingress("GET from another site", "/restate/call/OracleCounter/cross/get", {
        headers: { "sec-fetch-site": "cross-site" },
      });
      await probe.admin("services with a foreign Origin", "/services/OraclePrivate", { headers: foreign });
      await probe.admin("services with a foreign Host", "/services/OraclePrivate", {
        headers: { host: "evil.example" },
      });
      await probe.admin("registration with a foreign Origin", "/deployments", {
        json: { uri: probe.server.endpointUrl },
        headers: foreign,
      });
      const preflight = { method: "OPTIONS", headers: { ...foreign, "access-control-request-method": "POST" } };
      await probe.ingress("preflight of the ingress", "/restate/call/OracleGreeter/greet", preflight);
      await probe.admin("preflight of the admin API", "/services", preflight);
      const local = { origin: "http://localhost:3000" };
      await probe.ingress("call from a local page", "/restate/call/OracleGreeter/greet", { json: "x", headers: local });
    },
  },
];
