/** What the preload of a program tells the development loop. */
export type FromProgram =
  /** It listens, on a port that the preload chose. `wanted`: the one that the program asked for. */
  | { readonly kind: "listening"; readonly port: number; readonly wanted: number; readonly host: string }
  /** Its module has been evaluated, and it serves nothing: no services among its exports, no port. */
  | { readonly kind: "nothing-served" }
  /** What it exports cannot be served. */
  | { readonly kind: "failed"; readonly reason: string };

/** The way back. Signals would do the same, but not on Windows. */
export interface ToProgram {
  readonly kind: "stop";
}

/** Names of the environment variables through which the loop tells the preload what to do. */
export const PROGRAM = "RESTATE_LITE_DEV_PROGRAM";
export const CODE = "RESTATE_LITE_DEV_CODE";

/** Under this symbol a bundle leaves a function that loads a package as the program would. */
export const LOAD_PACKAGE = Symbol.for("restate-lite.dev.load");
