import type { Guard } from "./guard.ts";
import type { DevProcess } from "./process.ts";

/** Where a started program serves its endpoint. */
export interface Address {
  readonly uri: string;
  readonly useHttp11: boolean;
}

/** A version of the program, on its way or serving. */
export interface Started {
  readonly process: DevProcess;
  /** Resolves once its endpoints answer. Does not end by itself when they never do. */
  readonly addresses: Promise<readonly Address[]>;
  /** Nobody waits for the addresses any more. */
  stopLooking(): void;
}

export type Prepared =
  | { readonly kind: "ready"; start(version: number): Started }
  /** The files have changed, and the program has not. */
  | { readonly kind: "unchanged" }
  /** It would not start. */
  | { readonly kind: "broken"; readonly report: string };

/** What the developer works on: see `file-program.ts` and `command-program.ts`. */
export interface Program {
  /** Stands before the lines that it writes. */
  readonly name: string;
  /** A new version can only start when the old one has ended: they take the same address. */
  readonly isInPlace: boolean;
  /** Whether a change of files starts a new version. */
  readonly isWatched: boolean;
  /** Says whenever files have changed; several changes at a time once. @returns a function that ends it */
  watch(onChange: () => void): Promise<() => Promise<void>>;
  prepare(): Promise<Prepared>;
  /** The last version ended by itself: the same code is something to start again. */
  forgetCode(): void;
  close(): Promise<void>;
}

/** What a program needs of its surroundings. */
export interface Surroundings {
  readonly guard: Guard;
  /** Finds out how an address is to be talked to; `undefined`: nothing of ours answers there now. */
  probe(uri: string): Promise<Address | undefined>;
  /** A line for the developer. */
  say(line: string): void;
  /** A line that a version of the program has written. */
  programSays(version: number, line: string): void;
}

/** Asks an address what it serves, over HTTP/2 and then HTTP/1.1, unless the developer said which. */
export function prober(
  discover: (uri: string, options: { useHttp11: boolean }) => Promise<unknown>,
  useHttp11: boolean,
): Surroundings["probe"] {
  return async (uri) => {
    for (const isHttp11 of useHttp11 ? [true] : [false, true]) {
      try {
        await discover(uri, { useHttp11: isHttp11 });
        return { uri, useHttp11: isHttp11 };
      } catch {
        // The other way, or later.
      }
    }
    return undefined;
  };
}
