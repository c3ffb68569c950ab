import { constants } from "node:http2";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { encodeFrame, MessageType } from "../../sdk/protocol/index.ts";
import type { AttemptFailure } from "../engine/types.ts";
import {
  attemptStart,
  CONTENT_TYPE,
  createBench,
  END,
  type Event,
  http2Endpoint,
  listening,
  type ReceivedRequest,
} from "./testbed.fixture.ts";

const OUTPUT = encodeFrame(MessageType.OutputCommand, Buffer.from([0x72, 0x02, 0x0a, 0x00]));
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Runs one attempt against a uri; answers how it failed and all that was reported. */
async function failureAt(uri: string): Promise<{ failure: AttemptFailure; events: Event[] }> {
  const { invoker, failure, events } = createBench({ config: { messageLimitBytes: 1024 * 1024 } });
  closers.push(() => invoker.close());
  const start = attemptStart(uri);
  invoker.start(start);
  const reported = await failure(start.attempt);
  expect(reported.behavior).toBe("retry");
  expect(invoker.snapshot()).toEqual([]);
  return { failure: reported, events };
}

async function failureOf(
  onRequest: (request: ReceivedRequest) => void,
): Promise<{ failure: AttemptFailure; events: Event[] }> {
  const { uri, close } = await http2Endpoint((request) => {
    request.read();
    onRequest(request);
  });
  closers.push(close);
  return failureAt(uri);
}

describe("an HTTP status other than success", () => {
  const answer = (status: number, headers: Record<string, string> = {}) =>
    failureOf(({ stream }) => {
      stream.respond({ ":status": status, ...headers });
      stream.end("body");
    });

  it.each([
    [301, "RT0012", "unexpected http status code: 301 Moved Permanently"],
    [400, "RT0012", "unexpected http status code: 400 Bad Request"],
    [401, "RT0012", "unexpected http status code: 401 Unauthorized"],
    [404, "RT0012", "unexpected http status code: 404 Not Found"],
    [500, "RT0012", "unexpected http status code: 500 Internal Server Error"],
    [413, "RT0019", "service replied with content too large"],
    [415, "RT0015", "the SDK doesn't support the protocol version '6' negotiated at discovery time"],
    [429, "RT0023", "service is rate limited due to '429 Too Many Requests'"],
    [503, "RT0023", "service is rate limited due to '503 Service Unavailable'"],
    [502, "RT0010", "service is temporary unavailable '502 Bad Gateway'"],
    [504, "RT0010", "service is temporary unavailable '504 Gateway Timeout'"],
  ])("%i is %s", async (status, code, message) => {
    const { failure, events } = await answer(status);
    expect(failure).toMatchObject({ restateCode: code, code: status === 415 ? 415 : 500, nextRetryDelayMs: undefined });
    expect(failure.message).toContain(message);
    expect(events).toHaveLength(1);
  });

  it("makes the next attempt wait for Retry-After in seconds", async () => {
    const { failure } = await answer(429, { "retry-after": "7" });
    expect(failure.nextRetryDelayMs).toBe(7000);
    expect(failure.message).toContain("(retry after: 7 seconds)");
  });

  it("leaves the delay to the policy when Retry-After is zero, in the past, or no time", async () => {
    for (const value of ["0", "soon", "Tue, 01 Jan 2019 00:00:00 GMT"]) {
      expect((await answer(503, { "retry-after": value })).failure.nextRetryDelayMs).toBeUndefined();
    }
  });
});

describe("a response that is not the protocol", () => {
  it.each([
    ["another content type", "text/html"],
    ["another version", "application/vnd.restate.invocation.v5"],
    ["parameters", `${CONTENT_TYPE}; charset=utf-8`],
    ["no content type", ""],
  ])("is RT0012: %s", async (_what, contentType) => {
    const { failure } = await failureOf(({ stream }) => {
      stream.respond({ ":status": 200, ...(contentType === "" ? {} : { "content-type": contentType }) });
      stream.end(Buffer.concat([OUTPUT, END]));
    });
    expect(failure.restateCode).toBe("RT0012");
    expect(failure.message).toContain(`expected content type '${CONTENT_TYPE}'`);
  });

  it("is RT0003 when a header announces more than the message limit, before the body arrives", async () => {
    const { failure } = await failureOf((request) => {
      request.respond();
      const header = encodeFrame(MessageType.OutputCommand, Buffer.alloc(0));
      header.writeUInt32BE(64 * 1024 * 1024, 4);
      request.stream.write(header);
    });
    expect(failure.restateCode).toBe("RT0003");
    expect(failure.message).toContain("message size limit");
  });

  it("is RT0003 for garbage, whose length makes no sense", async () => {
    const { failure } = await failureOf((request) => {
      request.respond();
      request.stream.end("this is not the protocol at all");
    });
    expect(failure.restateCode).toBe("RT0003");
  });

  it("is RT0012 for an unknown message type, after the messages before it were handed over", async () => {
    const { failure, events } = await failureOf((request) => {
      request.respond();
      request.stream.write(Buffer.concat([OUTPUT, encodeFrame(0x0099, Buffer.from("abc")), END]));
    });
    expect(failure).toMatchObject({ restateCode: "RT0012" });
    expect(failure.message).toContain("unknown protocol.message code 0x99");
    expect(events.map(({ kind }) => kind)).toEqual(["server", "messages", "failed"]);
  });

  it("is RT0007 when it ends without a terminal message", async () => {
    for (const [body, message] of [
      [Buffer.alloc(0), "without an end, suspension or error message"],
      [OUTPUT, "without an end, suspension or error message"],
      [OUTPUT.subarray(0, 10), "in the middle of a message"],
    ] as const) {
      // The request is still open then: half-closed by the endpoint.
      const { failure } = await failureOf((request) => {
        request.respond();
        request.stream.end(body);
      });
      expect(failure.restateCode).toBe("RT0007");
      expect(failure.message).toContain(message);
    }
  });
});

