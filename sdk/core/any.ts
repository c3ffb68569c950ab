/**
 * The `any` of the public types: inference of handler and client types rests on it, as it does in the official
 * declarations, and `unknown` would refuse programs that those accept.
 */
// biome-ignore lint/suspicious/noExplicitAny: reason: see above; named so that every other place says why
export type Any = any;
