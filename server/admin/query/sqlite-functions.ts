import type Database from "better-sqlite3";
import { encodeInvocationId } from "../../../sdk/protocol/index.ts";
import { isWorkflowRun } from "../../storage/index.ts";
import { vqueueId, vqueueName } from "../../vqueue.ts";
import { failureColumn } from "./failure-columns.ts";
import {
  awaitJson,
  calleeNotification,
  entryJson,
  entryName,
  entryType,
  notificationPart,
  outputFailure,
} from "./journal-json.ts";
import { jsonFunction } from "./json-functions.ts";
import type { Services } from "./services.ts";
import { type SqlFunction, textFunctions } from "./text-functions.ts";
import { addMonths, dateText, durationText, format, parseTimestamp, part, timestampText, truncate } from "./time.ts";
import { QueryError } from "./types.ts";

/** What functions know of the query that runs. */
export interface FunctionContext {
  readonly nowMs: number;
  readonly services: Services;
}

const DAY_MS = 86_400_000;
const noNumber = (text: string, type: string): never => {
  throw new QueryError(`Arrow error: Cast error: Cannot cast string '${text}' to value of ${type} type`);
};

function float(text: string): number {
  const trimmed = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : noNumber(text, "Float64");
}

function integer(text: string): number | bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) return noNumber(text, "Int64");
  const value = Number(trimmed);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(trimmed.replace("+", ""));
  return BigInt.asIntN(64, exact) === exact ? exact : noNumber(text, "Int64");
}

/** A text, when the bytes are one. */
function utf8(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") && !Buffer.from(text).equals(bytes) ? null : text;
}

type Comparable = string | number | bigint;

/** Defines the functions that the translator and the views call. `context` is that of the query that runs. */
export function defineFunctions(db: Database.Database, context: () => FunctionContext): void {
  /** @param isExact whole numbers come as `bigint` */
  const define = (name: string, fn: SqlFunction, isConstant = true, isExact = false) =>
    db.function(name, { varargs: true, deterministic: isConstant, safeIntegers: isExact }, (...args: unknown[]) =>
      // reason: SQLite has no other values; a blob arrives as a Buffer.
      fn(...(args as Parameters<SqlFunction>)),
    );
  /** Of functions that answer null when any argument is null. */
  const strict = (name: string, fn: SqlFunction, isExact = false) =>
    define(name, (...args) => (args.includes(null) ? null : fn(...args)), true, isExact);

  for (const [name, fn] of Object.entries(textFunctions)) strict(name, fn);

  strict("rl_id", (id) => (id instanceof Buffer ? encodeInvocationId(id) : null));
  strict("rl_utf8", (value) => (value instanceof Buffer ? utf8(value) : String(value)));
  strict("rl_lossy", (value) => (value instanceof Buffer ? value.toString("utf8") : String(value)));
  strict("rl_uri", (uri) => {
    const text = String(uri);
    return /^https?:\/\/[^/]+$/.test(text) ? `${text}/` : text;
  });
  strict("rl_trace_id", (parent) => /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(parent))?.[1] ?? null);
  strict("rl_await", (body, what) => awaitJson(body as Buffer, String(what)));
  strict("rl_failure", (json, what) => failureColumn(String(json), String(what)));
  strict("rl_output_failure", (body) => outputFailure(body as Buffer));
  strict("rl_notification", (body, what) => notificationPart(body as Buffer, String(what)));
  strict("rl_entry", (type, body, what) =>
    what === "type" ? entryType(Number(type)) : entryName(Number(type), body as Buffer),
  );
  strict("rl_callee", (type, body) => calleeNotification(Number(type), body as Buffer));
  define("rl_entry_json", (type, body, isLite, callee) =>
    entryJson(Number(type), body as Buffer, isLite === 1, context().services, callee as Buffer | null),
  );
  strict("rl_service_type", (service, hasKey) => context().services.serviceType(String(service), hasKey === 1));
  strict("rl_service_public", (service) => Number(context().services.isPublic(String(service))));
  define("rl_retention", (what, service, handler, origin, determined, idempotencyKey) => {
    const isRun = isWorkflowRun({ determined: Number(determined), idempotency_key: idempotencyKey as string | null });
    const isKept = idempotencyKey !== null || origin === 0;
    return context().services.retentionOf(String(service), String(handler), String(what), isRun, isKept);
  });
  define("rl_vqueue", (service, scope, limitKey, key) =>
    vqueueId(vqueueName(String(service), String(scope), limitKey as string | null, key as string | null)),
  );

  define("rl_now", () => context().nowMs, false);
  strict("rl_parse_time", (text) => {
    const ms = parseTimestamp(String(text));
    if (ms === undefined) throw new QueryError(`Arrow error: Parser error: Error parsing timestamp from '${text}'`);
    return ms;
  });
  strict("rl_time_text", (ms, zone) => timestampText(Number(ms), zone === "Z" ? "Z" : ""));
  strict("rl_date_text", (days) => dateText(Number(days)));
  strict("rl_duration_text", (ms) => durationText(Number(ms)));
  strict("rl_days", (ms) => Math.floor(Number(ms) / DAY_MS));
  strict("rl_seconds", (ms) => Math.floor(Number(ms) / 1000));
  strict("rl_truncate", (unit, ms) => truncate(String(unit), Number(ms)));
  strict("rl_part", (name, ms) => part(String(name), Number(ms)));
  strict("rl_format", (pattern, ms) => format(String(pattern), Number(ms)));
  strict("rl_add_months", (ms, months) => addMonths(Number(ms), Number(months)));
  strict("rl_bin", (months, width, at, origin) => bin(Number(months), Number(width), Number(at), Number(origin)));

  strict("rl_integer", (text) => integer(String(text)));
  strict("rl_float", (text) => float(String(text)));
  strict("rl_boolean", (value) => {
    const text = String(value).trim().toLowerCase();
    if (["true", "t", "yes", "y", "on", "1"].includes(text)) return 1;
    if (["false", "f", "no", "n", "off", "0"].includes(text)) return 0;
    throw new QueryError(`Arrow error: Cast error: Cannot cast value '${value}' to value of Boolean type`);
  });
  const divisor: SqlFunction = (value = null) => {
    if (Number(value) === 0) throw new QueryError("Arrow error: Divide by zero error");
    return value;
  };
  strict("rl_divisor", divisor, true);
  const extreme =
    (isBetter: (a: Comparable, b: Comparable) => boolean): SqlFunction =>
    (...args) => {
      let best: Comparable | null = null;
      for (const arg of args as (Comparable | null)[]) {
        if (arg !== null && (best === null || isBetter(arg, best))) best = arg;
      }
      return best;
    };
  const greatest = extreme((a, b) => a > b);
  const least = extreme((a, b) => a < b);
  define("rl_greatest", greatest, true, true);
  define("rl_least", least, true, true);
  define("rl_json", (kind, text, ...path) =>
    path.includes(null)
      ? null
      : jsonFunction(
          String(kind),
          text === null ? null : text instanceof Buffer ? text.toString() : String(text),
          path as (string | number)[],
        ),
  );
}

