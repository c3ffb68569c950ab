/** One step of a handler, with what became of it. */
export interface Step {
  readonly index: number;
  /** `Run`, `Call`, `Sleep`, … */
  readonly type: string;
  readonly name: string | undefined;
  readonly at: string | undefined;
  /** `undefined`: it has none, or not yet. */
  readonly result: string | undefined;
  readonly isPending: boolean;
  /** The invocation that it made. */
  readonly invocation: string | undefined;
  readonly target: string | undefined;
}

interface JournalRow {
  readonly index: number;
  readonly entry_type: string;
  readonly name?: string;
  readonly appended_at?: string;
  readonly invoked_id?: string;
  readonly invoked_target?: string;
  readonly promise_name?: string;
  readonly entry_json?: string;
}

/** Commands with a result of their own; the others are done once they are written. */
const AWAITED = new Set([
  "Run",
  "Call",
  "Sleep",
  "GetPromise",
  "AttachInvocation",
  "GetInvocationOutput",
  "GetLazyState",
]);

/** The commands of a journal in order, each with its result, and the signals that came. */
export function stepsOf(rows: readonly Record<string, unknown>[]): Step[] {
  // reason: the columns are those of `sys_journal`, which the server has typed.
  const journal = rows as unknown as readonly JournalRow[];
  const results = new Map<number, string>();
  for (const row of journal) {
    const completion = completionOf(row);
    if (completion !== undefined) results.set(completion.id, completion.result);
  }
  const steps: Step[] = [];
  for (const row of journal) {
    const [kind, type = ""] = row.entry_type.split(": ");
    const isSignal = kind === "Notification" && type === "Signal";
    if (kind === "Notification" && !isSignal) continue;
    const fields = bodyOf(row);
    const id = numberIn(fields, "result_completion_id") ?? numberIn(fields, "completion_id");
    const result =
      isSignal || type === "Output" ? resultText(fields.result) : id === undefined ? undefined : results.get(id);
    const request = fields.request as { invocation_id?: string; invocation_target?: object } | undefined;
    const name = [row.name, row.promise_name, textIn(fields, "key")].find((text) => text !== undefined && text !== "");
    steps.push({
      index: row.index,
      type,
      name: name ?? wakeUp(fields),
      at: row.appended_at,
      result: type === "Input" ? undefined : result,
      isPending: AWAITED.has(type) && result === undefined,
      invocation: row.invoked_id ?? request?.invocation_id,
      target: row.invoked_target ?? targetText(request?.invocation_target),
    });
  }
  return steps;
}

/** The input of a journal, as text. */
export function inputOf(rows: readonly Record<string, unknown>[]): string | undefined {
  const input = (rows as unknown as readonly JournalRow[]).find((row) => row.entry_type === "Command: Input");
  const bytes = input === undefined ? undefined : bodyOf(input).payload;
  return Array.isArray(bytes) ? Buffer.from(bytes as number[]).toString() : undefined;
}

/** A tree as lines: `├─`, `└─` and what is below. */
export interface Branch {
  readonly text: string;
  readonly branches: readonly Branch[];
}

export function treeLines(branches: readonly Branch[], indent = ""): string[] {
  return branches.flatMap(({ text, branches: below }, position) => {
    const isLast = position === branches.length - 1;
    const lines = treeLines(below, `${indent}${isLast ? "   " : "│  "}`);
    return [`${indent}${isLast ? "└─" : "├─"} ${text}`, ...lines];
  });
}

/** When a sleep ends. */
function wakeUp(fields: Record<string, unknown>): string | undefined {
  const atMs = numberIn(fields, "wake_up_time");
  return atMs === undefined ? undefined : `until ${new Date(atMs).toISOString()}`;
}

/** `{"VirtualObject": {"name", "key", "handler"}}` as it is written elsewhere. */
function targetText(target: object | undefined): string | undefined {
  const [fields] = Object.values(target ?? {}) as { name?: string; key?: string; handler?: string }[];
  if (fields === undefined) return undefined;
  return [fields.name, fields.key, fields.handler].filter((part) => part !== undefined && part !== null).join("/");
}

function completionOf(row: JournalRow): { id: number; result: string } | undefined {
  if (!row.entry_type.startsWith("Notification: ") || row.entry_type === "Notification: CallInvocationId") {
    return undefined;
  }
  const fields = bodyOf(row);
  const id = numberIn(fields, "completion_id");
  return id === undefined ? undefined : { id, result: resultText(fields.result) ?? "done" };
}

/** The innermost object that `entry_json` wraps in the names of its kinds. */
function bodyOf({ entry_json: json }: JournalRow): Record<string, unknown> {
  let value: unknown = json === undefined ? {} : JSON.parse(json);
  for (const kinds of [1, 2, 3]) {
    if (typeof value !== "object" || value === null) return {};
    const keys = Object.keys(value);
    const [only] = keys;
    if (keys.length !== 1 || only === undefined || !/^[A-Z]/.test(only) || kinds > 3) break;
    value = (value as Record<string, unknown>)[only];
  }
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function resultText(result: unknown): string | undefined {
  if (result === undefined || result === null) return undefined;
  if (typeof result === "string") return result === "Void" ? "done" : result;
  if (typeof result !== "object") return String(result);
  const { Success: success, Failure: failure } = result as { Success?: unknown; Failure?: unknown };
  if (success !== undefined) return bytesText(success);
  if (failure !== undefined) {
    const { code, message } = failure as { code?: number; message?: string };
    return `failed: [${code}] ${message}`;
  }
  return JSON.stringify(result);
}

function bytesText(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  return Buffer.from(value as number[]).toString();
}

function numberIn(fields: Record<string, unknown>, name: string): number | undefined {
  const value = fields[name];
  return typeof value === "number" ? value : undefined;
}

function textIn(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name];
  if (Array.isArray(value)) return Buffer.from(value as number[]).toString();
  return typeof value === "string" ? value : undefined;
}
