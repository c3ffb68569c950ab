import type { RestatePromiseConstructor, RestatePromise as RestatePromiseType } from "../authoring/index.ts";
import { CombinatorType } from "../protocol/index.ts";
import type { AttemptCore } from "./attempt-core.ts";
import { ConstNode, pendingPromise } from "./const-node.ts";
import { HandlerPromise, nodeOf, type PromiseNode } from "./handler-promise.ts";
import { CombinatorNode, type Combine } from "./journal-node.ts";
import { mistake } from "./mistakes.ts";

/** A promise whose settling is in the journal. */
export type RestatePromise<T> = RestatePromiseType<T>;

/** Combines promises of a context in a way that the server knows, and that comes out the same on every replay. */
export const RestatePromise: RestatePromiseConstructor = {
  resolve: ((value: unknown) =>
    nodeOf(value) === undefined
      ? constPromise(() => Promise.resolve(value))
      : value) as RestatePromiseConstructor["resolve"],
  reject: (reason) => constPromise(() => Promise.reject(reason)),
  all: ((values: readonly unknown[]) =>
    combine(
      "RestatePromise.all",
      CombinatorType.AllSucceededOrFirstFailed,
      (all) => Promise.all(all),
      values,
    )) as RestatePromiseConstructor["all"],
  race: ((values: readonly unknown[]) =>
    values.length === 0
      ? pendingPromise()
      : combine(
          "RestatePromise.race",
          CombinatorType.FirstCompleted,
          (all) => Promise.race(all),
          values,
        )) as RestatePromiseConstructor["race"],
  any: ((values: readonly unknown[]) =>
    combine(
      "RestatePromise.any",
      CombinatorType.FirstSucceededOrAllFailed,
      (all) => Promise.any(all),
      values,
    )) as RestatePromiseConstructor["any"],
  allSettled: ((values: readonly unknown[]) =>
    combine(
      "RestatePromise.allSettled",
      CombinatorType.AllCompleted,
      (all) => Promise.allSettled(all),
      values,
    )) as RestatePromiseConstructor["allSettled"],
};

/** Whether a value is a promise of a context (or one made by `RestatePromise`), as opposed to a plain one. */
export function isRestatePromise<T>(promise: Promise<T>): promise is RestatePromise<T> {
  return nodeOf(promise) !== undefined;
}

function constPromise<T>(make: () => Promise<T>): RestatePromise<T> {
  return new HandlerPromise(new ConstNode(make));
}

/**
 * Combines promises of one context.
 *
 * @throws SdkError when one is no RestatePromise, or when they belong to different contexts
 */
export function combine<T>(
  name: string,
  combinator: CombinatorType,
  combineOutcomes: Combine<T>,
  promises: readonly unknown[],
): RestatePromise<T> {
  const children: PromiseNode<unknown>[] = [];
  let attempt: AttemptCore | undefined;
  for (const [index, promise] of promises.entries()) {
    const node = nodeOf(promise);
    if (node === undefined) {
      const detail = { subject: name, reason: `at index ${index} ${describeValue(promise)}` };
      throw (
        attempt?.mistake("RL_SDK_NOT_A_RESTATE_PROMISE", detail) ?? mistake("RL_SDK_NOT_A_RESTATE_PROMISE", "", detail)
      );
    }
    attempt ??= node.attempt;
    if (attempt !== undefined && node.attempt !== undefined && node.attempt !== attempt) {
      throw attempt.mistake("RL_SDK_PROMISES_OF_TWO_CONTEXTS", { subject: name });
    }
    children.push(node);
  }
  if (attempt === undefined) return constPromise(() => combineOutcomes(children.map((child) => child.outcome())));
  return new HandlerPromise(new CombinatorNode(attempt, name, combinator, combineOutcomes, children));
}

function describeValue(value: unknown): string {
  return value instanceof Promise ? "a plain Promise" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
