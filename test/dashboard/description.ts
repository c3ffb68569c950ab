import type { Description as Shown } from "../../dashboard/src/api/description.ts";
import type { Description as Said } from "../../server/engine/index.ts";

/** Does not compile when the server says something that the dashboard does not know. */
export const shown = (said: Said): Shown => said;
