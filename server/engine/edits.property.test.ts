import { expect, it } from "vitest";
import {
  ClearAllStateCommand,
  ClearStateCommand,
  CommandTemplate,
  GetEagerStateCommand,
  isCommand,
  isNotification,
  MessageType,
  Notification,
  type NotificationMessage,
  SetStateCommand,
} from "../../sdk/protocol/index.ts";
import { randomFrom } from "../random.fixture.ts";
import { prepareStatements } from "../storage/index.ts";
import { call, end, output, propose, run, type Said, setState, sleep, suspendOn } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

type Step =
  | { readonly kind: "run" | "sleep" | "call"; readonly isAwaited: boolean }
  | { readonly kind: "get" | "set" | "clear"; readonly key: string }
  | { readonly kind: "clear-all" };

const KEYS = ["a", "b", "c"];
const bytes = (text: string) => Buffer.from(text);

/**
 * A handler of random steps, an SDK that holds it to its journal as real ones do, and people who edit that journal.
 * Results say whose they are, so one that lands in another entry is seen.
 */
class Edited {
  readonly t = new Transcript();
  readonly id: string;
  readonly #random: () => number;
  readonly #program: readonly Step[];
  readonly #sql = prepareStatements(this.t.storage.db);
  readonly #seq: number;
  /** Results that somebody wrote, by the index of the command among the commands. */
  readonly #byHand = new Map<number, string>();
  #runs = 0;
  #writes = 0;
  #seen = 0;
  edits = 0;
  suspensions = 0;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#program = Array.from({ length: 3 + this.#below(12) }, () => this.#step());
    this.id = this.t.call("Counter/k/add").id;
    this.#seq = this.t.attemptOf(this.id).start.seq;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #step(): Step {
    const key = KEYS[this.#below(KEYS.length)] as string;
    const isAwaited = this.#random() < 0.7;
    const kinds = ["run", "sleep", "call", "get", "get", "set", "set", "clear", "clear-all"] as const;
    const kind = kinds[this.#below(kinds.length)] ?? "run";
    return kind === "run" || kind === "sleep" || kind === "call"
      ? { kind, isAwaited }
      : kind === "clear-all"
        ? { kind }
        : { kind, key };
  }

  journal() {
    return this.#sql.journal.range.all(this.#seq * 2 ** 20, (this.#seq + 1) * 2 ** 20, 10_000);
  }

  /** Lets the attempt go on as far as it can: an SDK that replays, then speaks. */
  drive(): void {
    const { start } = this.t.attemptOf(this.id);
    if (start.attempt === this.#seen || this.t.status(this.id) !== "running") return;
    this.#seen = start.attempt;
    const journal = this.journal().slice(0, start.knownEntries);
    const recorded = journal.filter(({ type }) => isCommand(type));
    const results = new Map<number, NotificationMessage>();
    for (const { notification, body } of journal) {
      if (notification !== null) results.set(notification, Notification.decode(body));
    }
    const { entries } = this.t.engine.reads.eagerState(start, 1 << 20);
    const state = new Map(entries.map(({ key, value }) => [key.toString(), value.toString()]));
    let nextId = 1;
    let commands = 1;
    const waits: { readonly resultId: number; readonly step: Step; readonly command: number; idId: number }[] = [];

    for (const step of this.#program) {
      const command = commands++;
      const stored = recorded[command];
      const idId = step.kind === "call" ? nextId++ : 0;
      const resultId = step.kind === "run" || step.kind === "sleep" || step.kind === "call" ? nextId++ : 0;
      const said = this.#said(step, state, idId, resultId);
      if (stored === undefined) {
        // What the handler sees of the state is what is stored.
        if (step.kind === "get") expect(state.get(step.key)).toBe(this.#stored().get(step.key));
        this.t.says(this.id, said);
        if (step.kind === "run") this.t.says(this.id, propose(resultId, `run ${command} ${++this.#runs}`));
        this.#hear(results);
      } else {
        expect(stored.type).toBe(said[0]);
        expect(CommandTemplate.decode(stored.body).resultCompletionId ?? 0).toBe(resultId);
        if (step.kind === "run" && !results.has(resultId)) {
          this.t.says(this.id, propose(resultId, `run ${command} ${++this.#runs}`));
          this.#hear(results);
        }
      }
      this.#apply(step, command, state);
      if (resultId !== 0) waits.push({ resultId, step, command, idId });
      if ("isAwaited" in step && step.isAwaited && !results.has(resultId)) {
        this.t.says(this.id, suspendOn(resultId));
        return;
      }
    }
    const pending = waits.filter(({ resultId }) => !results.has(resultId)).map(({ resultId }) => resultId);
    if (pending.length > 0) {
      this.t.says(this.id, suspendOn(pending[0] as number));
      return;
    }
    for (const { resultId, step, command, idId } of waits) {
      const text = results.get(resultId)?.value?.toString();
      const own = step.kind === "sleep" ? undefined : this.#byHand.get(command);
      if (own !== undefined) expect(text).toBe(own);
      else if (step.kind === "call") expect(text).toBe(`result of ${results.get(idId)?.invocationId}`);
      else if (step.kind === "run") expect(text).toMatch(new RegExp(`^run ${command} `));
      else expect(results.get(resultId)?.void).toBe(true);
    }
    this.t.says(this.id, output("done"), end);
  }

  #hear(results: Map<number, NotificationMessage>): void {
    for (const { type, body } of this.t.attemptOf(this.id).delivered) {
      if (!isNotification(type)) continue;
      const notification = Notification.decode(body);
      if (notification.completionId !== undefined) results.set(notification.completionId, notification);
    }
  }

  #stored(): Map<string, string> {
    const { entries } = this.t.engine.describeInstance("Counter", undefined, "k");
    return new Map(entries.map(({ name, value }) => [name.toString(), value.toString()]));
  }

  #said(step: Step, state: ReadonlyMap<string, string>, idId: number, resultId: number): Said {
    switch (step.kind) {
      case "run":
        return run(resultId);
      case "sleep":
        return sleep(resultId, this.t.clock.nowMs() + 1000);
      case "call":
        return call("Greeter/greet", { idCompletion: idId, result: resultId });
      case "get": {
        const value = state.get(step.key);
        const key = bytes(step.key);
        const body = value === undefined ? { key, void: true as const } : { key, value: bytes(value) };
        return [MessageType.GetEagerStateCommand, GetEagerStateCommand.encode(body)];
      }
      case "set":
        return setState(step.key, `write ${++this.#writes}`);
      case "clear":
        return [MessageType.ClearStateCommand, ClearStateCommand.encode({ key: bytes(step.key) })];
      case "clear-all":
        return [MessageType.ClearAllStateCommand, ClearAllStateCommand.encode({})];
    }
  }

