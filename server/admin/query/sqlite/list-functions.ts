import { QueryError } from "../types.ts";
import type { FunctionDefiner } from "./define.ts";

type List = unknown[] | null;

const read = (json: unknown): List => (typeof json === "string" ? (JSON.parse(json) as unknown[]) : null);
const write = (list: List): string | null => (list === null ? null : JSON.stringify(list));

function compare(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

function sorted(list: List, direction: unknown = "ASC", nulls: unknown = "NULLS FIRST"): List {
  if (list === null) return null;
  const isDescending = /^desc$/i.test(String(direction));
  if (!isDescending && !/^asc$/i.test(String(direction))) {
    throw new QueryError("Execution error: the second parameter of array_sort expects DESC or ASC");
  }
  const areNullsFirst = /^nulls first$/i.test(String(nulls));
  if (!areNullsFirst && !/^nulls last$/i.test(String(nulls))) {
    throw new QueryError("Execution error: the third parameter of array_sort expects NULLS FIRST or NULLS LAST");
  }
  const missing = list.filter((item) => item === null);
  const items = list.filter((item) => item !== null).sort((a, b) => (isDescending ? compare(b, a) : compare(a, b)));
  return areNullsFirst ? [...missing, ...items] : [...items, ...missing];
}

/** From the `from`th to the `to`th element, counted from 1, or from the end when the number is negative. */
function sliced(list: List, from: number, to: number, stride: number): List {
  if (list === null) return null;
  if (stride === 0) throw new QueryError("Execution error: array_slice got invalid stride: 0, it cannot be 0");
  const at = (number: number): number => (number < 0 ? Math.max(list.length + number, 0) : Math.max(number - 1, 0));
  const [first, last] = [at(from), at(to)];
  const taken: unknown[] = [];
  if (stride > 0) for (let i = first; i <= Math.min(last, list.length - 1); i += stride) taken.push(list[i]);
  else for (let i = Math.min(first, list.length - 1); i >= last; i += stride) taken.push(list[i]);
  return taken;
}

/** Defines what functions of lists do; lists come and go as JSON, and so does an element: as a list of one. */
export function defineListFunctions(definer: FunctionDefiner): void {
  definer.define("rl_list_sort", (list, ...how) => write(sorted(read(list), ...how)));
  definer.define("rl_list_distinct", (list) => write(read(list) && [...new Set(read(list))]));
  definer.define("rl_list_position", (list, item, from = 1) => {
    const place = read(list)?.indexOf(read(item)?.[0] ?? null, Number(from) - 1) ?? -1;
    return place < 0 ? null : place + 1;
  });
  definer.define("rl_list_concat", (...lists) => write(lists.flatMap((list) => read(list) ?? [])));
  definer.define("rl_list_slice", (list, from, to, stride = 1) =>
    from === null || to === null ? null : write(sliced(read(list), Number(from), Number(to), Number(stride))),
  );
}
