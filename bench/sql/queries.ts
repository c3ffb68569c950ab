import http from "node:http";
import { ARTICLES } from "../servers/shop.ts";

/** A query that is measured. */
export interface MeasuredQuery {
  readonly name: string;
  readonly title: string;
  readonly sql: string;
  /** What is wrong with its rows, when there are `count` invocations; `undefined`: nothing. */
  mistake(rows: readonly Row[], count: number): string | undefined;
}

export type Row = Readonly<Record<string, unknown>>;

const PAGE = 50;

/** How many of so many invocations fail: see {@link PATHS}. */
const FAILING_SHARE = 1 / 16;
/** What fills a server: the load process takes them in turn, a connection each. */
export const PATHS: readonly string[] = [...Array(15).fill("/Greeter/greet/send"), "/Shop/order/send"];

const page = (rows: readonly Row[]) => (rows.length === PAGE ? undefined : `${rows.length} rows instead of ${PAGE}`);

export const QUERIES: readonly MeasuredQuery[] = [
  {
    name: "status",
    title: "how many in each status",
    sql: "SELECT status, count(*) AS invocations FROM sys_invocation GROUP BY status",
    mistake: (rows, count) => {
      const sum = rows.reduce((total, { invocations }) => total + Number(invocations), 0);
      return sum >= count ? undefined : `${sum} invocations instead of ${count}`;
    },
  },
  {
    name: "failure",
    title: "those that failed with a text",
    sql: "SELECT id, target, completion_failure FROM sys_invocation WHERE completion_failure LIKE '%article 42 is%'",
    mistake: (rows, count) => {
      const least = Math.floor((count * FAILING_SHARE) / ARTICLES / 2);
      return rows.length >= least ? undefined : `${rows.length} rows, which cannot be`;
    },
  },
  {
    name: "created",
    title: `the ${PAGE} newest`,
    sql: `SELECT id, target, status, created_at FROM sys_invocation ORDER BY created_at DESC LIMIT ${PAGE}`,
    mistake: page,
  },
  {
    name: "modified",
    title: `the ${PAGE} that changed last`,
    sql: `SELECT id, target, status, modified_at FROM sys_invocation ORDER BY modified_at DESC LIMIT ${PAGE}`,
    mistake: page,
  },
];

/** Asks a server on its admin port. @throws Error with what came instead of rows */
export function ask(port: number, agent: http.Agent, query: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const sent = http.request({ host: "127.0.0.1", port, path: "/query", method: "POST", headers, agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve((JSON.parse(text) as { rows: Row[] }).rows);
        else reject(new Error(`${query}: ${answer.statusCode} ${text.slice(0, 500)}`));
      });
    });
    sent.on("error", reject);
    sent.end(JSON.stringify({ query }));
  });
}
