import { calls, describedObjectService, describedService, echo, keyed } from "./calls.mjs";
import { explicit, leaf, tree } from "./cancellation.mjs";
import { combinators } from "./combinators.mjs";
import { fragile } from "./fragile.mjs";
import { awakeables, flow, signals } from "./promises.mjs";
import { serve } from "./serve.mjs";
import { locks, store } from "./state.mjs";
import { killing, pausing, steps } from "./steps.mjs";

serve([
  ...[steps, killing, pausing],
  ...[calls, describedObjectService, describedService, echo, keyed],
  ...[store, locks],
  ...[awakeables, flow, signals],
  ...[combinators, fragile],
  ...[tree, leaf, explicit],
]);