/** The start of the bin of a width of months and milliseconds, counted from `origin`. */
function bin(months: number, width: number, at: number, origin: number): number {
  if (months === 0) {
    if (width <= 0) throw new QueryError("Execution error: DATE_BIN stride must be non-zero");
    return origin + Math.floor((at - origin) / width) * width;
  }
  const [from, to] = [new Date(origin), new Date(at)];
  const distance = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  let count = Math.floor(distance / months) * months;
  if (addMonths(origin, count) > at) count -= months;
  return addMonths(origin, count);
}

/** Defines the aggregates that SQLite lacks. */
export function defineAggregates(db: Database.Database): void {
  interface Kept {
    value: unknown;
    isSet: boolean;
  }
  const keeping = (name: string, isReplacing: boolean) =>
    db.aggregate<Kept>(name, {
      safeIntegers: true,
      start: () => ({ value: null, isSet: false }),
      step: (kept, value) => {
        if (!kept.isSet || isReplacing) {
          kept.value = value;
          kept.isSet = true;
        }
      },
      result: ({ value }) => value,
    });
  keeping("rl_first", false);
  keeping("rl_last", true);

  const numeric = (name: string, result: (values: number[], parameter: number) => number | null) =>
    db.aggregate<{ values: number[]; parameter: number }>(name, {
      start: () => ({ values: [], parameter: 0.5 }),
      varargs: true,
      step: (kept, ...args: unknown[]) => {
        const [value, parameter] = args;
        if (typeof value === "number") kept.values.push(value);
        if (typeof parameter === "number") kept.parameter = parameter;
      },
      result: ({ values, parameter }) => result(values, parameter),
    });
  const percentile = (values: number[], at: number): number | null => {
    if (values.length === 0) return null;
    const sorted = values.sort((a, b) => a - b);
    const position = at * (sorted.length - 1);
    const low = sorted[Math.floor(position)] ?? 0;
    const high = sorted[Math.ceil(position)] ?? low;
    return low + (high - low) * (position - Math.floor(position));
  };
  numeric("rl_median", (values) => percentile(values, 0.5));
  numeric("rl_percentile", percentile);
  const variance = (values: number[], isSample: boolean): number | null => {
    const divisor = isSample ? values.length - 1 : values.length;
    if (divisor <= 0) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / divisor;
  };
  const root = (value: number | null): number | null => (value === null ? null : Math.sqrt(value));
  numeric("rl_variance", (values) => variance(values, true));
  numeric("rl_variance_pop", (values) => variance(values, false));
  numeric("rl_stddev", (values) => root(variance(values, true)));
  numeric("rl_stddev_pop", (values) => root(variance(values, false)));
}
