import type { RestatePromiseConstructor, RestatePromise as RestatePromiseType } from "../authoring/index.ts";
import { CombinatorType } from "../protocol/index.ts";
import { AnyRestatePromise, ConstPromise, combine } from "./promise.ts";

/** A promise whose settling is in the journal. */
export type RestatePromise<T> = RestatePromiseType<T>;

/** Combines promises of a context in a way that the server knows, and that comes out the same on every replay. */
export const RestatePromise: RestatePromiseConstructor = {
  resolve: ((value: unknown) =>
    value instanceof AnyRestatePromise ? value : ConstPromise.of(value)) as RestatePromiseConstructor["resolve"],
  reject: (reason) => ConstPromise.rejected(reason),
  all: ((values: readonly unknown[]) =>
    combine(
      "RestatePromise.all",
      CombinatorType.AllSucceededOrFirstFailed,
      (all) => Promise.all(all),
      values,
    )) as RestatePromiseConstructor["all"],
  race: ((values: readonly unknown[]) =>
    values.length === 0
      ? ConstPromise.pending()
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
  return promise instanceof AnyRestatePromise;
}
