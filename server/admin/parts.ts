import type { Engine } from "../engine/index.ts";
import type { Access } from "../http/index.ts";
import type { Conversion } from "../invoker/index.ts";
import type { Log } from "../log.ts";
import type { Registrar } from "../registration.ts";
import type { Deployment, Kafka, LimitRules, PausedQueues, Registry } from "../registry/index.ts";
import type { Turns } from "../storage/index.ts";
import type { QueryService } from "./query/index.ts";

/** What the admin API works on. */
export interface AdminParts {
  readonly engine: Engine;
  readonly registry: Registry;
  readonly registrar: Registrar;
  readonly limitRules: LimitRules;
  readonly pausedQueues: PausedQueues;
  readonly kafka: Kafka;
  readonly query: QueryService;
  /** Lets an endpoint convert a payload. @throws ServerError 500 when it does not */
  readonly convert: (deployment: Deployment, conversion: Conversion) => Promise<Uint8Array>;
  readonly turns: Turns;
  /** A subscription id in the real textual form, `sub_1` + base62. */
  readonly newSubscriptionId: () => string;
  readonly clusterName: string;
  readonly hasDashboard: boolean;
  /** Where clients find the ingress; the dashboard and the official CLI ask for it. */
  readonly advertisedIngress: string;
  /** The token that administration needs, if it does; the guard of the port asks for it. */
  readonly access?: Access | undefined;
  readonly log: Log;
}
