/** The parts of docs/compatibility.md that say what the tests counted. */
import { table } from "../test/oracle/document.ts";
import type { Counts, OracleReport } from "../test/oracle/tally.ts";
import type { Agreement, SchemaReport } from "../test/query/schema-report.ts";

/** What each project under test/ counted. */
export interface Reports {
  readonly oracle: OracleReport;
  readonly query: SchemaReport;
  readonly "restate-cli": CommandsReport;
  readonly languages: LanguagesReport;
}

export interface CommandsReport {
  readonly commands: number;
  readonly equal: number;
  readonly differentWithReason: number;
  readonly differentWithoutReason: number;
}

/** Vitest's, of `npm run test:languages`: a file for each language. */
export interface LanguagesReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** What belongs to each area of the oracle (test/oracle/scripts/index.ts). */
const ORACLE_AREAS: Readonly<Record<string, string>> = {
  "Calls and sends": "`/restate/call`, `/restate/send` and the older paths; delays, idempotency, input rules, errors",
  "Results of invocations": "`/restate/attach`, `/restate/output`, `/restate/lookup` and the older paths",
  "Awakeables and signals": "`/restate/awakeables/{id}/resolve` and `reject`",
  "Scopes, limit keys and rules": "behind flags",
  "Deployments and services": "discovery and registration, versions `/v2` to `/v4`, service configuration, state edits",
  "Invocations: cancel, kill, pause, resume, restart, purge": "in each status, and again",
  "Kafka clusters and subscriptions": "kept and consumed",
  "OpenAPI documents": "of the admin API, and of each service",
  "Queries that are refused": "`POST /query`",
  "Bodies of requests to the admin API": "of each operation",
  "Routes that no document lists": "batches of operations, previews of payloads; its own web UI sends them",
  "HTTP/2 in single frames": "whole bodies only, on both ports",
};

const PROFILES: Readonly<Record<string, string>> = {
  "flags-off": "as the real server comes",
  "flags-on": "with its flags for v7, virtual queues and scoped objects",
};

const LANGUAGES: Readonly<Record<string, string>> = {
  go: "Go",
  java: "Java",
  python: "Python",
  rust: "Rust",
  typescript: "TypeScript",
};

/** Area, real server, restate-lite, evidence. */
export function areasTable({ oracle, query, "restate-cli": cli, languages }: Reports): string {
  const profiles = Object.values(oracle.profiles);
  const areas = [...new Set(profiles.flatMap((profile) => Object.keys(profile)))];
  const compared = areas.map((area) => [
    area,
    ORACLE_AREAS[area] ?? "",
    comparison(sum(profiles.flatMap((profile) => profile[area] ?? []))),
    "`test/oracle`",
  ]);
  const rows = [
    ["Service protocol", "v5 and v6, v7 behind a flag", "v5, v6 and v7", "`test/conformance`"],
    ...compared,
    [
      "SQL: tables and columns",
      `${query.tables.compared} tables with ${query.columns.compared} columns`,
      `${query.tables.equal} tables and ${query.columns.equal} columns are the same`,
      "`test/query`",
    ],
    [
      "SQL: dialect",
      "Apache DataFusion's",
      "translated for SQLite; a query that it cannot run is refused, with the name of the construct",
      "`test/query`",
    ],
    ["Official CLI", `${cli.commands} commands`, comparison(cli), "`test/restate-cli`"],
    [
      "Official SDKs",
      Object.values(LANGUAGES).join(", "),
      passedLanguages(languages)
        .map((language) => LANGUAGES[language])
        .join(", "),
      "`test/languages`",
    ],
    [
      "Clients",
      "`@restatedev/restate-sdk-clients`",
      "works unchanged; `restate-lite/clients` does the same",
      "`test/clients`",
    ],
    ["TypeScript SDK", "`@restatedev/restate-sdk`", "`restate-lite/sdk`: the same names and types", "`test/sdk-types`"],
    ["Crashes", "nothing that was acknowledged is lost", "the same, after `kill -9` and power cuts", "`test/torture`"],
    ["Consuming from Kafka", "yes", "not yet", "`test/oracle`"],
    ["Endpoints on AWS Lambda by ARN, Google ID tokens", "yes", "no: 501", "`test/oracle`"],
    ["Several nodes", "yes", "no: one process on one machine", ""],
  ];
  return table(["Area", "restate-server 1.7.12", "restate-lite", "Evidence"], rows);
}

/** The projects under test/ that {@link areasTable} names. */
export function evidenceOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/`test\/([\w-]+)` \|$/gm)].map(([, project]) => String(project)))];
}

/** The numbers, and of what there are some that no listed difference explains. */
export function numbersTable({ oracle, query, "restate-cli": cli, languages }: Reports): {
  readonly text: string;
  readonly unexplained: readonly string[];
} {
  const rows: (readonly [what: string, compared: number, Outcomes])[] = [
    ...Object.entries(oracle.profiles).map(([profile, areas]) => {
      const total = sum(Object.values(areas));
      const { requests, refused, values } = total;
      const what = `Oracle, ${PROFILES[profile] ?? profile}: ${requests} requests (${refused} of them refused), ${values} other values`;
      return [what, requests + values, total] as const;
    }),
    ["Operations of the admin API", oracle.operations.values, oracle.operations],
    agreement("SQL tables", query.tables),
    agreement("SQL columns", query.columns),
    ["Commands of the official CLI", cli.commands, cli],
    agreement("Languages whose SDK passes all tests", {
      compared: Object.keys(LANGUAGES).length,
      equal: passedLanguages(languages).length,
    }),
  ];
  const head = ["What", "Compared", "Equal", "Different with a reason", "Different without one"];
  const cells = rows.map(([what, compared, { equal, differentWithReason, differentWithoutReason }]) =>
    [what, compared, equal, differentWithReason, differentWithoutReason].map(String),
  );
  return {
    text: table(head, cells),
    unexplained: rows
      .filter(([, compared, { equal, differentWithReason }]) => equal + differentWithReason !== compared)
      .map(([what]) => what),
  };
}

/** Those of whose tests none failed, and none was skipped. */
function passedLanguages({ testResults }: LanguagesReport): readonly string[] {
  return Object.keys(LANGUAGES).filter((language) =>
    testResults.some(
      ({ name, status, assertionResults }) =>
        new RegExp(`[\\\\/]${language}\\.test\\.ts$`).test(name) &&
        status === "passed" &&
        assertionResults.length > 0 &&
        assertionResults.every((test) => test.status === "passed"),
    ),
  );
}

type Outcomes = Pick<Counts, "equal" | "differentWithReason" | "differentWithoutReason">;

function comparison({ equal, differentWithReason, differentWithoutReason }: Outcomes): string {
  const all = equal + differentWithReason + differentWithoutReason;
  if (equal === all) return `the same in all ${all} comparisons`;
  return `the same in ${equal} of ${all} comparisons; the others differ for a reason that is listed below`;
}

function agreement(what: string, { compared, equal }: Agreement): [string, number, Outcomes] {
  return [what, compared, { equal, differentWithReason: 0, differentWithoutReason: compared - equal }];
}

function sum(counts: readonly Counts[]): Counts {
  const total = (name: keyof Counts) => counts.reduce((all, each) => all + each[name], 0);
  return {
    requests: total("requests"),
    refused: total("refused"),
    values: total("values"),
    equal: total("equal"),
    differentWithReason: total("differentWithReason"),
    differentWithoutReason: total("differentWithoutReason"),
  };
}
