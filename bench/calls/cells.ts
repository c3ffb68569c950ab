import type { HttpOrder } from "../load/index.ts";
import type { Row, Target } from "../results/index.ts";

/** A load on a server: which handler, over how many connections, on which keys. */
export interface Cell {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly paths: readonly string[];
  readonly body: string;
  readonly expectedBody?: string;
  /** Keys of `Counter` that the load adds 1 to with every answer. */
  readonly counterKeys?: readonly string[];
  readonly throughputTarget?: Target;
  readonly p50Target?: Target;
  /** The same for ours with the services in its own process. */
  readonly inProcess?: { readonly throughput?: Target; readonly p50?: Target };
}

export const GREET = { paths: ["/Greeter/greet"], body: '"Ada"', expectedBody: '"Hello Ada!"' };
const STEPS = { paths: ["/Greeter/steps"], body: "1", expectedBody: "7" };
const MANY = 64;

function counter(keys: readonly string[]): Pick<Cell, "paths" | "body" | "counterKeys"> {
  return { paths: keys.map((key) => `/Counter/${key}/add`), body: "1", counterKeys: keys };
}

/** The loads that both servers are compared on, with the targets of the first release. */
export const CELLS: readonly Cell[] = [
  {
    name: "greet-1",
    title: "`greet`, 1 connection",
    connections: 1,
    ...GREET,
    p50Target: { of: "ratio", atMost: 0.4 },
    inProcess: { p50: { of: "ratio", atMost: 0.2 } },
  },
  {
    name: "greet-64",
    title: "`greet`, 64 connections",
    connections: MANY,
    ...GREET,
    throughputTarget: { of: "ratio", atLeast: 2.5 },
    inProcess: { throughput: { of: "ratio", atLeast: 6 } },
  },
  {
    name: "steps-1",
    title: "three steps, 1 connection",
    connections: 1,
    ...STEPS,
    p50Target: { of: "ratio", atMost: 0.5 },
  },
  {
    name: "steps-64",
    title: "three steps, 64 connections",
    connections: MANY,
    ...STEPS,
    throughputTarget: { of: "ratio", atLeast: 2 },
  },
  {
    name: "hot-key",
    title: "counter, one key, 64 connections",
    connections: MANY,
    ...counter(["hot"]),
    throughputTarget: { of: "ratio", atLeast: 2 },
  },
  {
    name: "keys-64",
    title: "counter, 64 keys, 64 connections",
    connections: MANY,
    ...counter(Array.from({ length: MANY }, (_, index) => `key-${index}`)),
  },
];

/** How long a cell is loaded: for a time after a warm-up, or for a number of answers. */
export interface CellLength {
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly answersPerConnection?: number;
}

export function orderOf(cell: Omit<Cell, "name" | "title">, port: number, length: CellLength): HttpOrder {
  const { connections, paths, body, expectedBody } = cell;
  const { warmUpMs, measureMs, answersPerConnection } = length;
  return {
    kind: "http",
    method: "POST",
    port,
    connections,
    paths,
    body,
    expectedStatus: 200,
    ...(expectedBody === undefined ? {} : { expectedBody }),
    warmUpMs,
    measureMs,
    ...(answersPerConnection === undefined ? {} : { answers: answersPerConnection * connections }),
  };
}

/** The rows that a cell adds to the comparison with services in our own process. */
export function inProcessRowsOf({ throughputTarget: _throughput, p50Target: _p50, inProcess, ...cell }: Cell): Row[] {
  const { throughput, p50 } = inProcess ?? {};
  return rowsOf({
    ...cell,
    ...(throughput === undefined ? {} : { throughputTarget: throughput }),
    ...(p50 === undefined ? {} : { p50Target: p50 }),
  });
}

/** The rows that a cell adds to the comparison. */
export function rowsOf(cell: Cell): Row[] {
  const row = (what: string, unit: Row["unit"], measure: string, target?: Target): Row => ({
    title: `${cell.title}: ${what}`,
    measure: `${cell.name} ${measure}`,
    unit,
    ...(target === undefined ? {} : { target }),
  });
  return [
    row("throughput", "calls/s", "throughput", cell.throughputTarget),
    row("p50", "us", "p50", cell.p50Target),
    row("p99", "us", "p99"),
    row("server's CPU per call", "cpuUs", "server-cpu"),
  ];
}

/** The rows that do not belong to a cell. */
export const SERVER_ROWS: readonly Row[] = [
  { title: "start to healthy, empty data directory", measure: "ready", unit: "ms", target: { of: "ratio", atMost: 1 } },
  { title: "start to first answer, after `kill -9` under the data of all loads", measure: "restart", unit: "ms" },
  { title: "memory, idle", measure: "idle-memory", unit: "bytes", target: { of: "ratio", atMost: 0.4 } },
  { title: "memory, after all loads", measure: "loaded-memory", unit: "bytes" },
];