  /** As the SDKs do: a write changes what they know, also when it is replayed. */
  #apply(step: Step, command: number, state: Map<string, string>): void {
    if (step.kind === "clear") state.delete(step.key);
    if (step.kind === "clear-all") state.clear();
    if (step.kind !== "set") return;
    const write = this.journal().filter(({ type }) => isCommand(type))[command];
    if (write === undefined) throw new Error("a write is in the journal once it was said");
    state.set(step.key, String(SetStateCommand.decode(write.body).value));
  }

  /** A child ends, time passes, or somebody pauses, edits and resumes. */
  happen(): void {
    const what = this.#random();
    if (what < 0.3) this.#endChild();
    else if (what < 0.45) this.t.advance(this.#below(1500));
    else if (what < 0.9) this.#edit();
    this.checkJournal();
  }

  #children(): string[] {
    return this.t.attempts
      .map(({ start }) => start.id)
      .filter((id) => id !== this.id && this.t.status(id) === "running");
  }

  #endChild(): void {
    const children = this.#children();
    const id = children[this.#below(children.length)];
    if (id !== undefined) this.t.says(id, output(`result of ${id}`), end);
  }

  #edit(): void {
    if (this.t.status(this.id) === "completed") return;
    this.t.apply(() => this.t.engine.pause(this.id));
    for (let more = this.#below(3); more >= 0; more--) {
      const journal = this.journal();
      const entry = this.#below(journal.length);
      if (this.#random() < 0.5) this.#drop(entry);
      else this.#setResult(entry);
      this.checkJournal();
      // While it is paused the world goes on.
      if (this.#random() < 0.3) this.#endChild();
      if (this.#random() < 0.3) this.t.advance(this.#below(1500));
    }
    if (this.#random() < 0.2) {
      this.t.restart();
      this.#seen = 0;
    }
    this.t.apply(() => this.t.engine.resume(this.id));
  }

  #drop(after: number): void {
    const options = { after, keepsSignals: this.#random() < 0.5, isDryRun: this.#random() < 0.2 };
    const drop = this.t.apply(() => this.t.engine.dropAfter(this.id, options));
    expect(["dropped", "nothing-behind"]).toContain(drop.kind);
    if (drop.kind !== "dropped" || options.isDryRun) return;
    this.edits++;
    const left = this.journal();
    expect(left.length).toBe(drop.journalLength);
    const commands = left.filter(({ type }) => isCommand(type)).length;
    for (const command of this.#byHand.keys()) if (command >= commands) this.#byHand.delete(command);
  }

  #setResult(entry: number): void {
    const journal = this.journal();
    const row = journal[entry];
    if (row === undefined || ![MessageType.RunCommand, MessageType.CallCommand].some((type) => type === row.type))
      return;
    const text = `by hand ${++this.edits}`;
    const edit = this.t.apply(() => this.t.engine.setResult(this.id, entry, { kind: "value", value: bytes(text) }));
    expect(edit.kind).toBe("edited");
    this.#byHand.set(journal.slice(0, entry).filter(({ type }) => isCommand(type)).length, text);
  }

  /** No gaps, no completion twice, and none without the command that it completes. */
  checkJournal(): void {
    const journal = this.journal();
    if (this.t.status(this.id) === "completed") return;
    expect(journal.map(({ entry }) => entry - this.#seq * 2 ** 20)).toEqual([...journal.keys()]);
    const ids = journal.flatMap(({ notification }) => (notification === null ? [] : [notification]));
    expect(new Set(ids).size).toBe(ids.length);
    const owed = new Set(
      journal
        .filter(({ type }) => isCommand(type))
        .flatMap(({ body }) => {
          const { resultCompletionId, invocationIdNotificationIdx } = CommandTemplate.decode(body);
          return [resultCompletionId, invocationIdNotificationIdx];
        }),
    );
    for (const id of ids) expect(owed.has(id)).toBe(true);
    this.#checkSuspensions(owed);
  }

  /** One after the other, each for entries that are there; the last one lasts when the invocation is suspended. */
  #checkSuspensions(owed: ReadonlySet<number | undefined>): void {
    const { count, suspensions } = this.t.engine.suspensions(this.id) ?? { count: -1, suspensions: [] };
    expect(count).toBe(suspensions.length);
    this.suspensions = Math.max(this.suspensions, count);
    let lastMs = 0;
    suspensions.forEach(({ sinceMs, untilMs, await: tree }, place) => {
      const isLasting = place === count - 1 && this.t.status(this.id) === "suspended";
      expect(untilMs === undefined).toBe(isLasting);
      expect(sinceMs).toBeGreaterThanOrEqual(lastMs);
      lastMs = untilMs ?? sinceMs;
      expect(lastMs).toBeGreaterThanOrEqual(sinceMs);
      for (const id of tree?.waitingCompletions ?? []) expect(owed.has(id)).toBe(true);
    });
  }

  /** Everything that it may wait for comes. */
  settle(): void {
    for (let i = 0; i < 200 && this.t.status(this.id) !== "completed"; i++) {
      if (this.t.status(this.id) === "paused") this.t.apply(() => this.t.engine.resume(this.id));
      this.drive();
      this.#endChild();
      this.t.advance(1000);
    }
  }
}

it("an edited journal is replayed to its end: each result in its own entry, each value of the state as it is stored", () => {
  let edits = 0;
  let suspensions = 0;
  for (let seed = 1; seed <= 300; seed++) {
    try {
      const edited = new Edited(seed);
      for (let i = 0; i < 12; i++) {
        edited.drive();
        edited.happen();
      }
      edited.settle();
      expect(edited.t.status(edited.id)).toBe("completed");
      edits += edited.edits;
      suspensions += edited.suspensions;
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  expect(edits).toBeGreaterThan(300);
  expect(suspensions).toBeGreaterThan(300);
}, 60_000);
