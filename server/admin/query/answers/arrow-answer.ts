/** Rows as an Arrow IPC stream. Loaded with the first query that wants one. */
import {
  AsyncByteQueue,
  Binary,
  Bool,
  type Builder,
  type DataType,
  DateDay,
  DurationMillisecond,
  Field,
  Float64,
  Int32,
  Int64,
  IntervalMonthDayNano,
  LargeBinary,
  LargeUtf8,
  List,
  makeBuilder,
  makeData,
  Null,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  TimestampNanosecond,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import type { OutputColumn } from "../terms.ts";
import { elementOf, isList, type SqlType } from "../types.ts";

const BATCH_ROWS = 4096;
const DAY_MS = 86_400_000;

function arrowType(type: SqlType): DataType {
  if (isList(type)) return new List(new Field("item", arrowType(elementOf(type)), true));
  switch (type) {
    case "Null":
      return new Null();
    case "Boolean":
      return new Bool();
    case "Int32":
      return new Int32();
    case "Int64":
      return new Int64();
    case "UInt32":
      return new Uint32();
    case "UInt64":
      return new Uint64();
    case "Float64":
      return new Float64();
    case "LargeUtf8":
      return new LargeUtf8();
    case "Binary":
      return new Binary();
    case "LargeBinary":
      return new LargeBinary();
    case 'Timestamp(ms, "+00:00")':
      return new TimestampMillisecond("+00:00");
    case "Timestamp(ns)":
      return new TimestampNanosecond();
    case "Date32":
      return new DateDay();
    case "Duration(ms)":
      return new DurationMillisecond();
    case "Interval(MonthDayNano)":
      return new IntervalMonthDayNano();
    default:
      return new Utf8();
  }
}

/** A value of SQLite as a builder of that type takes it. */
function converterOf(type: SqlType): (value: unknown) => unknown {
  if (isList(type)) {
    const item = converterOf(elementOf(type));
    return (value) =>
      (JSON.parse(String(value)) as unknown[]).map((element) => (element === null ? null : item(element)));
  }
  switch (type) {
    case "Boolean":
      return (value) => Number(value) === 1;
    case "Int64":
    case "UInt64":
    case "Duration(ms)":
      return (value) => {
        if (typeof value === "bigint") return value;
        return typeof value === "number" ? BigInt(Math.trunc(value)) : BigInt(String(value));
      };
    case "Int32":
    case "UInt32":
    case "Float64":
    case 'Timestamp(ms, "+00:00")':
    case "Timestamp(ns)":
      return Number;
    case "Date32":
      return (value) => Number(value) * DAY_MS;
    case "Binary":
    case "LargeBinary":
      return (value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)));
    case "Interval(MonthDayNano)":
      return (value) => {
        const [months = 0, days = 0, ms = 0] = String(value).split(" ").map(Number);
        const nanoseconds = BigInt(ms) * 1_000_000n;
        return Int32Array.of(
          months,
          days,
          Number(BigInt.asIntN(32, nanoseconds)),
          Number(BigInt.asIntN(32, nanoseconds >> 32n)),
        );
      };
    default:
      return (value) => (Buffer.isBuffer(value) ? value.toString("hex") : String(value));
  }
}

/** What the writer has written since it was last asked: the library's own queue would keep the whole stream. */
class Pieces extends AsyncByteQueue {
  take(): Buffer {
    return Buffer.concat(this._values.splice(0));
  }
}

/** Bytes of a value in a batch, or nearly so. */
function sizeOf(value: unknown): number {
  return typeof value === "string" || Buffer.isBuffer(value) ? value.length : 8;
}

/** Turns rows into the bytes of a stream, chunk by chunk: the schema, batches, the end. */
export function* arrowAnswer(
  columns: readonly OutputColumn[],
  rows: Iterable<unknown[]>,
  chunkBytes: number,
): IterableIterator<Buffer> {
  const types = columns.map(({ type }) => arrowType(type));
  const schema = new Schema(columns.map(({ name }, index) => new Field(name, types[index] as DataType, true)));
  const convert = columns.map(({ type }) => converterOf(type));
  const writer = new RecordBatchStreamWriter();
  const pieces = new Pieces();
  writer.reset(pieces, schema);
  const begin = (): Builder[] => types.map((type) => makeBuilder({ type, nullValues: [null, undefined] }));
  let builders = begin();
  let length = 0;
  let bytes = 0;
  const end = (): void => {
    const children = builders.map((builder) => builder.finish().flush());
    writer.write(
      new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children })),
    );
    builders = begin();
    length = 0;
    bytes = 0;
  };
  for (const row of rows) {
    for (let index = 0; index < builders.length; index++) {
      const value = row[index];
      bytes += sizeOf(value);
      builders[index]?.append(value === null ? null : convert[index]?.(value));
    }
    length++;
    if (length < BATCH_ROWS && bytes < chunkBytes) continue;
    end();
    yield pieces.take();
  }
  if (length > 0) end();
  writer.finish();
  yield pieces.take();
}
