import type { Cycle, Description } from "../../engine/index.ts";
import { printableLines } from "../../printable.ts";
import { ExitCode, notFound, usage } from "./errors.ts";
import { type Branch, inputOf, type Step, stepsOf, treeLines } from "./journal-tree.ts";
import { type CommandLine, expectWords } from "./line.ts";
import type { Output } from "./output.ts";
import type { ServerClient } from "./server.ts";
import { sqlText } from "./target.ts";

/** Calls of calls of calls are shown so deep. */
const DEPTH = 4;
const SHOWN_CHARACTERS = 120;

interface Described {
  readonly invocation: Record<string, unknown>;
  readonly input: string | undefined;
  readonly journal: readonly (Step & { readonly called?: Described })[];
  /** How it stands, of the invocation that was asked for; the official server does not say it. */
  readonly standing?: Description;
}

/** `describe`: an invocation with its journal, and those of the invocations that it called. */
export async function describe(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [id = ""] = expectWords(line, "describe INVOCATION", 1);
  if (!/^inv_\w+$/.test(id)) throw usage(`'${id}' is no invocation id; they begin with inv_`);
  const described = await read(server, id, 0);
  if (described === undefined) throw notFound(`there is no invocation ${id}; it may have been purged or have expired`);
  const standing = await standingOf(server, id);
  const whole = standing === undefined ? described : { ...described, standing };
  if (output.isJson) output.json(whole);
  else output.print(text(whole));
  return ExitCode.Ok;
}

async function standingOf(server: ServerClient, id: string): Promise<Description | undefined> {
  const { status, body } = await server.admin("GET", `/restate-lite/invocations/${id}`);
  return status === 200 ? (JSON.parse(body.toString()) as Description) : undefined;
}

async function read(server: ServerClient, id: string, depth: number): Promise<Described | undefined> {
  const [invocation] = await server.query(`select * from sys_invocation where id = ${sqlText(id)}`);
  if (invocation === undefined) return undefined;
  const rows = await server.query(`select * from sys_journal where id = ${sqlText(id)} order by index`);
  const journal: (Step & { called?: Described })[] = [];
  for (const step of stepsOf(rows)) {
    const isFollowed = step.type === "Call" && step.invocation !== undefined && depth < DEPTH;
    const called = isFollowed ? await read(server, step.invocation ?? "", depth + 1) : undefined;
    journal.push(called === undefined ? step : { ...step, called });
  }
  return { invocation, input: inputOf(rows), journal };
}

function text({ invocation: row, input, journal, standing }: Described): string {
  const facts: [string, unknown][] = [
    ["id", row.id],
    ["target", row.target],
    ["status", statusOf(row)],
    ["created", row.created_at],
    ["invoked by", row.invoked_by_target ?? row.invoked_by],
    ["deployment", row.pinned_deployment_id ?? row.last_attempt_deployment_id],
    ["completed", row.completed_at],
    ["failure", row.completion_failure],
    ["attempts", Number(row.retry_count ?? 0) > 1 ? row.retry_count : undefined],
    ["last failure", row.status === "completed" ? undefined : row.last_failure],
    ["next attempt", row.next_retry_at],
    ["starts", row.scheduled_start_at],
    ["waits for", standing && waitsFor(standing)],
    ["cancel", standing && cancelText(standing)],
    ["input", input === "" ? undefined : short(input)],
  ];
  const lines = facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(13)}${printableLines(String(value))}`);
  return [...lines, "", "journal", ...treeLines(journal.map(branchOf))].join("\n");
}

/** What holds it back and is in none of the other lines. */
function waitsFor({ waitsFor: waits }: Description): string | undefined {
  switch (waits?.kind) {
    case "key": {
      const holder = waits.holder === undefined ? "its key" : `its key, which ${waits.holder} holds`;
      return waits.cycle === undefined ? holder : `${holder}\n${cycleText(waits.cycle)}`;
    }
    case "limit":
      return `room at ${waits.level}, which the rule ${waits.rule} limits`;
    case "queue":
      return "its queue to be resumed";
    case "slot":
      return waits.taken < waits.limit ? "an attempt to start" : `a place: all ${waits.limit} attempts run`;
    case "resume":
      return "somebody to resume it";
    case "notifications":
      return waits.cycle && cycleText(waits.cycle);
    case "time":
    case "retry":
    case undefined:
      return undefined;
  }
}

function cycleText({ members, kill }: Cycle): string {
  const lines = members.map(({ id, service, key, handler, waitsFor: what }, place) => {
    const target = [service, ...(key === undefined ? [] : [key]), handler].join("/");
    const next = (members[place + 1] ?? members[0])?.id;
    return `  ${id} ${target} waits for ${what === "key" ? "its key, which is held by" : "the result of"} ${next}`;
  });
  return [
    "itself, so none of these can ever go on:",
    ...lines,
    `  Kill ${kill} (${killing(kill)}) and the one that waits for it goes on, with an error.`,
    "  A handler that calls its own object needs a shared handler there, or sends and does not wait.",
  ].join("\n");
}

function cancelText({ id, cancelRequestedAtMs: atMs }: Description): string | undefined {
  if (atMs === undefined) return undefined;
  return (
    `asked for at ${new Date(atMs).toISOString()}, and its handler has done nothing since: it hears of it where it next ` +
    `waits for something. Kill it to end it without that (${killing(id)})`
  );
}

const killing = (id: string): string => `in the dashboard, or PATCH /invocations/${id}/kill of the admin API`;

function statusOf(row: Record<string, unknown>): string {
  if (row.status !== "completed") return String(row.status);
  return row.completion_result === "success" ? "completed" : "failed";
}

function branchOf(step: Described["journal"][number]): Branch {
  const { index, type, name, result, isPending, target, invocation, called } = step;
  const what = [`${index}`, type, short(target), short(name), target === undefined ? undefined : invocation];
  const outcome = isPending ? " … pending" : result === undefined ? "" : ` → ${short(result)}`;
  return {
    text: what.filter((part) => part !== undefined).join(" ") + outcome,
    branches: called === undefined ? [] : called.journal.map(branchOf),
  };
}

function short(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const line = value.replaceAll(/\r?\n/g, "⏎");
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS)}… (${value.length} characters)`;
}
