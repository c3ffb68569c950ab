import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeInvocationId } from "../../sdk/protocol/index.ts";
import { type EngineAnswers, startAdmin } from "./admin.fixture.ts";

const id = (n: number) => encodeInvocationId(Buffer.alloc(24, n));
const [RUNNING, SUSPENDED, INBOXED, PAUSED, COMPLETED, UNKNOWN] = [1, 2, 3, 4, 5, 9].map(id) as string[] as [
  string,
  string,
  string,
  string,
  string,
  string,
];

const ANSWERS: EngineAnswers = {
  [RUNNING]: {
    cancel: "appended",
    kill: "done",
    purge: "not-completed",
    pause: "paused",
    resume: "done",
    description: { target: "Greeter/greet", status: "running" },
  },
  [SUSPENDED]: {
    cancel: "appended",
    resume: "done",
    description: { target: "Greeter/greet", status: "suspended", deployment: "dp_10000000000000000000001" },
  },
  [INBOXED]: { cancel: "done", pause: "not-started", resume: "not-started", description: { status: "inboxed" } },
  [PAUSED]: { pause: "paused", resume: "done", description: { status: "paused" } },
  [COMPLETED]: {
    cancel: "completed",
    kill: "completed",
    purge: "done",
    purgeJournal: "done",
    pause: "completed",
    resume: "completed",
    restart: { kind: "restarted", id: UNKNOWN },
    description: { status: "completed", deployment: "dp_10000000000000000000005" },
  },
};

const greeter = { name: "Greeter", ty: "SERVICE", handlers: [{ name: "greet" }] };
const URI = "http://localhost:9080";

let admin: Awaited<ReturnType<typeof startAdmin>>;
beforeEach(async () => {
  admin = await startAdmin(ANSWERS);
  admin.endpoints.set(URI, [greeter]);
});
afterEach(() => admin.close());

describe("the admin API", () => {
  it.each(["", "/v2", "/v3", "/v4"])("answers /health and /version under '%s'", async (prefix) => {
    expect(await admin.request("GET", `${prefix}/health`)).toMatchObject({ status: 200, text: "" });
    expect((await admin.request("GET", `${prefix}/version`)).json).toMatchObject({
      min_admin_api_version: 2,
      max_admin_api_version: 4,
      ingress_endpoint: "http://localhost:8080/",
    });
  });

  it("knows no /v1", async () => {
    const answer = await admin.request("GET", "/v1/deployments");
    expect(answer.status).toBe(400);
    expect(answer.json.message).toContain("between V2 and V4");
  });

  it("sends browsers from / to the dashboard", async () => {
    const answer = await admin.request("GET", "/");
    expect([answer.status, answer.headers.get("location")]).toEqual([308, "/ui/"]);
  });

  it("answers 405 with what is possible to a method that a path does not have, 404 to other paths", async () => {
    const answer = await admin.request("DELETE", "/services");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET,HEAD"]);
    const root = await admin.request("POST", "/");
    expect([root.status, root.headers.get("allow")]).toEqual([405, "GET,HEAD"]);
    expect((await admin.request("POST", `/invocations/${RUNNING}/cancel`)).headers.get("allow")).toBe("PATCH");
    expect((await admin.request("GET", "/nope")).status).toBe(404);
  });

  it("refuses a web page that would register a deployment, and a name that was rebound to this machine", async () => {
    const body = { uri: URI };
    const fromPage = await admin.request("POST", "/deployments", body, { origin: "https://evil.example" });
    expect(fromPage.status).toBe(403);
    expect(admin.discoveries).toEqual([]);
    expect((await admin.request("POST", "/deployments", body)).status).toBe(201);
  });
});

