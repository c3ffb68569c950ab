import { describe, expect, it } from "vitest";
import { errorOfAnswer, errorOfFetch, HttpCallError } from "./errors.ts";

const url = "http://localhost:8080";
const answered = (status: number, body: string, headers: Record<string, string> = {}) =>
  errorOfAnswer(new Response(body, { status, headers }), body, "Greeter/greet", url);
const failed = (error: unknown, at = url, timeoutMs?: number) =>
  errorOfFetch(error, "Greeter/greet", at, timeoutMs) as Error & { code?: string };
/** As Node's fetch throws it. */
const fetchFailed = (code: string, message: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });

describe("an error answer", () => {
  it("has the official fields", () => {
    const error = answered(422, '{"code":422,"message":"no name"}');
    expect(error).toBeInstanceOf(HttpCallError);
    expect(error).toMatchObject({
      name: "HttpCallError",
      status: 422,
      responseText: '{"code":422,"message":"no name"}',
    });
  });

  it("says what was called, the status, the server's message, and of which invocation it is the error", () => {
    const headers = { "x-restate-error-source": "invocation", "x-restate-id": "inv_1" };
    expect(answered(422, '{"message":"no name"}', headers).message).toBe(
      "Greeter/greet: 422 no name (the error of invocation inv_1)",
    );
  });

  it("says the code of an error of the server", () => {
    const headers = { "x-restate-error-source": "ingress", "x-restate-error-code": "RL_UNKNOWN_SERVICE" };
    expect(answered(404, '{"message":"no service"}', headers).message).toBe(
      "Greeter/greet: 404 no service (RL_UNKNOWN_SERVICE)",
    );
    expect(answered(404, '{"message":"no service"}').message).toBe("Greeter/greet: 404 no service");
  });

  it.each(["<html>Bad gateway</html>", "null", "[]", '{"message":1}'])("doubts that %s comes from Restate", (body) => {
    const { message } = answered(502, body);
    expect(message).toContain(`Greeter/greet: 502 ${body} (`);
    expect(message).toContain("is one listening at http://localhost:8080");
  });

  it("shows the beginning of a long body, and keeps all of it", () => {
    const error = answered(502, "x".repeat(2000));
    expect(error.message.length).toBeLessThan(700);
    expect(error.responseText).toHaveLength(2000);
  });
});

describe("a failed fetch", () => {
  it("says that nobody listens, where, and how to start a server", () => {
    const error = failed(fetchFailed("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:8080"));
    expect(error.message).toContain("Greeter/greet: cannot reach http://localhost:8080 (connect ECONNREFUSED");
    expect(error.message).toContain("npx restate-lite dev");
    expect(error.code).toBe("RL_SDK_UNREACHABLE");
  });

  it("stays a TypeError with the system's error as cause, as fetch throws it", () => {
    const error = failed(fetchFailed("ECONNREFUSED", "refused"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("gathers the reasons when a name has several addresses", () => {
    const reasons = [new Error("connect ECONNREFUSED ::1:8080"), new Error("connect ECONNREFUSED 127.0.0.1:8080")];
    const cause = Object.assign(new AggregateError(reasons), { code: "ECONNREFUSED" });
    const { message } = failed(new TypeError("fetch failed", { cause }));
    expect(message).toContain("(connect ECONNREFUSED ::1:8080, connect ECONNREFUSED 127.0.0.1:8080)");
  });

  it.each(["ECONNRESET", "UND_ERR_SOCKET"])("says after %s that the invocation may go on", (code) => {
    expect(failed(fetchFailed(code, "other side closed"))).toMatchObject({
      code: "RL_SDK_CONNECTION_LOST",
      message: expect.stringContaining("with an idempotency key it is safe to ask again"),
    });
  });

  it("explains the limit that Node's fetch has of its own", () => {
    expect(failed(fetchFailed("UND_ERR_HEADERS_TIMEOUT", "Headers Timeout Error"))).toMatchObject({
      code: "RL_SDK_NO_ANSWER_IN_TIME",
      message: expect.stringContaining("5 minutes"),
    });
  });

  it.each([
    ["localhost:8080", new TypeError("fetch failed", { cause: new Error("unknown scheme") })],
    ["undefined", new TypeError("Failed to parse URL from undefined/Greeter/greet")],
  ])("shows what is wrong with the url of %s", (at, error) => {
    expect(failed(error, at)).toMatchObject({
      code: "RL_SDK_BAD_URL",
      message: expect.stringContaining(`cannot use the url "${at}"`),
    });
  });

  it.each(["HPE_INVALID_CONSTANT", "ERR_SSL_WRONG_VERSION_NUMBER"])("doubts after %s that this is Restate", (code) => {
    expect(failed(fetchFailed(code, "not HTTP")).message).toContain("no Restate ingress");
  });

  it("helps where a platform does not say why, as browsers do not", () => {
    const { message, code } = failed(new TypeError("Failed to fetch"));
    expect(message).toContain("the request to http://localhost:8080 failed (Failed to fetch)");
    expect(message).toContain("npx restate-lite dev");
    expect(code).toBe("RL_SDK_FETCH_FAILED");
  });

  it("never shows the query or a password of the url", () => {
    const { message } = failed(fetchFailed("ECONNREFUSED", "refused"), "http://me:secret@restate.test/proxy/?x=1");
    expect(message).toContain("cannot reach http://restate.test/proxy (");
    expect(message).not.toMatch(/secret|x=1/);
  });

  it("passes on an abort, whatever its reason", () => {
    const reason = new DOMException("enough", "AbortError");
    expect(failed(reason)).toBe(reason);
    expect(failed("enough")).toBe("enough");
  });

  it("passes on the errors of a fetch of one's own", () => {
    class NotLoggedIn extends Error {}
    const error = new NotLoggedIn("log in first");
    expect(failed(error)).toBe(error);
  });

  it("names the timeout of the call, as a TimeoutError", () => {
    const error = failed(new DOMException("The operation was aborted due to timeout", "TimeoutError"), url, 50);
    expect(error).toBeInstanceOf(DOMException);
    expect(error.name).toBe("TimeoutError");
    expect(error.message).toBe(
      "Greeter/greet: no answer within 50 ms, the timeout of this call; the invocation may still be going on",
    );
  });
});
