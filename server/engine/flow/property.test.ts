import { expect, it } from "vitest";
import { encodeInvocationId } from "../../../sdk/protocol/index.ts";
import { randomFrom } from "../../random.fixture.ts";
import {
  type InvocationRow,
  InvocationStatus,
  inspectionStatements,
  keep,
  prepareStatements,
} from "../../storage/index.ts";
import { vqueueId, vqueueName } from "../../vqueue.ts";
import { call, end, output, sleep, suspendOn } from "../sdk-messages.fixture.ts";
import { Transcript } from "../transcript.fixture.ts";
import { pathsOf } from "./slots.ts";

const LEVELS = ["", "a", "a", "b", "a/x", "a/y", "b/x", "a/x/1", "a/x/2", "b/x/1"];
const PATHS = ["Greeter/greet", "Greeter/greet", "Chat/k/say", "Chat/j/say", "Chat/k/read"];
const PATTERNS = ["*", "a", "b", "*/*", "a/*", "a/x", "*/x", "a/x/*", "*/*/1", "a/x/2"];

/** What is there only as long as something waits or runs. */
const WAITING = ["lock", "inbox", "queue_waiter", "attempt_failure", "awaiter", "promise_awaiter"];

/** A server whose requests, completions, rules, pauses and restarts are random. */
class Chaos {
  readonly t: Transcript;
  readonly #concurrent: number;
  readonly #random: () => number;
  readonly #statements;
  readonly #inspection;
  readonly #left;
  #workflows = 0;
  #completions = 100;
  #started: Set<string> = new Set();
  #hasNewRules = false;
  /** Invocations with two attempts at a time. */
  doubled: string[] = [];

  constructor(seed: number, concurrentInvocations = 1000) {
    this.#random = randomFrom(seed);
    this.#concurrent = concurrentInvocations;
    this.t = new Transcript({ concurrentInvocations });
    const { db } = this.t.storage;
    this.#statements = prepareStatements(db);
    this.#inspection = inspectionStatements(db);
    const counts = WAITING.map((table) => `SELECT '${table}' AS name, count(*) AS rows FROM ${table}`);
    this.#left = keep(db.prepare<[], { name: string; rows: number }>(counts.join(" UNION ALL ")));
    this.t.registry.add("Chat", "VirtualObject", { say: "Exclusive", read: "Shared" });
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }

  rows(): InvocationRow[] {
    return this.#inspection.unfinished.all();
  }

  running(): Set<number> {
    return new Set(this.t.engine.running().map(({ seq }) => seq));
  }

  /** Tables that are not empty. */
  left(): string[] {
    return this.#left.all().flatMap(({ name, rows }) => (rows > 0 ? [name] : []));
  }

