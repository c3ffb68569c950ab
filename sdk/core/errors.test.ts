import * as official from "@restatedev/restate-sdk";
import { describe, expect, test } from "vitest";
import * as ours from "./index.ts";

/** What a program can see of an error. */
function seen(error: Error) {
  const { name, message, cause } = error;
  const { code, metadata, retryAfter } = error as Error & { code?: number; metadata?: object; retryAfter?: unknown };
  return { name, message, cause, code, metadata, retryAfter, isError: error instanceof Error };
}

const cause = new Error("because");
const withCode = Object.assign(new Error("because"), { errorCode: 409 });
const errors: Record<string, (sdk: typeof official) => Error> = {
  RestateError: (sdk) => new sdk.RestateError("any"),
  "RestateError with options": (sdk) => new sdk.RestateError("any", { errorCode: 1, cause }),
  TerminalError: (sdk) => new sdk.TerminalError("no"),
  "TerminalError with options": (sdk) => new sdk.TerminalError("no", { errorCode: 404, metadata: { a: "b" } }),
  TimeoutError: (sdk) => new sdk.TimeoutError(),
  CancelledError: (sdk) => new sdk.CancelledError(),
  RetryableError: (sdk) => new sdk.RetryableError("later"),
  "RetryableError with options": (sdk) => new sdk.RetryableError("later", { retryAfter: 5, errorCode: 503, cause }),
  "RetryableError.from an error": (sdk) => sdk.RetryableError.from(cause, { retryAfter: { seconds: 1 } }),
  "RetryableError.from a code": (sdk) => sdk.RetryableError.from({ errorCode: 409, message: "m", code: 1 }),
  "RetryableError.from an error with a code": (sdk) => sdk.RetryableError.from(withCode),
  "RetryableError.from a string": (sdk) => sdk.RetryableError.from("text"),
  PauseError: (sdk) => new sdk.PauseError("stop", { errorCode: 1, cause }),
};

describe.each(Object.entries(errors))("%s", (_, make) => {
  test("looks as the official one does", () => {
    expect(seen(make(ours as never))).toEqual(seen(make(official)));
  });
});

test("errors are told by instanceof, from the special to the general", () => {
  for (const error of [new ours.TimeoutError(), new ours.CancelledError()]) {
    expect(error).toBeInstanceOf(ours.TerminalError);
    expect(error).toBeInstanceOf(ours.RestateError);
  }
  expect(new ours.RetryableError("")).not.toBeInstanceOf(ours.TerminalError);
  expect(new ours.PauseError("")).not.toBeInstanceOf(ours.TerminalError);
});

test("PauseError.from pauses, with the message of what was thrown and that as the cause", () => {
  const error = ours.PauseError.from(cause);
  expect(error).toBeInstanceOf(ours.PauseError);
  expect(error).toMatchObject({ message: "because", cause });
});

test("whatever is thrown becomes an error", () => {
  expect(ours.toError(cause)).toBe(cause);
  expect(ours.toError({ code: 1, message: "m" })).toMatchObject({ name: "RestateError", code: 1, message: "m" });
  expect(ours.toError("text").message).toBe('Non-Error value: "text"');
  expect(ours.toError(undefined).message).toBe("Non-Error value: undefined");
  expect(ours.toError(1n).message).toBe("Non-Error value: (no JSON representation)");
});
