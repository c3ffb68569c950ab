/**
 * What is exported as `rpc`: shorthands for `Opts.from` and `SendOpts.from`. A module, because programs say
 * `import sendOpts = rpc.sendOpts`, which takes a namespace.
 */
import { type ClientCallOptions, type ClientSendOptions, Opts, SendOpts } from "./call-options.ts";

export function opts<I, O>(options: ClientCallOptions<I, O>): Opts<I, O> {
  return Opts.from(options);
}

export function sendOpts<I>(options: ClientSendOptions<I>): SendOpts<I> {
  return SendOpts.from(options);
}
