import type { Engine } from "../engine/index.ts";
import type { Log } from "../log.ts";
import type { Registrar } from "../registration.ts";
import type { Registry } from "../registry/index.ts";
import type { Turns } from "../storage/index.ts";

/** What the admin API works on. */
export interface AdminParts {
  readonly engine: Engine;
  readonly registry: Registry;
  readonly registrar: Registrar;
  readonly turns: Turns;
  /** Where clients find the ingress; the dashboard and the official CLI ask for it. */
  readonly advertisedIngress: string;
  readonly log: Log;
}
