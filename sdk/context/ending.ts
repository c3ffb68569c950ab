import { RestateError } from "../core/index.ts";
import { SUSPENDED } from "./suspended.ts";

/** How an attempt has come to its end. */
export type End =
  /** The handler has returned; using its context is a mistake from now on. */
  | "returned"
  /** The handler has thrown, or something else went wrong. Branches of it that still run are left waiting. */
  | "failed"
  | "suspended"
  | "disconnected";

/** What interceptors get when an attempt ends before its handler does. */
function endedError(): RestateError {
  return new RestateError("The attempt ends here: suspended, or no longer connected", { errorCode: SUSPENDED });
}

/** Whether and how an attempt has ended, and who hears of it: interceptors, and the holders of its signal. */
export class Ending {
  #end: End | undefined;
  #rejectInterceptors: ((error: Error) => void) | undefined;
  #abortController: AbortController | undefined;

  get end(): End | undefined {
    return this.#end;
  }

  /** From now on the attempt counts as ended; `announce` is due once the transport knows. */
  set(end: End): void {
    this.#end = end;
  }

  /** @param error what interceptors are rejected with, when the handler or something else threw */
  announce(error: Error | undefined): void {
    this.#abortController?.abort();
    this.#rejectInterceptors?.(error ?? endedError());
  }

  /** Rejects as soon as the attempt ends, so that interceptors unwind although the handler stays where it is. */
  rejectWhenEnded(next: () => Promise<void>): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(endedError());
    const raced = new Promise<void>((resolve, reject) => {
      this.#rejectInterceptors ??= reject;
      next().then(resolve, reject);
    });
    // Whoever forgets to await it has made a mistake, but not one to end the process for.
    raced.catch(() => {});
    return raced;
  }

  /** Fires when the attempt ends. Made when it is first asked for. */
  signal(): AbortSignal {
    if (this.#abortController === undefined) {
      this.#abortController = new AbortController();
      if (this.#end !== undefined) this.#abortController.abort();
    }
    return this.#abortController.signal;
  }
}
