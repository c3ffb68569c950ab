import { expect, it } from "vitest";
import { json } from "../support/index.ts";
import { drive } from "./driver.ts";

interface Configured {
  readonly handlers: readonly Record<string, unknown>[];
  readonly [name: string]: unknown;
}

drive("python", (stand, { isHttp1 }) => {
  it("serves the examples of the documentation's page on services", async () => {
    expect(await stand().result("MyService/myHandler", "Hi")).toBe("Hi!");
    expect(await stand().result("MyVirtualObject/Ada/myHandler", "Hi")).toBe("Hi Ada!");
    expect(await stand().result("MyVirtualObject/Ada/my_concurrent_handler", "Hello")).toBe("Hello Ada!");
    expect(await stand().result("MyWorkflow/one/run", "go")).toBe("success");
    expect((await stand().call("MyWorkflow/one/interact_with_workflow", "go")).status).toBe(200);
    const again = await stand().call("MyWorkflow/one/run", "go");
    expect(again.status).toBe(409);
    expect(again.text).toContain("already invoked");
  });

  it("passes values typed with TypedDict and with Pydantic, whose schema is published", async () => {
    const order = { product: "lamp", count: 2 };
    expect(await stand().result("Typed/withTypedDict", order)).toEqual({ product: "lamp", count: 4 });
    const parcel = { sent: "2026-01-02T03:04:05Z", sides: [3, 4] };
    expect(await stand().result("Typed/withPydantic", parcel)).toEqual({ sent: "2026-01-02T03:04:05Z", area: 12 });
    const openapi = (await stand().admin("GET", "/services/Typed/openapi")).text;
    expect(openapi).toContain("Parcel");
    expect(openapi).toContain("area");
  });

  it("reads and writes input, output and state by a serializer of its own", async () => {
    const store = (value: number) => stand().result("Custom/scale/store", { reading: "weight", value });
    expect(await store(7)).toEqual({ reading: "weight", value: 7 });
    expect(await store(8)).toEqual({ reading: "weight", value: 7 });
    const [row] = await stand().query<{ value_utf8: string }>(
      "SELECT value_utf8 FROM state WHERE service_name = 'Custom' AND service_key = 'scale'",
    );
    expect(JSON.parse(String(row?.value_utf8))).toEqual({ reading: "weight", value: 8 });
  });

  it("has the timeouts, retentions and retry policy that the program sets", async () => {
    const service = json<Configured>(await stand().admin("GET", "/services/Configured"));
    expect(service).toMatchObject({
      // In request/response mode it does not apply (RT0021).
      ...(isHttp1 ? {} : { inactivity_timeout: "15m" }),
      abort_timeout: "20m",
      journal_retention: "2d",
      idempotency_retention: "3d",
      workflow_completion_retention: "4d",
      enable_lazy_state: true,
      retry_policy: {
        initial_interval: "1s",
        exponentiation_factor: 3,
        max_interval: "30s",
        max_attempts: 10,
        on_max_attempts: "Pause",
      },
    });
    expect(service.handlers.find(({ name }) => name === "inside")).toMatchObject({ public: false });
    expect((await stand().call("Configured/one/inside")).status).toBe(400);
    expect(await stand().result("Configured/one/run", "done")).toBe("done");
  });
});
