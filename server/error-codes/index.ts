/**
 * Every code that an error, a refusal or a line of the log can have. Each is in one table of this folder, with what
 * it means and what to do (`meaning`). The tables are named after who gives the code: `ingress`, `admin`, `start`
 * (of a server), `cli`, `sdk`, `testing`; in `restate` are Restate's own. `document` writes docs/errors.md from
 * them.
 *
 * This file has types only, so that no sentence gets into what ships. A code keeps its meaning for good: what means
 * something else gets a new one.
 */
import type { ADMIN_CODES } from "./admin.ts";
import type { CLI_CODES } from "./cli.ts";
import type { INGRESS_CODES } from "./ingress.ts";
import type { RESTATE_CODES } from "./restate.ts";
import type { START_CODES } from "./start.ts";
import type { TESTING_CODES } from "./testing.ts";

/** Codes of `restate-lite/testing`. */
export type TestingErrorCode = keyof typeof TESTING_CODES;

/** All of them, those of the SDK apart: it stands alone and has its own list, `SdkErrorCode`. */
export type ErrorCode =
  | keyof typeof ADMIN_CODES
  | keyof typeof CLI_CODES
  | keyof typeof INGRESS_CODES
  | keyof typeof RESTATE_CODES
  | keyof typeof START_CODES
  | TestingErrorCode;
