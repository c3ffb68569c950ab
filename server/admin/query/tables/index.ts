/**
 * The tables that users see, over those of the engine.
 *
 * `catalog` has their columns, as the real server lists them, and `views` what they are made of. `database` opens a
 * database for queries: with the views, their functions (`view-functions`, with `failure-columns` and `journal-json`),
 * `information_schema`, and what is in no table (`moment`); `services` is what the registry knows at that moment.
 */
export { type Column, tableColumns } from "./catalog.ts";
export { QueryDatabase } from "./database.ts";
export type { LiveRow, Moment } from "./moment.ts";
export { SEQ_COLUMNS } from "./views.ts";
