import { describe, expect, it } from "vitest";
import { EndpointBuilder } from "./builder.ts";
import type { Decision, EndpointHandler } from "./handler.ts";
import { CONTENT_TYPE, counter, greeter, keptLog, order } from "./testbed.fixture.ts";
import { withOptions } from "./with-options.ts";

const V4 = "application/vnd.restate.endpointmanifest.v4+json";

function endpoint(): { handler: EndpointHandler; lines: string[] } {
  const { logger, lines } = keptLog();
  const builder = withOptions(new EndpointBuilder(), { services: [greeter, counter, order], logger });
  return { handler: builder.build(), lines };
}

function decide(path: string, headers: Record<string, string> = {}): Decision {
  return endpoint().handler.handle(path, headers, "BIDI_STREAM") as Decision;
}

function shown(decision: Decision): unknown {
  if (decision.kind !== "answer") return decision.kind;
  const { status, headers, body } = decision;
  const text = new TextDecoder().decode(body);
  return { status, contentType: headers["content-type"], body: text.startsWith("{") ? JSON.parse(text) : text };
}

describe("an endpoint", () => {
  it.each(["/health", "/a/prefix/health", "/health?verbose=1", "http://somewhere:9080/health"])(
    "is healthy at %s",
    (path) => {
      expect(shown(decide(path))).toEqual({ status: 200, contentType: "application/text", body: "OK" });
    },
  );

  it.each([
    "/",
    "/nothing",
    "/invoke/Greeter",
    "/health/",
    "/invoke/Greeter/greet/more",
    "/serdes/Greeter/read/greet/input",
  ])("does not know the path %s", (path) => {
    const { status, body } = shown(decide(path, { "content-type": CONTENT_TYPE })) as {
      status: number;
      body: { message: string };
    };
    expect(status).toBe(404);
    expect(body.message).toContain(`Invalid path ${path}`);
  });

  it("refuses a path with a broken escape", () => {
    expect(shown(decide("/serdes/Greeter/decode/%E0%A4%A"))).toMatchObject({ status: 400 });
  });

  it("names itself in every answer", () => {
    for (const path of ["/health", "/nothing", "/discover", "/invoke/Greeter/greet"]) {
      expect((decide(path, { "content-type": CONTENT_TYPE }) as { headers: object }).headers).toMatchObject({
        "x-restate-server": expect.stringMatching(/^restate-lite-sdk\/\d+\.\d+\.\d+$/),
      });
    }
  });

  it.each([5, 6, 7] as const)("accepts an invocation of protocol version %s, in the same version", (version) => {
    const contentType = `application/vnd.restate.invocation.v${version}`;
    const decision = decide("/prefix/invoke/Greeter/greet", { "content-type": contentType });
    expect(decision).toMatchObject({ kind: "attempt", version, headers: { "content-type": contentType } });
  });

  it.each([
    ["without a content type", {}, 415, "Missing content-type header"],
    [
      "of a version to come",
      { "content-type": "application/vnd.restate.invocation.v99" },
      415,
      "Unsupported service protocol version",
    ],
    [
      "of a version gone by",
      { "content-type": "application/vnd.restate.invocation.v4" },
      415,
      "this SDK speaks v5, v6, v7",
    ],
    ["that is no invocation", { "content-type": "application/json" }, 415, "through a Restate server"],
  ])("refuses an invocation %s", (_title, headers, status, message) => {
    const { handler, lines } = endpoint();
    // The first request of a path and later ones take different ways.
    for (const contentType of [undefined, CONTENT_TYPE, undefined]) {
      if (contentType !== undefined)
        handler.handle("/invoke/Greeter/greet", { "content-type": contentType }, "BIDI_STREAM");
      else {
        const decision = handler.handle(
          "/invoke/Greeter/greet",
          headers as Record<string, string>,
          "BIDI_STREAM",
        ) as Decision;
        expect(shown(decision)).toMatchObject({ status, body: { message: expect.stringContaining(message) } });
      }
    }
    expect(lines.join()).toContain(message);
  });

  it.each([
    ["/invoke/Nobody/greet", 'No service "Nobody"'],
    ["/invoke/Greeter/shout", 'No handler "shout" in the service "Greeter"'],
  ])("answers 404 to %s", (path, message) => {
    expect(shown(decide(path, { "content-type": CONTENT_TYPE }))).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining(message) },
    });
  });

  it("remembers no more paths than it has room for", () => {
    const { handler } = endpoint();
    for (let i = 0; i < 3000; i++) {
      const decision = handler.handle(`/${i}/invoke/Greeter/greet`, { "content-type": CONTENT_TYPE }, "BIDI_STREAM");
      expect((decision as Decision).kind).toBe("attempt");
    }
  });
});

