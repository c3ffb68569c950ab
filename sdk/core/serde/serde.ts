/**
 * Turns values of `T` into bytes and back: inputs and results of handlers, state, results of steps, awakeables,
 * durable promises and signals. Synchronous, because it runs between two entries of a journal.
 */
export interface Serde<T> {
  /** MIME type of the bytes. Without one, discovery declares a handler's payload as empty. */
  contentType?: string;

  /** Shape of the values, for discovery only: tools make forms and examples from it. */
  jsonSchema?: object;

  /**
   * For bytes that are not JSON: how tools show a payload (`bytes → deserialize → toJsonString`) and let a human
   * write one (`fromJsonString → serialize → bytes`). The two are inverses of each other.
   */
  preview?: {
    toJsonString(value: T): Promise<string> | string;
    /** Throws or rejects when this JSON stands for no value of `T`. */
    fromJsonString(json: string): Promise<T> | T;
  };

  serialize(value: T): Uint8Array;

  /** The inverse of `serialize`. Throws when the bytes stand for no value of `T`. */
  deserialize(data: Uint8Array): T;
}
