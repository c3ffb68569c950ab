import fc from "fast-check";
import { BuiltInSignal, CombinatorType } from "../protocol/index.ts";
import { type AttemptVm, type Awaited, CANCEL_HANDLE, type Handle, type Result } from "./index.ts";
import type { SimulatedServer } from "./simulated-server.fixture.ts";

/** Handlers drawn at random, for property tests. Not part of the SDK. */

export type Tree = number | { readonly combinator: CombinatorType; readonly of: readonly Tree[] };

export type Step =
  | { readonly do: "sleep" | "run" | "failingRun" | "call" | "send" | "awakeable" | "signal" | "attach" | "output" }
  | { readonly do: "getPromise" | "peekPromise" | "completePromise" | "stateKeys" | "clearAll" | "cancelOther" }
  | { readonly do: "sendSignal" | "completeAwakeable" }
  | { readonly do: "get" | "set" | "clear"; readonly key: string }
  | { readonly do: "await"; readonly tree: Tree }
  | { readonly do: "branch"; readonly even: readonly Step[]; readonly odd: readonly Step[] };

const key = fc.constantFrom("a", "b");
const combinator = fc.constantFrom(...Object.values(CombinatorType));
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 20 }) },
    {
      weight: 1,
      arbitrary: fc.record({ combinator, of: fc.array(tie("tree"), { minLength: 1, maxLength: 4 }) }),
    },
  ),
})).tree;
const plain = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("sleep", "run", "call", "awakeable", "signal").map((act) => ({ do: act }) as Step),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        ...["failingRun", "send", "attach", "output", "getPromise", "peekPromise", "completePromise", "stateKeys"],
        ...["clearAll", "cancelOther", "sendSignal", "completeAwakeable"],
      )
      .map((act) => ({ do: act }) as Step),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("get", "set", "clear"), key }) as fc.Arbitrary<Step> },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("await"), tree }) as fc.Arbitrary<Step> },
);
const block = fc.array(plain, { maxLength: 4 });
const branch = fc.record({ do: fc.constant("branch"), even: block, odd: block }) as fc.Arbitrary<Step>;
export const program = fc.array(fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: branch }), {
  maxLength: 14,
});

type State = "pending" | "succeeded" | "failed";

/**
 * Executes the steps of a handler, one `resume` after the other. What it has seen so far decides about its branches
 * and goes into what it writes, so seeing something else, or in another order, does not stay unnoticed.
 */
export class RandomHandler {
  readonly #vm: AttemptVm;
  readonly #server: SimulatedServer;
  readonly #outcomes: Iterator<string>;
  readonly #handles: Handle[] = [];
  readonly #states = new Map<Handle, State>();
  #names = 0;
  #awakeables = 16;
  #steps: Generator<void, void>;
  readonly seen: string[] = [];
  isOver = false;

  /** @param outcomes what its closures come to, different at each execution */
  constructor(vm: AttemptVm, server: SimulatedServer, steps: readonly Step[], outcomes: Iterator<string>) {
    this.#vm = vm;
    this.#server = server;
    this.#outcomes = outcomes;
    this.#steps = this.#main(steps);
  }

  /** Goes on until it waits for something, or is over. */
  resume(): void {
    this.isOver = this.#steps.next().done === true;
  }

