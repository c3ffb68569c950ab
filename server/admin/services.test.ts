import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdmin } from "./admin.fixture.ts";
import * as responses from "./openapi/responses.ts";

const URI = "http://localhost:9080";
const person = {
  title: "Person",
  properties: { home: { $ref: "#/$defs/Address" } },
  $defs: { Address: { type: "object" } },
};
const services = [
  {
    name: "Greeter",
    ty: "SERVICE",
    metadata: { team: "a" },
    handlers: [
      { name: "greet", input: { required: true, contentType: "application/json", jsonSchema: person } },
      { name: "hidden", ingressPrivate: true, abortTimeout: 7000 },
    ],
  },
  { name: "Flow", ty: "WORKFLOW", handlers: [{ name: "run", ty: "WORKFLOW" }] },
  { name: "Cart", ty: "VIRTUAL_OBJECT", handlers: [{ name: "add" }] },
];

let admin: Awaited<ReturnType<typeof startAdmin>>;
beforeEach(async () => {
  admin = await startAdmin();
  admin.endpoints.set(URI, services);
  await admin.request("POST", "/deployments", { uri: URI });
});
afterEach(() => admin.close());

const patch = (body: object, service = "Greeter") => admin.request("PATCH", `/services/${service}`, body);
const service = async () => (await admin.request("GET", "/services/Greeter")).json;

describe("PATCH /services/{service}", () => {
  it("changes what it names, except where a handler says something of its own", async () => {
    const changed = await patch({ abort_timeout: "PT10S", journal_retention: "1h 30m" });
    expect(changed.json).toMatchObject({ abort_timeout: "10s", journal_retention: "1h 30m", inactivity_timeout: "1m" });
    expect(await service()).toEqual(changed.json);
    const { handlers } = admin.registry.service("Greeter") ?? {};
    expect(handlers?.get("greet")?.abortTimeoutMs).toBe(10_000);
    expect(handlers?.get("hidden")?.abortTimeoutMs).toBe(7000);
  });

  it("adds to what was changed before", async () => {
    await patch({ abort_timeout: "1s" });
    await patch({ inactivity_timeout: "2s", abort_timeout: null });
    expect(await service()).toMatchObject({ abort_timeout: "1s", inactivity_timeout: "2s" });
  });

  it("hides all handlers, and shows again those that do not hide themselves", async () => {
    const shown = async () => (await service()).handlers.map((handler: { public: boolean }) => handler.public);
    await patch({ public: false });
    expect([(await service()).public, ...(await shown())]).toEqual([false, false, false]);
    await patch({ public: true });
    expect([(await service()).public, ...(await shown())]).toEqual([true, true, false]);
  });

  it("lasts until the next revision, and not longer", async () => {
    await patch({ abort_timeout: "1s" });
    await admin.request("POST", "/deployments", { uri: URI });
    const { id } = (await admin.request("GET", "/deployments")).json.deployments[0];
    await admin.request("PATCH", `/deployments/${id}`, { overwrite: true });
    expect(await service()).toMatchObject({ revision: 1, abort_timeout: "1s" });
    await admin.request("POST", "/deployments", { uri: URI, force: true });
    expect(await service()).toMatchObject({ revision: 2, abort_timeout: "10m" });
  });

  it("changes the retention of workflows only", async () => {
    expect((await patch({ workflow_completion_retention: "1h" })).status).toBe(400);
    const changed = await patch({ workflow_completion_retention: "0s" }, "Flow");
    expect(changed.json).toMatchObject({ workflow_completion_retention: "0s" });
  });

  it.each([
    [{ public: "x" }],
    [{ abort_timeout: 5 }],
    [{ abort_timeout: "" }],
    [{ abort_timeout: "-1h" }],
    [{ abort_timeout: "1 month" }],
  ])("refuses %j", async (body) => {
    expect((await patch(body)).status).toBe(422);
  });

  it("knows no other services", async () => {
    expect((await patch({}, "Nobody")).status).toBe(404);
    expect((await patch({ public: false }, "Nobody")).status).toBe(404);
  });
});

describe("GET /services/{service}/openapi", () => {
  it("says how the public handlers are invoked, with the schemas of the endpoint", async () => {
    const document = (await admin.request("GET", "/services/Greeter/openapi")).json;
    expect(document.info).toEqual({ title: "Greeter", version: "1", "x-restate-extensions": { team: "a" } });
    expect(Object.keys(document.paths)).toEqual([
      "/restate/call/Greeter/greet",
      "/restate/send/Greeter/greet",
      "/restate/invocation/Greeter/greet/{idempotencyKey}/attach",
      "/restate/invocation/Greeter/greet/{idempotencyKey}/output",
    ]);
    expect(document.paths["/restate/call/Greeter/greet"].post.requestBody).toEqual({
      required: true,
      content: { "application/json": { schema: { $ref: "#/components/schemas/greetRequest" } } },
    });
    expect(document.components.schemas.greetRequest.properties.home).toEqual({
      $ref: "#/components/schemas/greetRequest/$defs/Address",
    });
  });

  it("names workflows by their key", async () => {
    const { paths } = (await admin.request("GET", "/services/Flow/openapi")).json;
    expect(Object.keys(paths)).toEqual([
      "/restate/call/Flow/{key}/run",
      "/restate/send/Flow/{key}/run",
      "/restate/workflow/Flow/{key}/attach",
      "/restate/workflow/Flow/{key}/output",
    ]);
  });
});

describe("POST /services/{service}/state", () => {
  it.each([
    [{ object_key: "k", new_state: {}, scope: "a b" }, 400],
    [{ object_key: "k", new_state: {}, scope: "" }, 400],
    [{ object_key: "k", new_state: {}, version: 5 }, 422],
    [{ object_key: "k", new_state: { a: [256] } }, 422],
  ])("%j is %i", async (body, status) => {
    expect((await admin.request("POST", "/services/Cart/state", body)).status).toBe(status);
  });
});

it("answers as its OpenAPI document says", async () => {
  const { id } = (await admin.request("GET", "/deployments")).json.deployments[0];
  const answers = [
    [responses.services, "/services"],
    [responses.service, "/services/Flow"],
    [responses.handlers, "/services/Greeter/handlers"],
    [responses.handler, "/services/Greeter/handlers/hidden"],
    [responses.deployments, "/deployments"],
    [responses.deploymentDetail, `/deployments/${id}`],
    [responses.version, "/version"],
    [responses.clusterHealth, "/cluster-health"],
    [responses.kafkaClusters, "/kafka-clusters"],
    [responses.subscriptions, "/subscriptions"],
    [responses.error, "/services/Nobody"],
  ] as const;
  for (const [schema, path] of answers) {
    const { json } = await admin.request("GET", path);
    expect(schema.parse(json)).toEqual(json);
  }
});
