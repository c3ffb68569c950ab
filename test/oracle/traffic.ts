import { until } from "../support/until.ts";
import type { Probe } from "./probe.ts";

export type Row = Readonly<Record<string, unknown>>;

/** One server's rules, and the invocations of one script: names are unique within `group`. */
export class Traffic {
  readonly #probe: Probe;
  readonly #group: string;
  readonly #ids: string[] = [];
  readonly #patterns = new Set<string>();

  constructor(probe: Probe, group: string) {
    this.#probe = probe;
    this.#group = group;
  }

  async #admin(path: string, method: string, json?: unknown) {
    return this.#probe.request(this.#probe.server.adminUrl, path, json === undefined ? { method } : { method, json });
  }

  async sql(query: string): Promise<Row[]> {
    const headers = { accept: "application/json" };
    const answer = await this.#probe.request(this.#probe.server.adminUrl, "/query", { json: { query }, headers });
    return (JSON.parse(answer.text) as { rows: Row[] }).rows;
  }

  /** @param concurrency `null`: unlimited */
  async rule(pattern: string, concurrency: number | null, disabled = false): Promise<void> {
    this.#patterns.add(pattern);
    const limits = concurrency === null ? {} : { concurrency };
    await this.#admin("/limits/rules", "PUT", [{ pattern, limits, disabled }]);
  }

  async unrule(...patterns: string[]): Promise<void> {
    await this.#admin(
      "/limits/rules/bulk-delete",
      "POST",
      patterns.map((pattern) => ({ pattern })),
    );
  }

  /** @param level `scope`, `scope/l1`, `scope/l1/l2`, or nothing for no scope */
  path(level: string, verb: "call" | "send", handler: string): { path: string; headers: Record<string, string> } {
    const [scope = "", ...key] = level.split("/");
    const target = handler.includes("/") ? handler : `OracleFlow/${handler}`;
    return {
      path: scope === "" ? `/restate/${verb}/${target}` : `/restate/scope/${scope}/${verb}/${target}`,
      headers: key.length === 0 ? {} : { "x-restate-limit-key": key.join("/") },
    };
  }

  async send(level: string, name: string, handler = "hold", query = ""): Promise<string> {
    const { path, headers } = this.path(level, "send", handler);
    const answer = await this.#probe.prepare(path + query, { json: `${this.#group}.${name}`, headers });
    const { invocationId } = JSON.parse(answer.text) as { invocationId?: string };
    if (invocationId === undefined) throw new Error(`a send was answered ${answer.status} ${answer.text}`);
    this.#ids.push(invocationId);
    return invocationId;
  }

  /** Asks a handler outside of all scopes. */
  async ask(handler: string, name: string): Promise<unknown> {
    const answer = await this.#probe.prepare(`/restate/call/OracleFlow/${handler}`, { json: name });
    return answer.text === "" ? undefined : JSON.parse(answer.text);
  }

  async open(...names: string[]): Promise<void> {
    for (const name of names) await this.ask("open", `${this.#group}.${name}`);
  }

  async attempted(name: string): Promise<void> {
    await this.ask("read", `attempts:${this.#group}.${name}`);
  }

  async wake(name: string): Promise<void> {
    const id = await this.ask("read", `awakeable:${this.#group}.${name}`);
    await this.#probe.prepare(`/restate/awakeables/${id}/resolve`, { json: "woken" });
  }

  async statuses(): Promise<string> {
    const rows = await this.sql("SELECT id, status FROM sys_invocation");
    const byId = new Map(rows.map(({ id, status }) => [id, status]));
    return this.#ids.map((id) => byId.get(id) ?? "none").join(" ");
  }

  /** Waits until the invocations sent so far have these statuses, in order, and notes those that they have then. */
  async reach(step: string, expected: string): Promise<void> {
    let seen = "";
    const isThere = async () => {
      seen = await this.statuses();
      return seen === expected;
    };
    await until(`${step} on ${this.#probe.server.side}`, isThere).catch((cause: unknown) => {
      throw new Error(`${step} on ${this.#probe.server.side}: '${seen}' instead of '${expected}'`, { cause });
    });
    this.#probe.note(step, seen);
  }

  /** Waits until so many run, whichever, and notes the statuses without their order. */
  async reachRunning(step: string, running: number): Promise<void> {
    let seen: string[] = [];
    await until(`${step} on ${this.#probe.server.side}`, async () => {
      seen = (await this.statuses()).replaceAll("ready", "pending").split(" ").sort();
      return seen.filter((status) => status === "running").length === running;
    });
    this.#probe.note(step, seen.join(" "));
  }

  async reachLimits(step: string, scopes: readonly string[], expected: readonly string[]): Promise<void> {
    const list = scopes.map((scope) => `'${scope}'`).join(", ");
    let seen: string[] = [];
    await until(`${step} on ${this.#probe.server.side}`, async () => {
      const rows = await this.sql(`SELECT * FROM sys_user_limits WHERE scope IN (${list})`);
      seen = rows.map(levelText).sort();
      return JSON.stringify(seen) === JSON.stringify([...expected].sort());
    }).catch((cause: unknown) => {
      throw new Error(`${step} on ${this.#probe.server.side}: ${JSON.stringify(seen)}`, { cause });
    });
    this.#probe.note(step, seen);
  }

  /** What the queues of a scope wait for. */
  async noteQueues(step: string, scope: string): Promise<void> {
    const rows = await this.sql(
      `SELECT m.service_name, m.limit_key, m.lock_name, m.num_inbox, m.num_running, m.num_suspended, m.num_paused, m.queue_is_paused,
         s.status, s.blocked_on, s.blocked_on_json
       FROM sys_vqueue_meta m LEFT JOIN sys_scheduler s ON s.id = m.id WHERE m.scope = '${scope}' AND m.num_inbox > 0`,
    );
    this.#probe.note(
      step,
      rows.map((row) => JSON.stringify(row, Object.keys(row).sort())),
    );
  }

  async noteSeen(step: string): Promise<void> {
    this.#probe.note(step, JSON.stringify(await this.ask("seen", `${this.#group}.`)));
  }

  async queueOf(scope: string): Promise<string> {
    const [row] = await this.sql(`SELECT id FROM sys_vqueue_meta WHERE scope = '${scope}'`);
    return String(row?.id);
  }

  /** Ends whichever runs, one after the other, and notes the order in which they started. */
  async endOneByOne(step: string, names: readonly string[]): Promise<void> {
    const seen = async () => (await this.ask("seen", `${this.#group}.`)) as { started: string[]; peak: number };
    for (let ended = 0; ended < names.length; ended++) {
      await until(
        `number ${ended + 1} on ${this.#probe.server.side}`,
        async () => (await seen()).started.length > ended,
      );
      await this.open((await seen()).started[ended] ?? "");
    }
    this.#probe.note(step, JSON.stringify(await seen()));
  }

  /** Takes back all rules. */
  async close(): Promise<void> {
    await this.unrule(...this.#patterns);
  }
}

function levelText({
  scope,
  l1,
  l2,
  level,
  usage,
  concurrency_limit,
  available,
  num_waiters,
  rule_pattern,
}: Row): string {
  const path = [scope, l1, l2].filter((part) => part != null).join("/");
  const limit = concurrency_limit ?? "none";
  return `${level} ${path}: ${usage} of ${limit}, ${available ?? "any"} free, ${num_waiters} wait, rule ${rule_pattern ?? "none"}`;
}
