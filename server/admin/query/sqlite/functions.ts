import type Database from "better-sqlite3";
import { defineAggregates } from "./aggregate-functions.ts";
import { FunctionDefiner } from "./define.ts";
import { defineJsonFunctions } from "./json-functions.ts";
import { defineListFunctions } from "./list-functions.ts";
import { defineTextFunctions } from "./text-functions.ts";
import { defineTimeFunctions } from "./time-functions.ts";
import { defineValueFunctions } from "./value-functions.ts";

/**
 * Defines the functions that translated queries call; each has a name that starts with `rl_`.
 * @param nowMs the time of the query that runs
 */
export function defineFunctions(db: Database.Database, nowMs: () => number): void {
  const definer = new FunctionDefiner(db);
  defineTextFunctions(definer);
  defineTimeFunctions(definer, nowMs);
  defineValueFunctions(definer);
  defineJsonFunctions(definer);
  defineListFunctions(definer);
  defineAggregates(db);
}