describe("a broken transport is RT0010", () => {
  it("when the connection is refused", async () => {
    const { uri, close } = await listening(createServer());
    await close();
    const { failure } = await failureAt(uri);
    expect(failure).toMatchObject({ restateCode: "RT0010", code: 500 });
    expect(failure.message).toBe(`error when calling '${uri}': connection refused (ECONNREFUSED)`);
  });

  it("when the URI is of no use", async () => {
    const { failure } = await failureAt("ftp://example");
    expect(failure.restateCode).toBe("RT0010");
    expect(failure.message).toContain("ftp://example");
  });

  it("when the peer closes the connection at once, or speaks something else", async () => {
    for (const greet of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.write("SSH-2.0-x\r\n")]) {
      const { uri, close } = await listening(createServer(greet));
      closers.push(close);
      const { failure } = await failureAt(uri);
      expect(failure.restateCode).toBe("RT0010");
      expect(failure.message).toContain(`error when calling '${uri}'`);
    }
  });

  it.each([
    ["INTERNAL_ERROR", constants.NGHTTP2_INTERNAL_ERROR],
    ["REFUSED_STREAM", constants.NGHTTP2_REFUSED_STREAM],
    ["CANCEL", constants.NGHTTP2_CANCEL],
  ])("when the stream is reset before the response with %s", async (name, code) => {
    const { failure } = await failureOf(({ stream }) => stream.close(code));
    expect(failure.restateCode).toBe("RT0010");
    expect(failure.message).toContain("error when calling 'http://");
    expect(failure.message).toContain(name);
  });

  it("when the stream is reset in the middle of the response", async () => {
    for (const sent of [OUTPUT, OUTPUT.subarray(0, 9)]) {
      const { failure } = await failureOf((request) => {
        request.respond();
        // (close() would end the response in the regular way first.)
        request.stream.write(sent, () => request.stream.destroy(new Error("out of memory")));
      });
      expect(failure.restateCode).toBe("RT0010");
      expect(failure.message).toContain("unexpected error while reading the response body");
    }
  });

  it("when the connection breaks before or in the middle of the response", async () => {
    const before = await failureOf(({ stream }) => stream.session?.destroy());
    expect(before.failure.restateCode).toBe("RT0010");
    const middle = await failureOf((request) => {
      request.respond();
      request.stream.write(OUTPUT, () => request.stream.session?.destroy());
    });
    expect(middle.failure.restateCode).toBe("RT0010");
    expect(middle.failure.message).toContain("unexpected error while reading the response body");
  });
});

describe("what happens after the terminal message", () => {
  it.each([
    ["a reset", (request: ReceivedRequest) => request.stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    ["the end of the connection", (request: ReceivedRequest) => request.stream.session?.destroy()],
  ])("does not fail the attempt: %s", async (_what, breakIt) => {
    const { uri, close } = await http2Endpoint((request) => {
      request.read();
      request.respond();
      request.stream.write(Buffer.concat([OUTPUT, END]));
      request.stream.on("end", () => breakIt(request));
    });
    closers.push(close);
    const { invoker, closed, events } = createBench();
    closers.push(() => invoker.close());
    const start = attemptStart(uri);
    invoker.start(start);
    await closed(start.attempt);
    expect(events.map(({ kind }) => kind)).toEqual(["server", "messages", "closed"]);
  });
});

describe("an engine that cannot process the messages", () => {
  it("fails the attempt and ends the request", async () => {
    let received: ReceivedRequest | undefined;
    const { uri, close } = await http2Endpoint((request) => {
      received = request;
      request.read();
      request.respond();
      request.stream.write(OUTPUT);
    });
    closers.push(close);
    const { invoker, failure } = createBench({
      onMessages: () => {
        throw new Error("disk on fire");
      },
    });
    closers.push(() => invoker.close());
    const start = attemptStart(uri);
    invoker.start(start);
    expect((await failure(start.attempt)).message).toContain("disk on fire");
    await received?.until(() => received?.hasEnded);
    expect(received?.stream.aborted).toBe(false);
  });
});