  *#main(steps: readonly Step[]): Generator<void, void> {
    const input = this.#vm.input();
    this.seen.push(Buffer.from(input.body).toString());
    yield* this.#block(steps);
    this.#vm.writeOutput(this.#digest());
    this.#vm.end();
  }

  *#block(steps: readonly Step[]): Generator<void, void> {
    for (const step of steps) {
      if (step.do === "await") yield* this.#await(step.tree);
      else if (step.do === "branch") yield* this.#block(this.seen.length % 2 === 0 ? step.even : step.odd);
      else this.#handles.push(...this.#act(step));
    }
  }

  #act(step: Exclude<Step, { do: "await" | "branch" }>): Handle[] {
    const vm = this.#vm;
    switch (step.do) {
      case "sleep":
        return [vm.sleep(1000)];
      case "run":
        return [vm.run("step").handle];
      case "failingRun":
        return [vm.run("fails").handle];
      case "call": {
        const { invocationId, result } = vm.call({ service: "S", handler: "h" }, this.#digest());
        return [result, invocationId];
      }
      case "send":
        return [vm.send({ service: "S", handler: "h", key: "k" }, this.#digest()).invocationId];
      case "awakeable":
        this.#server.willSignal({ signalId: ++this.#awakeables, value: Buffer.from("awake") }, 1);
        return [vm.awakeable().handle];
      case "signal":
        this.#server.willSignal({ signalName: "go", value: Buffer.from("went") }, ++this.#names);
        return [vm.signal("go")];
      case "attach":
        return [vm.attachInvocation("inv_1other")];
      case "output":
        return [vm.getInvocationOutput("inv_1other")];
      case "getPromise":
        return [vm.getPromise("p")];
      case "peekPromise":
        return [vm.peekPromise("p")];
      case "completePromise":
        return [vm.completePromise("p", this.#digest())];
      case "get":
        return [vm.getState(step.key)];
      case "stateKeys":
        return [vm.getStateKeys()];
      case "set":
        vm.setState(step.key, this.#digest());
        return [];
      case "clear":
        vm.clearState(step.key);
        return [];
      case "clearAll":
        vm.clearAllState();
        return [];
      case "cancelOther":
        vm.cancelInvocation("inv_1other");
        return [];
      case "sendSignal":
        vm.sendSignal("inv_1other", "go", this.#digest());
        return [];
      case "completeAwakeable":
        vm.completeAwakeable("sign_1other", { code: this.seen.length, message: "no" });
        return [];
    }
  }

  *#await(tree: Tree): Generator<void, void> {
    if (this.#handles.length === 0) return;
    while (this.#stateOf(tree) === "pending") {
      const progress = this.#vm.progress(this.#rest(tree) as Awaited);
      switch (progress.kind) {
        case "completed":
          this.#take(tree);
          break;
        case "cancelled":
          this.seen.push("cancelled");
          return;
        case "executeRun":
          this.#execute(progress.handle);
          break;
        case "wait":
        case "suspended":
          yield;
          break;
      }
    }
  }

  #execute(handle: Handle): void {
    const outcome = this.#outcomes.next().value as string;
    if (outcome.startsWith("bad")) {
      this.#vm.proposeRun(handle, { kind: "failure", failure: { code: 400, message: outcome } });
    } else {
      this.#vm.proposeRun(handle, { kind: "value", bytes: Buffer.from(outcome) });
    }
    this.#server.hear(this.#vm);
  }

  #take(tree: Tree): void {
    if (typeof tree !== "number") {
      for (const child of tree.of) this.#take(child);
      return;
    }
    const handle = this.#handle(tree);
    const result = this.#vm.take(handle);
    if (result === undefined) return;
    this.#states.set(handle, result.kind === "failure" ? "failed" : "succeeded");
    this.seen.push(`${handle}: ${textOf(result)}`);
  }

  #handle(index: number): Handle {
    return this.#handles[index % this.#handles.length] ?? CANCEL_HANDLE;
  }

  #stateOf(tree: Tree): State {
    if (typeof tree === "number") return this.#states.get(this.#handle(tree)) ?? "pending";
    const states = tree.of.map((child) => this.#stateOf(child));
    const isOver = !states.includes("pending");
    switch (tree.combinator) {
      case CombinatorType.AllCompleted:
        return isOver ? "succeeded" : "pending";
      case CombinatorType.AllSucceededOrFirstFailed:
        return states.includes("failed") ? "failed" : isOver ? "succeeded" : "pending";
      case CombinatorType.FirstSucceededOrAllFailed:
        return states.includes("succeeded") ? "succeeded" : isOver ? "failed" : "pending";
      default:
        return states.find((state) => state !== "pending") ?? "pending";
    }
  }

  /** The tree without what is over. */
  #rest(tree: Tree): Awaited | undefined {
    if (this.#stateOf(tree) !== "pending") return undefined;
    if (typeof tree === "number") return this.#handle(tree);
    const of = tree.of.map((child) => this.#rest(child)).filter((child) => child !== undefined);
    return { combinator: tree.combinator, of };
  }

  #digest(): Buffer {
    return Buffer.from(this.seen.join("\n"));
  }
}

function textOf(result: Result): string {
  switch (result.kind) {
    case "void":
      return "void";
    case "value":
      return Buffer.from(result.bytes).toString();
    case "failure":
      return `failure ${result.failure.message}`;
    case "stateKeys":
      return result.keys.join();
    case "invocationId":
      return result.id;
  }
}

/** A cancellation that comes sooner or later. */
export const CANCELLATION = { signalId: BuiltInSignal.Cancel, void: true } as const;
