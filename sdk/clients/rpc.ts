/**
 * What is exported as `rpc`: options of a call or a send, `client.greet("Ada", rpc.opts({ idempotencyKey: "1" }))`. A
 * module, because programs say `import opts = rpc.opts`, which takes a namespace.
 */
import { type IngressCallOptions, type IngressSendOptions, Opts, SendOpts } from "./options.ts";

export function opts<I, O>(options: IngressCallOptions<I, O>): Opts<I, O> {
  return Opts.from(options);
}

export function sendOpts<I>(options: IngressSendOptions<I>): SendOpts<I> {
  return SendOpts.from(options);
}