describe("discovery", () => {
  it("answers in the newest version that the server accepts", () => {
    const accept = [1, 2, 3, 4].map((v) => `application/vnd.restate.endpointmanifest.v${v}+json`);
    for (let newest = 4; newest >= 2; newest--) {
      const decision = decide("/discover", { accept: accept.slice(0, newest).join(", ") });
      expect(shown(decision)).toMatchObject({ status: 200, contentType: accept[newest - 1] });
    }
  });

  it("tells the services, their kinds and the protocol mode", () => {
    const { handler } = endpoint();
    const tell = (mode: "BIDI_STREAM" | "REQUEST_RESPONSE") =>
      shown(handler.handle("/discover", { accept: V4 }, mode) as Decision) as {
        body: { services: { name: string; ty: string }[] };
      };
    expect(tell("BIDI_STREAM").body).toMatchObject({
      protocolMode: "BIDI_STREAM",
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
    });
    expect(tell("REQUEST_RESPONSE").body).toMatchObject({ protocolMode: "REQUEST_RESPONSE" });
    expect(tell("BIDI_STREAM").body.services.map(({ name, ty }) => `${ty} ${name}`)).toEqual([
      "SERVICE Greeter",
      "VIRTUAL_OBJECT Counter",
      "WORKFLOW Order",
    ]);
  });

  it("tells of compression from version 4 on", () => {
    const handler = withOptions(new EndpointBuilder(), { services: [greeter] }).build({ lambdaCompression: "zstd" });
    const tell = (version: number) => {
      const accept = `application/vnd.restate.endpointmanifest.v${version}+json`;
      return (shown(handler.handle("/discover", { accept }, "REQUEST_RESPONSE") as Decision) as { body: object }).body;
    };
    expect(tell(4)).toMatchObject({ lambdaCompression: "zstd" });
    expect(tell(3)).not.toHaveProperty("lambdaCompression");
  });

  it.each([undefined, "application/json", "application/vnd.restate.endpointmanifest.v1+json"])(
    "is refused for accept %s",
    (accept) => {
      expect(shown(decide("/discover", accept === undefined ? {} : { accept }))).toMatchObject({ status: 415 });
    },
  );

  it("fails when an option cannot be told in that version", () => {
    const options = { services: [greeter], defaultServiceOptions: { ingressPrivate: true }, logger: () => {} };
    const handler = withOptions(new EndpointBuilder(), options).build();
    const accept = "application/vnd.restate.endpointmanifest.v2+json";
    expect(shown(handler.handle("/discover", { accept }, "BIDI_STREAM") as Decision)).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining("ingressPrivate") },
    });
  });
});

describe("the preview of a payload", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it("turns a payload into JSON and back", async () => {
    const decoding = decide("/serdes/Greeter/decode/previewed/input");
    if (decoding.kind !== "preview") throw new Error("no preview");
    expect(shown(await decoding.respond(Uint8Array.of(1, 2)))).toEqual({
      status: 200,
      contentType: "application/json",
      body: "[1,2]",
    });
    const encoding = decide("/prefix/serdes/Greeter/encode/previewed%2Finput/");
    if (encoding.kind !== "preview") throw new Error("no preview");
    const answer = await encoding.respond(bytes("[1,2]"));
    expect([answer.headers["content-type"], ...answer.body]).toEqual(["application/octet-stream", 1, 2]);
  });

  it("says what is wrong with the payload", async () => {
    const encoding = decide("/serdes/Greeter/encode/previewed/input");
    if (encoding.kind !== "preview") throw new Error("no preview");
    expect(shown(await encoding.respond(bytes("not JSON")))).toMatchObject({ status: 422 });
  });

  it.each([
    "/serdes/Nobody/decode/previewed/input",
    "/serdes/Greeter/decode/greet/input",
    "/serdes/Greeter/decode/previewed/other",
    "/serdes/Greeter/decode/nothing",
  ])("does not exist at %s", (path) => {
    expect(shown(decide(path))).toMatchObject({ status: 404 });
  });
});
