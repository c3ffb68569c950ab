import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdmin } from "./admin.fixture.ts";

const URI = "http://localhost:9080";
const greeter = { name: "Greeter", ty: "SERVICE", handlers: [{ name: "greet" }] };
const properties = { "bootstrap.servers": "localhost:9092", "sasl.password": "secret" };
const sink = "service://Greeter/greet";

let admin: Awaited<ReturnType<typeof startAdmin>>;
beforeEach(async () => {
  admin = await startAdmin();
  admin.endpoints.set(URI, [greeter]);
  await admin.request("POST", "/deployments", { uri: URI });
});
afterEach(() => admin.close());

const create = (name = "k") => admin.request("POST", "/kafka-clusters", { name, properties });
const subscribe = (body: object) => admin.request("POST", "/subscriptions", body);

describe("/kafka-clusters", () => {
  it("keeps clusters, and never shows their secrets", async () => {
    const shown = { name: "k", properties: { ...properties, "sasl.password": "***" }, created_at: expect.any(String) };
    const created = await create();
    expect([created.status, created.headers.get("location"), created.json]).toEqual([201, "kafka-clusters/k", shown]);
    expect((await admin.request("GET", "/kafka-clusters")).json).toEqual({ clusters: [shown] });
    expect((await admin.request("GET", "/kafka-clusters/k")).json).toEqual({ ...shown, subscriptions: [] });
    expect(admin.kafka.cluster("k")?.properties).toEqual(properties);
  });

  it("refuses a second one of the name, one without brokers, and names that no URI can have", async () => {
    await create();
    expect((await create()).status).toBe(409);
    expect((await admin.request("POST", "/kafka-clusters", { name: "x", properties: {} })).status).toBe(400);
    for (const name of ["", "a b", "a/b", "ä", "a?b", "a%20b"]) expect((await create(name)).status).toBe(422);
  });

  it("gives a cluster other properties and keeps its age", async () => {
    const created = await create();
    const changed = await admin.request("PATCH", "/kafka-clusters/k", {
      properties: { "metadata.broker.list": "b:1" },
    });
    expect(changed.json).toEqual({
      name: "k",
      properties: { "metadata.broker.list": "b:1" },
      created_at: created.json.created_at,
    });
    expect((await admin.request("PATCH", "/kafka-clusters/none", { properties })).status).toBe(404);
  });

  it("is removed with its subscriptions left, when forced", async () => {
    await create();
    const { id } = (await subscribe({ source: "kafka://k/t", sink })).json;
    const refused = await admin.request("DELETE", "/kafka-clusters/k");
    expect([refused.status, refused.json.message]).toEqual([409, expect.stringContaining(id)]);
    expect((await admin.request("DELETE", "/kafka-clusters/k?force=x")).status).toBe(400);
    expect((await admin.request("DELETE", "/kafka-clusters/k?force=true")).status).toBe(202);
    expect((await admin.request("GET", `/subscriptions/${id}`)).status).toBe(200);
  });
});

describe("/subscriptions", () => {
  it("leaves the client id to the cluster that has one", async () => {
    await admin.request("POST", "/kafka-clusters", { name: "k", properties: { ...properties, "client.id": "mine" } });
    const { id, options } = (await subscribe({ source: "kafka://k/t", sink })).json;
    expect(options).toEqual({ "group.id": id });
  });

  it("keeps a subscription and says that it is not consumed", async () => {
    await create();
    const kept = await subscribe({ source: "kafka://k/t", sink, options: { "auto.offset.reset": "earliest" } });
    const { id, info, ...rest } = kept.json;
    expect(kept.headers.get("location")).toBe(`subscriptions/${id}`);
    expect(rest).toEqual({
      source: "kafka://k/t",
      sink,
      options: { "auto.offset.reset": "earliest", "client.id": "restate", "group.id": id },
    });
    expect(info[0].message).toContain("does not consume");
    expect((await admin.request("GET", `/subscriptions/${id}`)).json).toEqual({ id, ...rest });
    const found = await admin.request("GET", `/subscriptions?source=kafka://k/t&sink=${sink}`);
    expect(found.json.subscriptions).toHaveLength(1);
    expect((await admin.request("GET", "/subscriptions?source=kafka://k/u")).json).toEqual({ subscriptions: [] });
    expect(
      (await admin.request("GET", "/kafka-clusters/k?include_subscriptions=true")).json.subscriptions,
    ).toHaveLength(1);
    expect((await admin.request("DELETE", `/subscriptions/${id}`)).status).toBe(202);
    expect((await admin.request("DELETE", `/subscriptions/${id}`)).status).toBe(404);
  });

  it.each([
    ["kafka://none/t", sink, null],
    ["http://k/t", sink, "META0009"],
    ["KAFKA://k/t", sink, "META0009"],
    ["kafka://k/t", "service://Greeter/none", "META0009"],
    ["kafka://k/t", "service://Nobody/greet", "META0009"],
    ["kafka://k/t", "service://Greeter", "META0009"],
    ["kafka://k/t", "x", "META0009"],
  ])("from %s to %s is 400 (%s)", async (source, to, code) => {
    await create();
    expect(await subscribe({ source, sink: to })).toMatchObject({ status: 400, json: { restate_code: code } });
  });

  it.each([
    ["", sink],
    ["kafka://k/a b", sink],
    ["kafka:///t", sink],
  ])("from '%s' is no URI", async (source, to) => {
    expect((await subscribe({ source, sink: to })).status).toBe(422);
  });

  it("knows no malformed ids", async () => {
    expect((await admin.request("GET", "/subscriptions/bad")).status).toBe(400);
    expect((await admin.request("GET", "/subscriptions/sub_11111111111111111111111")).status).toBe(404);
  });
});
