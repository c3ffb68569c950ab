import type { OutputColumn } from "../terms.ts";
import { dateText, durationText, intervalText, timestampText } from "../time.ts";
import { isBinary, isInterval, isList, isTimestamp, type SqlType } from "../types.ts";

/** Writes one column of a row; nulls are left out of it. */
function writerOf(type: SqlType): (value: unknown) => string {
  if (isTimestamp(type)) {
    const zone = type === "Timestamp(ns)" ? "" : "Z";
    return (value) => `"${timestampText(Number(value), zone)}"`;
  }
  if (type === "Duration(ms)") return (value) => `"${durationText(Number(value))}"`;
  if (type === "Date32") return (value) => `"${dateText(Number(value))}"`;
  if (type === "Boolean") return (value) => (Number(value) === 0 ? "false" : "true");
  // A list is JSON already.
  if (isList(type)) return (value) => String(value);
  if (isBinary(type))
    return (value) =>
      `"${Buffer.isBuffer(value) ? value.toString("hex") : Buffer.from(String(value)).toString("hex")}"`;
  if (isInterval(type)) {
    return (value) => {
      const [months = 0, days = 0, ms = 0] = String(value).split(" ").map(Number);
      return `"${intervalText({ months, days, ms })}"`;
    };
  }
  if (type === "Float64") {
    return (value) => {
      const number = Number(value);
      if (!Number.isFinite(number)) return "null";
      return Number.isInteger(number) && Math.abs(number) < 1e16 ? number.toFixed(1) : String(number);
    };
  }
  return (value) => {
    if (typeof value === "bigint") return String(value);
    return Buffer.isBuffer(value) ? `"${value.toString("hex")}"` : JSON.stringify(value);
  };
}

/** Turns rows into the bytes of `{"rows":[…]}`, chunk by chunk; `isNamed`: of `{"columns":[…],"rows":[…]}`. */
export function* jsonAnswer(
  columns: readonly OutputColumn[],
  rows: Iterable<unknown[]>,
  chunkBytes: number,
  isNamed = false,
): IterableIterator<Buffer> {
  const writers = columns.map(({ name, type }) => ({ key: `${JSON.stringify(name)}:`, write: writerOf(type) }));
  let text = isNamed ? `{"columns":${JSON.stringify(columns.map(({ name }) => name))},"rows":[` : '{"rows":[';
  let isFirst = true;
  for (const row of rows) {
    let line = isFirst ? "{" : ",{";
    isFirst = false;
    let separator = "";
    for (let index = 0; index < writers.length; index++) {
      const value = row[index];
      if (value === null || value === undefined) continue;
      const { key, write } = writers[index] as (typeof writers)[number];
      line += separator + key + write(value);
      separator = ",";
    }
    text += `${line}}`;
    if (text.length >= chunkBytes) {
      yield Buffer.from(text);
      text = "";
    }
  }
  yield Buffer.from(`${text}]}`);
}
