import type { AttemptLink } from "../core.ts";
import type { AttemptEvents, AttemptHost, AttemptStart } from "../engine/index.ts";

/** Marks deployments that belong to a program under development, in their metadata. */
export const MARK = "restate-lite-dev";

/**
 * Holds attempts back whose program is not there: those of an earlier run of the command, and of a version that has
 * ended by itself. Nobody answers at their address, so each would fail, and count in the retry policy of an invocation
 * that has done nothing wrong. The next version takes them over.
 */
export class HeldAttempts implements AttemptLink {
  readonly #served = new Set<string>();
  readonly #held = new Map<number, AttemptStart>();
  #invoker: AttemptHost | undefined;
  #isOver = false;

  host(invoker: AttemptHost): AttemptHost {
    this.#invoker = invoker;
    return {
      start: (attempt) => {
        if (this.#isOver || this.#isServed(attempt)) invoker.start(attempt);
        else this.#held.set(attempt.attempt, attempt);
      },
      deliver: (attempt, frame) => invoker.deliver(attempt, frame),
      abort: (attempt) => {
        if (!this.#held.delete(attempt)) invoker.abort(attempt);
      },
      letGo: (attempt) => {
        if (!this.#held.delete(attempt)) invoker.letGo(attempt);
      },
      closeInput: (attempt) => invoker.closeInput(attempt),
    };
  }

  events(engine: AttemptEvents): AttemptEvents {
    return engine;
  }

  #isServed({ deployment }: AttemptStart): boolean {
    return deployment.metadata[MARK] === undefined || this.#served.has(deployment.id);
  }

  /** A version is there. */
  serves(deployments: readonly string[]): void {
    for (const id of deployments) this.#served.add(id);
  }

  /** A version has ended by itself. */
  isGone(deployments: readonly string[]): void {
    for (const id of deployments) this.#served.delete(id);
  }

  /** Starts what nobody has taken over: it fails, and says why. */
  letGo(): void {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const attempt of held) this.#invoker?.start(attempt);
  }

  /** From now on nothing is held, because nothing comes that could take it over. */
  stop(): void {
    this.#isOver = true;
    this.letGo();
  }
}
