import { ADMIN_CODES } from "./admin.ts";
import { CLI_CODES } from "./cli.ts";
import { INGRESS_CODES } from "./ingress.ts";
import type { ErrorMeaning } from "./meaning.ts";
import { RESTATE_CODES } from "./restate.ts";
import { SDK_TABLES } from "./sdk.ts";
import { START_CODES } from "./start.ts";
import { TESTING_CODES } from "./testing.ts";

type Table = Readonly<Record<string, ErrorMeaning>>;

const [ENDPOINT, HANDLER, CLIENT] = SDK_TABLES;

/** The tables by name of their part of the document. */
const PARTS: readonly { readonly title: string; readonly text: string; readonly codes: Table }[] = [
  {
    title: "Restate's own codes",
    text: `restate-lite uses these for what the real server calls by them too. \`RT…\` are seen where an invocation stands with its
last failure (the dashboard, the log, \`last_failure_error_code\` of SQL), \`META…\` when something is registered: in
\`restate_code\` of the admin API's answer.`,
    codes: RESTATE_CODES,
  },
  {
    title: "Requests",
    text: `In the header \`x-restate-error-code\` of the ingress's answer; [ingress.md](ingress.md) has the form of the body and the
limits. What looks at a request before it is handled (the host, the origin, the token, its size) does so on the admin port too.`,
    codes: INGRESS_CODES,
  },
  {
    title: "The admin API and SQL",
    text: `The admin API answers as the real server does, with \`message\` and \`restate_code\`, which is \`null\` for codes that are not
Restate's. The ones below stand in \`code\` of an answer to an SQL query or to an edit of a journal, and in \`code\` of a
\`ServerError\` in the server's own process. What both APIs have is above: the unknown
service, handler and invocation, the wrong method, the mistake of the server.`,
    codes: ADMIN_CODES,
  },
  {
    title: "The server, its files and its log",
    text: `In \`code\` of a \`ServerError\`, of a line of the log, or of an attempt's failure. The commands \`export\`, \`import\` and
\`reset\` with \`--json\` have them too. Where there is a status, requests are answered with it.`,
    codes: START_CODES,
  },
  {
    title: "The CLI",
    text: `In \`error.code\` of what a command with \`--json\` prints. It can also be the code of the server's answer (\`HTTP_409\`, say,
when that has none), of the handler's error, or of the operating system (\`EACCES\`). Exit codes are in [dev.md](dev.md).`,
    codes: CLI_CODES,
  },
  {
    title: "The test harness",
    text: "In `code` of a `TestEnvironmentError` ([testing.md](testing.md)).",
    codes: TESTING_CODES,
  },
  {
    title: "The SDK: definitions and endpoints",
    text: "In `code` of the `SdkError` that is thrown when the endpoint is made.",
    codes: ENDPOINT,
  },
  {
    title: "The SDK: handlers",
    text: `In \`code\` of the \`SdkError\` that is thrown where the mistake is made; unless it is caught, the invocation fails at once,
and its caller gets the message.`,
    codes: HANDLER,
  },
  {
    title: "The SDK: `restate-lite/clients`",
    text: `In \`code\` of an \`SdkError\`, or of a \`ConnectionError\` when no answer came; its message says whether the call may have
arrived ([clients.md](clients.md)), and \`retry\` of \`connect\` asks again where an idempotency key makes that safe. Those
above that say "clients too" are thrown here as well.`,
    codes: CLIENT,
  },
];

/** Every code that there is, in the order of the document. */
export const LISTED_CODES: readonly string[] = PARTS.flatMap(({ codes }) => Object.keys(codes));

/** `docs/errors.md`, from the tables. */
export function errorsDocument(): string {
  return `# Error codes

A code means one thing and keeps its meaning from version to version; messages may change. Look for yours with the search
of your browser or editor.

(This page is written by \`server/error-codes/document.ts\`; \`npx vitest run --project unit server/error-codes -u\` brings it up to date.)
${PARTS.map(({ title, text, codes }) => `\n## ${title}\n\n${text}\n\n${tableOf(codes)}\n`).join("")}`;
}

function tableOf(codes: Table): string {
  const hasStatus = Object.values(codes).some(({ status }) => status !== undefined);
  const rows = Object.entries(codes).map(([code, meaning]) => {
    const status = hasStatus ? ` ${[meaning.status ?? ""].flat().join(", ")} |` : "";
    return `| \`${code}\` |${status} ${meaning.means} | ${meaning.do} |`;
  });
  const head = hasStatus
    ? ["| code | status | what happened | what to do |", "| --- | --- | --- | --- |"]
    : ["| code | what happened | what to do |", "| --- | --- | --- |"];
  return [...head, ...rows].join("\n");
}
