/**
 * Transforms serialised values on their way into the journal and back, for example to encrypt or compress them:
 * inputs and successful results of handlers, results of `ctx.run`, of awakeables, signals and durable promises, state.
 *
 * @experimental
 */
export type JournalValueCodec = {
  /** Applied after a value is serialised. Empty values pass through here too. */
  encode(buf: Uint8Array): Uint8Array;
  /** Undoes `encode`, before a value is deserialised. */
  decode(buf: Uint8Array): Promise<Uint8Array>;
};
