import { describe, expect, it } from "vitest";
import { type ProtocolMode, parseManifest, type Service } from "../registry/index.ts";
import { DEFAULTS } from "./admin.fixture.ts";
import { friendlyDuration, serviceJson } from "./shapes.ts";

async function shown(service: object, protocolMode: ProtocolMode = "BIDI_STREAM") {
  const manifest = { protocolMode, minProtocolVersion: 5, maxProtocolVersion: 7, services: [service] };
  const { services } = await parseManifest(Buffer.from(JSON.stringify(manifest)), DEFAULTS);
  return serviceJson(
    { ...services[0], revision: 1, deploymentId: "dp_10000000000000000000001" } as Service,
    protocolMode,
  );
}

/** Expectations are answers of restate-server 1.7.12 to the same manifests. */
describe("the JSON of a service", () => {
  it("shows the service's settings, and of a handler what it sets itself", async () => {
    const json = await shown({
      name: "S",
      ty: "SERVICE",
      documentation: "svc doc",
      metadata: { k: "v" },
      inactivityTimeout: 5000,
      journalRetention: 3_600_000,
      handlers: [
        {
          name: "greet",
          documentation: "d",
          metadata: { hk: "hv" },
          inactivityTimeout: 65_000,
          abortTimeout: 1500,
          journalRetention: 172_800_000,
          idempotencyRetention: 60_000,
          ingressPrivate: true,
          retryPolicyInitialInterval: 100,
          retryPolicyMaxAttempts: 5,
          retryPolicyExponentiationFactor: 3,
          retryPolicyMaxInterval: 20_000,
          retryPolicyOnMaxAttempts: "KILL",
        },
      ],
    });
    expect(json).toEqual({
      name: "S",
      ty: "Service",
      handlers: [
        {
          name: "greet",
          documentation: "d",
          metadata: { hk: "hv" },
          idempotency_retention: "1m",
          journal_retention: "2d",
          inactivity_timeout: "1m 5s",
          abort_timeout: "1s 500ms",
          public: false,
          input_description: "*/*",
          output_description: "application/json",
          retry_policy: {
            initial_interval: "100ms",
            exponentiation_factor: 3,
            max_attempts: 5,
            max_interval: "20s",
            on_max_attempts: "Kill",
          },
        },
      ],
      documentation: "svc doc",
      metadata: { k: "v" },
      deployment_id: "dp_10000000000000000000001",
      revision: 1,
      public: true,
      idempotency_retention: "1d",
      journal_retention: "1h",
      inactivity_timeout: "5s",
      abort_timeout: "10m",
      enable_lazy_state: false,
      retry_policy: {
        initial_interval: "500ms",
        exponentiation_factor: 2,
        max_attempts: 70,
        max_interval: "1m",
        on_max_attempts: "Pause",
      },
    });
  });

  it("shows the retention of a workflow that its run handler sets", async () => {
    const json = await shown({
      name: "W",
      ty: "WORKFLOW",
      handlers: [{ name: "run", ty: "WORKFLOW", workflowCompletionRetention: 7_200_000 }, { name: "sig" }],
    });
    expect(json).toMatchObject({
      workflow_completion_retention: "2h",
      handlers: [{ ty: "Workflow" }, { ty: "Shared" }],
    });
    expect(json.handlers[0]).not.toHaveProperty("workflow_completion_retention");
  });

  it("says that a request/response endpoint has no inactivity timeout", async () => {
    const timed = {
      name: "S",
      ty: "SERVICE",
      inactivityTimeout: 90_000,
      handlers: [{ name: "h", inactivityTimeout: 1 }],
    };
    expect(await shown(timed, "REQUEST_RESPONSE")).toMatchObject({
      inactivity_timeout: "0s",
      info: [{ code: "RT0021", message: expect.stringContaining("inactivity_timeout 1m 30s will not be applied") }],
      handlers: [{ info: [{ code: "RT0021", message: expect.stringContaining("inactivity_timeout 1ms") }] }],
    });
    const untimed = await shown({ name: "S", ty: "SERVICE", handlers: [{ name: "h" }] }, "REQUEST_RESPONSE");
    expect(untimed.inactivity_timeout).toBe("0s");
    expect(untimed).not.toHaveProperty("info");
    expect(await shown(timed)).not.toHaveProperty("info");
  });

  it.each([
    [undefined, "*/*"],
    [{}, "none"],
    [{ required: true }, "<invalid rules>"],
    [{ required: true, contentType: "application/json" }, "application/json"],
    [{ required: false, contentType: "application/json" }, "application/json"],
    [{ contentType: "application/json", jsonSchema: { type: "string" } }, "JSON string"],
    [{ contentType: "application/json", jsonSchema: { title: "T", type: "object" } }, "JSON 'T'"],
    [{ contentType: "application/json", jsonSchema: { type: ["string", "null"] } }, "application/json"],
    [{ contentType: "*/*", jsonSchema: { anyOf: [{}] } }, "*/*"],
  ])("describes the input %j", async (input, description) => {
    const json = await shown({ name: "S", ty: "SERVICE", handlers: [{ name: "h", input }] });
    expect(json.handlers[0]?.input_description).toBe(description);
  });

  it.each([
    [undefined, "application/json"],
    [{}, "none"],
    [{ jsonSchema: { type: "string" } }, "none"],
    [{ contentType: "text/plain", setContentTypeIfEmpty: true }, "optional text/plain"],
    [{ contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: { type: "number" } }, "JSON number"],
    [{ contentType: "application/json", setContentTypeIfEmpty: true, jsonSchema: true }, "optional application/json"],
  ])("describes the output %j", async (output, description) => {
    const json = await shown({ name: "S", ty: "SERVICE", handlers: [{ name: "h", output }] });
    expect(json.handlers[0]?.output_description).toBe(description);
  });
});

describe("durations", () => {
  it.each([
    [0, "0s"],
    [1, "1ms"],
    [1234, "1s 234ms"],
    [90_000, "1m 30s"],
    [90_061_001, "1d 1h 1m 1s 1ms"],
    [3_153_600_000_000, "36500d"],
  ])("%i ms are %s", (ms, text) => expect(friendlyDuration(ms)).toBe(text));
});
