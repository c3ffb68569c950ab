import { RestateError } from "../core/index.ts";

/** `RestateError.code` of the error with which interceptors unwind when an attempt ends before its handler does. */
export const SUSPENDED = 599;

/**
 * Whether an error that an interceptor caught says no more than that this attempt ends here: the invocation suspends
 * until what it waits for has happened, or the connection is gone. Not a failure of the handler.
 */
export function isSuspendedError(error: unknown): boolean {
  return error instanceof RestateError && error.code === SUSPENDED;
}