describe("POST /deployments", () => {
  it("registers what the endpoint serves", async () => {
    const answer = await admin.request("POST", "/deployments", {
      uri: `${URI}/`,
      additional_headers: { "X-Token": "t" },
      metadata: { team: "a" },
      use_http_11: true,
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe("deployments/dp_10000000000000000000001");
    expect(answer.json).toMatchObject({
      id: "dp_10000000000000000000001",
      min_protocol_version: 5,
      max_protocol_version: 7,
      sdk_version: "sdk/1",
      services: [{ name: "Greeter", ty: "Service", revision: 1, deployment_id: "dp_10000000000000000000001" }],
    });
    expect(admin.discoveries).toMatchObject([{ uri: URI, useHttp11: true, additionalHeaders: { "x-token": "t" } }]);
    expect((await admin.request("GET", "/deployments")).json).toEqual({
      deployments: [
        {
          id: "dp_10000000000000000000001",
          uri: "http://localhost:9080/",
          protocol_type: "BidiStream",
          http_version: "HTTP/1.1",
          additional_headers: { "x-token": "t" },
          metadata: { team: "a" },
          created_at: "2026-01-02T03:04:05.678000000Z",
          min_protocol_version: 5,
          max_protocol_version: 7,
          sdk_version: "sdk/1",
          services: [{ name: "Greeter", revision: 1 }],
        },
      ],
    });
  });

  it("again: 200 without asking the endpoint; with force a new revision under the same id", async () => {
    await admin.request("POST", "/deployments", { uri: URI });
    for (const prefix of ["", "/v3", "/v4"]) {
      expect(await admin.request("POST", `${prefix}/deployments`, { uri: URI })).toMatchObject({
        status: 200,
        json: { id: "dp_10000000000000000000001", services: [{ revision: 1 }] },
      });
    }
    expect(admin.discoveries).toHaveLength(1);
    expect(await admin.request("POST", "/deployments", { uri: URI, force: true })).toMatchObject({
      status: 200,
      json: { id: "dp_10000000000000000000001", services: [{ revision: 2 }] },
    });
  });

  it("again under /v2: 201 with a new revision, and 409 when told not to force", async () => {
    await admin.request("POST", "/v2/deployments", { uri: URI });
    expect(await admin.request("POST", "/v2/deployments", { uri: "HTTP://LOCALHOST:9080/" })).toMatchObject({
      status: 201,
      json: { id: "dp_10000000000000000000001", services: [{ revision: 2 }] },
    });
    expect((await admin.request("POST", "/v2/deployments", { uri: URI, force: false })).status).toBe(409);
  });

  it("as a dry run says what would be and keeps nothing", async () => {
    expect((await admin.request("POST", "/deployments", { uri: URI, dry_run: true })).status).toBe(201);
    expect((await admin.request("GET", "/deployments")).json).toEqual({ deployments: [] });
  });

  it("refuses a changed service type with META0006 unless it is said to break", async () => {
    await admin.request("POST", "/deployments", { uri: URI });
    admin.endpoints.set("http://b", [{ ...greeter, ty: "VIRTUAL_OBJECT" }]);
    expect(await admin.request("POST", "/deployments", { uri: "http://b" })).toMatchObject({
      status: 409,
      json: { restate_code: "META0006" },
    });
    expect((await admin.request("POST", "/deployments", { uri: "http://b", breaking: true })).status).toBe(201);
  });

  it.each([
    [415, "{}"],
    [422, {}],
    [422, { uri: 3 }],
    [422, { uri: URI, force: "yes" }],
    [422, { uri: URI, additional_headers: { "bad name": "x" } }],
    [422, { uri: URI, additional_headers: { a: "x\r\ny: z" } }],
    [400, { uri: "nope" }],
    [400, { uri: "localhost:9080" }],
    [400, { uri: "ftp://localhost" }],
  ])("answers %i to %j", async (status, body) => {
    const answer = await admin.request("POST", "/deployments", body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ message: expect.any(String) });
    expect(admin.discoveries).toEqual([]);
  });

  it.each([["{nope"], [""], [undefined]])("answers 400 to %j, which is not JSON", async (body) => {
    const answer = await admin.request("POST", "/deployments", body, { "content-type": "application/json" });
    expect(answer).toMatchObject({ status: 400, json: { restate_code: null } });
    expect(admin.discoveries).toEqual([]);
  });

  it.each([
    [201, "application/json; charset=utf-8"],
    [201, "Application/JSON"],
    [201, "application/problem+json"],
    [415, "application/jsonx"],
    [415, "json"],
    [415, ""],
  ])("answers %i to a body of the type '%s'", async (status, type) => {
    const body = JSON.stringify({ uri: URI });
    expect((await admin.request("POST", "/deployments", body, { "content-type": type })).status).toBe(status);
  });
});

describe("deployments", () => {
  beforeEach(() => admin.request("POST", "/deployments", { uri: URI, metadata: { a: "b" } }));

  it("are described with their services, as they serve them", async () => {
    const answer = await admin.request("GET", "/deployments/dp_10000000000000000000001");
    expect(answer.json).toMatchObject({
      id: "dp_10000000000000000000001",
      metadata: { a: "b" },
      services: [{ name: "Greeter", revision: 1 }],
    });
    expect((await admin.request("GET", "/deployments/dp_10000000000000000000009")).status).toBe(404);
  });

  it("move to another address with PATCH, and serve what is there only with overwrite, under the same revision", async () => {
    admin.endpoints.set("http://b/x", [{ ...greeter, handlers: [{ name: "wave" }] }]);
    const moved = await admin.request("PATCH", "/deployments/dp_10000000000000000000001", {
      uri: "http://b/x",
      additional_headers: { A: "1" },
    });
    expect(moved).toMatchObject({
      status: 200,
      json: { uri: "http://b/x", additional_headers: { a: "1" }, services: [{ handlers: [{ name: "greet" }] }] },
    });
    const overwritten = await admin.request("PATCH", "/deployments/dp_10000000000000000000001", { overwrite: true });
    expect(overwritten.json).toMatchObject({
      created_at: moved.json.created_at,
      services: [{ revision: 1, handlers: [{ name: "wave" }] }],
    });
    expect((await admin.request("GET", "/services/Greeter")).json.handlers).toMatchObject([{ name: "wave" }]);
  });

  it("stay where they are with a dry run", async () => {
    await admin.request("PATCH", "/deployments/dp_10000000000000000000001", {
      uri: "http://b",
      overwrite: true,
      dry_run: true,
    });
    expect(admin.registry.deployment("dp_10000000000000000000001")?.uri).toBe(URI);
    expect((await admin.request("GET", "/services/Greeter")).status).toBe(200);
  });

  it("are updated with PUT under /v2 only", async () => {
    expect((await admin.request("PUT", "/v2/deployments/dp_10000000000000000000001", { uri: URI })).status).toBe(200);
    for (const prefix of ["", "/v3", "/v4"]) {
      expect(
        (await admin.request("PUT", `${prefix}/deployments/dp_10000000000000000000001`, { uri: URI })).status,
      ).toBe(405);
    }
  });

  it("are removed with force only", async () => {
    expect((await admin.request("DELETE", "/deployments/dp_10000000000000000000001")).status).toBe(501);
    expect((await admin.request("DELETE", "/deployments/dp_10000000000000000000001?force=true")).status).toBe(202);
    expect((await admin.request("GET", "/services/Greeter")).status).toBe(404);
    expect((await admin.request("DELETE", "/deployments/dp_10000000000000000000001?force=true")).status).toBe(404);
  });
});

describe("services", () => {
  it("and handlers are found by name", async () => {
    await admin.request("POST", "/deployments", { uri: URI });
    expect((await admin.request("GET", "/services")).json.services).toMatchObject([{ name: "Greeter" }]);
    expect((await admin.request("GET", "/services/Greeter/handlers")).json.handlers).toMatchObject([{ name: "greet" }]);
    expect((await admin.request("GET", "/services/Greeter/handlers/greet")).json).toEqual({
      name: "greet",
      public: true,
      input_description: "*/*",
      output_description: "application/json",
      retry_policy: { max_attempts: null },
    });
    expect((await admin.request("GET", "/services/Nope")).json).toEqual({
      message: "The requested service 'Nope' does not exist",
      restate_code: null,
    });
    expect((await admin.request("GET", "/services/Greeter/handlers/nope")).status).toBe(404);
  });
});

describe("PATCH /invocations", () => {
  it.each([
    ["cancel", RUNNING, 202],
    ["cancel", INBOXED, 200],
    ["cancel", COMPLETED, 409],
    ["cancel", UNKNOWN, 404],
    ["kill", RUNNING, 200],
    ["kill", COMPLETED, 409],
    ["purge", RUNNING, 409],
    ["purge", COMPLETED, 200],
    ["purge-journal", COMPLETED, 200],
    ["pause", RUNNING, 202],
    ["pause", PAUSED, 200],
    ["pause", INBOXED, 409],
    ["pause", COMPLETED, 409],
    ["resume", PAUSED, 200],
    ["resume", RUNNING, 200],
    ["resume", INBOXED, 425],
    ["resume", COMPLETED, 409],
    ["restart-as-new", UNKNOWN, 404],
    ["cancel", "inv_1nope", 400],
    ["restart-as-new", "inv_1nope", 400],
  ])("/%s of %s answers %i", async (verb, invocation, status) => {
    const answer = await admin.request("PATCH", `/invocations/${invocation}/${verb}`);
    expect(answer.status).toBe(status);
    if (status < 300) expect(answer.text).toBe("");
    else expect(answer.json).toMatchObject({ message: expect.any(String), restate_code: null });
  });

  it("/resume takes a deployment, the latest of its service, or the one it has", async () => {
    await admin.request("POST", "/deployments", { uri: URI });
    for (const deployment of ["dp_10000000000000000000007", "latest", "keep"]) {
      await admin.request("PATCH", `/invocations/${SUSPENDED}/resume?deployment=${deployment}`);
    }
    expect(admin.commands).toEqual([
      `resume ${SUSPENDED} dp_10000000000000000000007`,
      `resume ${SUSPENDED} dp_10000000000000000000001`,
      `resume ${SUSPENDED}`,
    ]);
  });
});

describe("PATCH /invocations/{id}/restart-as-new", () => {
  const path = (query: string) => `/invocations/${COMPLETED}/restart-as-new${query}`;

  it("answers with the id of the new invocation", async () => {
    expect((await admin.request("PATCH", path(""))).json).toEqual({ new_invocation_id: UNKNOWN });
    expect(admin.commands).toEqual([`restart ${COMPLETED} 0`]);
  });

  it("passes on how much of the journal is kept, and where it goes on", async () => {
    for (const query of [
      "?from=3",
      "?from=3&deployment=latest",
      "?from=3&deployment=keep",
      "?deployment=dp_10000000000000000000007",
    ]) {
      expect((await admin.request("PATCH", path(query))).status).toBe(200);
    }
    expect(admin.commands).toEqual([
      `restart ${COMPLETED} 3`,
      `restart ${COMPLETED} 3`,
      `restart ${COMPLETED} 3 dp_10000000000000000000005`,
      `restart ${COMPLETED} 0 dp_10000000000000000000007`,
    ]);
  });

  it.each(["?from=x", "?from=-1", "?from=", "?from=4294967296", "?deployment=", "?deployment=LATEST"])(
    "%s is 400",
    async (query) => {
      expect((await admin.request("PATCH", path(query))).status).toBe(400);
      expect(admin.commands).toEqual([]);
    },
  );

  it.each([
    ["not-started", 425],
    ["running", 409],
    ["no-input", 410],
    ["workflow", 422],
    ["incomplete-prefix", 400],
    ["other-protocol", 400],
  ] as const)("of one that is '%s' answers %i", async (kind, status) => {
    const own = await startAdmin({ [RUNNING]: { restart: { kind } } });
    const answer = await own.request("PATCH", `/invocations/${RUNNING}/restart-as-new`);
    await own.close();
    expect(answer).toMatchObject({ status, json: { message: expect.stringContaining(RUNNING), restate_code: null } });
  });
});

describe("DELETE /invocations", () => {
  it.each([
    ["", "cancel"],
    ["?mode=Kill", "kill"],
    ["?mode=purge", "purge"],
  ])("%s answers 202 to any invocation and does '%s'", async (query, command) => {
    expect((await admin.request("DELETE", `/invocations/${UNKNOWN}${query}`)).status).toBe(202);
    expect(admin.commands).toEqual([`${command} ${UNKNOWN}`]);
  });

  it("answers 400 to another mode", async () => {
    expect((await admin.request("DELETE", `/invocations/${RUNNING}?mode=x`)).status).toBe(400);
  });
});

describe("GET /restate-lite/invocations", () => {
  it("says how an invocation stands", async () => {
    const answer = await admin.request("GET", `/restate-lite/invocations/${RUNNING}`);
    expect(answer.json).toEqual({ target: "Greeter/greet", status: "running" });
    expect((await admin.request("GET", `/restate-lite/invocations/${UNKNOWN}`)).status).toBe(404);
  });
});
