import { CancelledError, RestateError, SdkError, TerminalError, TimeoutError } from "../core/index.ts";
import type { Failure } from "../protocol/index.ts";
import type { AttemptError } from "../vm/index.ts";
import type { MistakeCode } from "./mistakes.ts";

export type AsTerminalError = (error: unknown) => TerminalError | undefined;

/** What was thrown, as an error; a terminal one when it is a mistake, or when the user's mapping says so. */
export function asError(thrown: unknown, asTerminalError?: AsTerminalError): Error {
  if (thrown instanceof TerminalError) return thrown;
  if (thrown instanceof SdkError && thrown.code !== RETRIED_MISTAKE) return terminalMistake(thrown);
  const terminal = asTerminalError?.(thrown);
  if (terminal !== undefined) return terminal;
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return new RestateError(String(thrown.message), { errorCode: Number(thrown.code) });
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(thrown);
  } catch {
    text = "(no JSON representation)";
  }
  return new Error(`Non-Error value: ${text}`);
}

/** A later version of the code may read what this one cannot; the data is safe in the journal until then. */
const RETRIED_MISTAKE: MistakeCode = "RL_SDK_VALUE_NOT_READABLE";

/** A mistake in the program does not go away by trying again: whoever called is told at once. */
function terminalMistake(error: SdkError): TerminalError {
  const terminal = new TerminalError(`${error.message} [${error.code}]`);
  terminal.cause = error;
  if (error.stack !== undefined) terminal.stack = error.stack;
  return terminal;
}

/** The error as the protocol's error message carries it. */
export function attemptErrorOf(error: Error): AttemptError {
  return error.stack === undefined ? { message: error.message } : { message: error.message, stack: error.stack };
}

/** A terminal error, or the reason for a rejection, as the journal holds it. */
export function failureOf(reason: string | TerminalError): Failure {
  if (typeof reason === "string") return { code: 500, message: reason } as Failure;
  const metadata = reason.metadata === undefined ? [] : Object.entries(reason.metadata);
  return {
    code: reason.code,
    message: reason.message,
    ...(metadata.length > 0 && { metadata: metadata.map(([key, value]) => ({ key, value })) }),
  } as Failure;
}

/** The error that user code sees for a failure in the journal: always a new one, whether it just happened or is replayed. */
export function errorOfFailure(failure: Failure): TerminalError {
  const { message, code, metadata = [] } = failure;
  const options = { errorCode: code, metadata: Object.fromEntries(metadata.map(({ key, value }) => [key, value])) };
  return withoutFrames(() => new TerminalError(message, options));
}

export function cancelledError(): CancelledError {
  return withoutFrames(() => new CancelledError());
}

export function timeoutError(): TimeoutError {
  return withoutFrames(() => new TimeoutError());
}

/**
 * Makes an error whose stack says its name and message and nothing else. The frames of an error that comes out of the
 * journal would differ between the attempt that recorded it and one that replays it, and a handler that passes its
 * stack on (into a step, into state) would break its own journal.
 */
function withoutFrames<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const error = make();
    error.stack = `${error.name}: ${error.message}`;
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}