  #one(...statuses: InvocationStatus[]): string | undefined {
    const row = this.#pick(this.#inspection.all.all().filter(({ status }) => statuses.includes(status)));
    return row === undefined ? undefined : encodeInvocationId(row.id);
  }

  #oneRunning(): string | undefined {
    const running = this.running();
    const row = this.#pick(this.rows().filter(({ seq }) => running.has(seq)));
    return row === undefined ? undefined : encodeInvocationId(row.id);
  }

  send(): void {
    const { t } = this;
    const [scope = "", ...key] = (this.#pick(LEVELS) ?? "").split("/");
    const path = this.#random() < 0.1 ? `Flow/${++this.#workflows}/run` : (this.#pick(PATHS) ?? "");
    const { target } = t.request(path);
    t.send(path, "1", {
      target: { ...target, scope: scope === "" ? undefined : scope },
      limitKey: key.length === 0 ? undefined : key.join("/"),
      executeAtMs: this.#random() < 0.1 ? t.clock.nowMs() + 50 : undefined,
    });
  }

  #queue(): string {
    const [scope = "", ...key] = (this.#pick(LEVELS) ?? "").split("/");
    const limitKey = key.length === 0 ? null : key.join("/");
    const [service, object] = this.#pick([["Greeter", null] as const, ["Chat", "k"] as const]) ?? ["Greeter", null];
    return vqueueId(vqueueName(service, scope, limitKey, object));
  }

  step(): void {
    this.#observed(() => this.#happen());
    this.#hasNewRules = false;
  }

  /** Several things in one turn; sometimes the server dies after the commit, before it has done what follows from it. */
  burst(): void {
    const { t } = this;
    this.#observed(() => {
      t.settle = () => {};
      for (let count = 2 + Math.floor(this.#random() * 6); count > 0; count--) {
        if (this.#random() < 0.75) this.#happen(0.97);
        else this.#meddle();
      }
      // reason: what shadows the method of the class goes.
      delete (t as { settle?: () => void }).settle;
      if (this.#random() < 0.1) t.restart();
      else t.settle();
    });
  }

  #observed(what: () => void): void {
    const { t } = this;
    this.#hasNewRules = false;
    const before = t.attempts.at(-1);
    const retried = new Set<string>(
      this.rows().flatMap(({ status, id }) => (status === InvocationStatus.BackingOff ? [encodeInvocationId(id)] : [])),
    );
    what();
    // After a restart all of them are new.
    const fresh = t.attempts.slice(before === undefined ? 0 : t.attempts.indexOf(before) + 1);
    // One that is retried soon has kept its place, whatever the rules are by now.
    this.#started = new Set(fresh.map(({ start }) => start.id).filter((id) => !retried.has(id)));
    const begun = fresh.filter(({ end }) => end === undefined).map(({ start }) => start.id);
    this.doubled = begun.filter((id, index) => begun.indexOf(id) !== index);
  }

  /** Rarer things. */
  #meddle(): void {
    const { t } = this;
    const unfinished = this.#pick(this.rows());
    const completed = this.#one(InvocationStatus.Completed);
    const paused = this.#one(InvocationStatus.Paused);
    const stopped = this.#one(InvocationStatus.Ready, InvocationStatus.BackingOff);
    const dice = this.#random();
    if (dice < 0.2 && completed !== undefined) t.apply(() => t.engine.purge(completed));
    else if (dice < 0.4 && unfinished !== undefined) t.apply(() => t.engine.move(unfinished.seq, "dp_1"));
    else if (dice < 0.6 && stopped !== undefined) {
      t.apply(() => t.engine.pause(stopped));
      t.apply(() => t.engine.resume(stopped));
    } else if (dice < 0.8) {
      const [scope] = (this.#pick(LEVELS) ?? "").split("/");
      t.apply(() => t.engine.mutateState("Chat", scope, "k", { entries: [] }));
    } else if (paused !== undefined) {
      const options = { after: 0, keepsSignals: false, isDryRun: false };
      t.apply(() => t.engine.dropAfter(paused, options));
      if (this.#random() < 0.5) t.apply(() => t.engine.cancel(paused));
    }
  }

  #happen(until = 1): void {
    const { t } = this;
    const dice = this.#random() * until;
    const running = this.#oneRunning();
    if (dice < 0.36) this.send();
    else if (dice < 0.58 && running !== undefined) t.says(running, output("r"), end);
    else if (dice < 0.66 && running !== undefined) t.says(running, sleep(1, t.clock.nowMs() + 20), suspendOn(1));
    else if (dice < 0.67 && running !== undefined) t.says(running, suspendOn());
    else if (dice < 0.73 && running !== undefined) this.#call(running);
    else if (dice < 0.75 && running !== undefined) this.#fail(running);
    else if (dice < 0.78) t.advance(Math.floor(this.#random() * 3000));
    else if (dice < 0.86) this.#changeRule();
    else if (dice < 0.88) t.apply(() => t.pausedQueues.pause(this.#queue()));
    else if (dice < 0.91) t.apply(() => t.pausedQueues.list().forEach((id) => void t.pausedQueues.resume(id)));
    else if (dice < 0.97) this.#control();
    else t.restart();
  }

  /** An invocation calls others, mostly of one object, and may wait for one of them. */
  #call(id: string): void {
    const { t } = this;
    const [scope = "", ...key] = (this.#pick(LEVELS) ?? "").split("/");
    const path = this.#pick(PATHS) ?? "";
    for (let count = 1 + Math.floor(this.#random() * 3); count > 0; count--) {
      const ids = { idCompletion: (this.#completions += 2), result: this.#completions + 1 };
      const limitKey = key.join("/");
      t.says(id, call(path, ids, { ...(scope === "" ? {} : { scope, limitKey }) }));
      if (count === 1 && this.#random() < 0.6) t.says(id, suspendOn(ids.result));
    }
  }

  #fail(id: string): void {
    const { t } = this;
    const failure = {
      code: 500,
      message: "no",
      stacktrace: undefined,
      restateCode: undefined,
      relatedCommandIndex: undefined,
      relatedCommandName: undefined,
      relatedCommandType: undefined,
      nextRetryDelayMs: this.#random() < 0.5 ? 100 : 2500,
      behavior: this.#pick(["retry", "retry", "pause", "wait"] as const) ?? "retry",
    };
    t.apply(() => t.engine.events.failed(t.attemptOf(id).start.attempt, failure));
  }

  #changeRule(): void {
    const { t } = this;
    const pattern = this.#pick(PATTERNS) ?? "*";
    this.#hasNewRules = true;
    if (this.#random() < 0.25) t.apply(() => t.limitRules.remove([{ pattern, expectedVersion: undefined }]));
    else {
      t.apply(() =>
        t.limitRules.upsert([
          {
            pattern,
            concurrency: this.#random() < 0.1 ? undefined : 1 + Math.floor(this.#random() * 3),
            description: undefined,
            isDisabled: this.#random() < 0.15,
            precondition: { kind: "none" },
          },
        ]),
      );
    }
  }

  #control(): void {
    const { t } = this;
    const id = this.#one(
      InvocationStatus.Scheduled,
      InvocationStatus.Inboxed,
      InvocationStatus.Ready,
      InvocationStatus.Suspended,
      InvocationStatus.BackingOff,
    );
    const what = this.#pick(["cancel", "kill", "pause"] as const) ?? "cancel";
    if (id !== undefined && this.#random() < 0.7) t.apply(() => t.engine[what](id));
    const paused = this.#one(InvocationStatus.Paused);
    if (paused !== undefined) t.apply(() => t.engine.resume(paused));
  }

  /** What has just started has not made more run than a limit says. What was let in before a new rule may start. */
  exceeded(): string[] {
    if (this.#concurrent < 1000 || this.#hasNewRules) return [];
    const running = this.running();
    const rows = this.rows().filter(({ seq }) => running.has(seq));
    return rows
      .filter(({ id }) => this.#started.has(encodeInvocationId(id)))
      .flatMap((row) => pathsOf(row.scope, row.limit_key))
      .filter((path) => {
        const limit = this.t.limitRules.ruleFor(path)?.concurrency ?? Number.POSITIVE_INFINITY;
        return count(rows, path) > limit;
      })
      .map((path) => path.join("/"));
  }

  #lockOf(row: InvocationRow): number | undefined {
    return this.#statements.keys.lockHolder.get(row.service, row.scope, row.key ?? "");
  }

  /** Invocations that wait although nothing holds them back. */
  forgotten(): string[] {
    const running = this.running();
    const isCrowded = running.size >= this.#concurrent;
    const usage = new Map(this.t.engine.flow().levels.map((level) => [level.path.join("/"), level.usage]));
    const isFull = (path: readonly string[]) =>
      (usage.get(path.join("/")) ?? 0) >= (this.t.limitRules.ruleFor(path)?.concurrency ?? Number.POSITIVE_INFINITY);
    return this.rows()
      .filter(
        ({ status, seq }) =>
          status === InvocationStatus.Inboxed || (status === InvocationStatus.Ready && !running.has(seq) && !isCrowded),
      )
      .filter((row) => {
        const isObject = row.exclusive === 1 && row.service === "Chat";
        const queue = vqueueId(vqueueName(row.service, row.scope, row.limit_key, isObject ? row.key : null));
        const lock = row.exclusive === 1 ? this.#lockOf(row) : undefined;
        const isLocked = lock !== undefined && lock !== row.seq;
        return !this.t.pausedQueues.isPaused(queue) && !isLocked && !pathsOf(row.scope, row.limit_key).some(isFull);
      })
      .map(({ seq, service, scope, limit_key }) => `${seq} ${service} ${scope}/${limit_key}`);
  }

  /** Objects of which two exclusive invocations have started and not ended. */
  shared(): string[] {
    const running = this.running();
    const begun = this.rows()
      .filter(({ service, exclusive }) => service === "Chat" && exclusive === 1)
      .filter(({ seq, started_at: startedAt }) => running.has(seq) || startedAt !== null)
      .map(({ scope, key }) => `${scope} ${key}`);
    return begun.filter((key, index) => begun.indexOf(key) !== index);
  }

  /** What counts is what runs, or is about to run again within two seconds. */
  miscounted(): string[] {
    const running = this.running();
    const rows = this.rows();
    const counting = rows.filter(({ seq }) => running.has(seq));
    const isCrowded = running.size >= this.#concurrent;
    const mayCount = rows.filter(
      ({ seq, status }) =>
        running.has(seq) ||
        status === InvocationStatus.BackingOff ||
        // Those that a queue has let in, and no slot for attempts is free.
        (isCrowded && status === InvocationStatus.Ready),
    );
    return this.t.engine
      .flow()
      .levels.filter(({ path, usage }) => usage < count(counting, path) || usage > count(mayCount, path))
      .map(({ path, usage }) => `${path.join("/")}: ${usage}`);
  }

  /** Ends everything. */
  drain(): void {
    const { t } = this;
    t.apply(() => t.pausedQueues.list().forEach((id) => void t.pausedQueues.resume(id)));
    for (let i = 0; i < 5000 && this.rows().length > 0; i++) {
      const running = this.#oneRunning();
      const paused = this.#one(InvocationStatus.Paused);
      const asleep = this.#one(InvocationStatus.Suspended);
      if (running !== undefined) t.says(running, output("r"), end);
      else if (asleep !== undefined) t.apply(() => t.engine.kill(asleep));
      else if (paused !== undefined) t.apply(() => t.engine.resume(paused));
      else t.advance(70_000);
    }
  }
}

function count(rows: readonly InvocationRow[], path: readonly string[]): number {
  const level = path.join("/");
  return rows.filter((row) => pathsOf(row.scope, row.limit_key).some((other) => other.join("/") === level)).length;
}

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function check(chaos: Chaos, step: number): void {
  const [exceeded, forgotten] = [chaos.exceeded(), chaos.forgotten()];
  const { doubled } = chaos;
  const seen = { step, exceeded, forgotten, doubled, miscounted: chaos.miscounted(), shared: chaos.shared() };
  expect(seen).toEqual({ step, exceeded: [], forgotten: [], doubled: [], miscounted: [], shared: [] });
}

function checkEnd(chaos: Chaos): void {
  chaos.drain();
  expect(chaos.rows()).toEqual([]);
  expect(chaos.t.engine.flow()).toEqual({ levels: [], queues: [] });
  expect(chaos.left()).toEqual([]);
}

it.each(seeds(40))("exceeds no limit and forgets nobody (seed %i)", (seed) => {
  const chaos = new Chaos(seed);
  for (let step = 0; step < 150; step++) {
    chaos.step();
    check(chaos, step);
  }
  checkEnd(chaos);
});

it.each(seeds(20))("nor when much happens in one turn and the server dies after it (seed %i)", (seed) => {
  const chaos = new Chaos(seed);
  for (let step = 0; step < 60; step++) {
    chaos.burst();
    check(chaos, step);
  }
  checkEnd(chaos);
});

it.each(seeds(20))("nor when attempts have to wait for each other as well (seed %i)", (seed) => {
  const chaos = new Chaos(seed, 3);
  for (let step = 0; step < 60; step++) {
    chaos.burst();
    check(chaos, step);
  }
  checkEnd(chaos);
});
