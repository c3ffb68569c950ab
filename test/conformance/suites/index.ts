import type { Stand } from "../stand.ts";
import { awakeables } from "./awakeables.ts";
import { calls } from "./calls.ts";
import { cancellation } from "./cancellation.ts";
import { client } from "./client.ts";
import { combinators } from "./combinators.ts";
import { context } from "./context.ts";
import { ingress } from "./ingress.ts";
import { keys } from "./keys.ts";
import { promises } from "./promises.ts";
import { retries } from "./retries.ts";
import { sends } from "./sends.ts";
import { signals } from "./signals.ts";
import { state } from "./state.ts";
import { steps } from "./steps.ts";
import { workflows } from "./workflows.ts";

/** Every promise of a handler's context, by topic. */
export const suites: Readonly<Record<string, (stand: Stand) => void>> = {
  steps,
  context,
  retries,
  state,
  keys,
  calls,
  sends,
  awakeables,
  promises,
  workflows,
  signals,
  combinators,
  cancellation,
  ingress,
  client,
};
