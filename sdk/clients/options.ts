import { checkOptions, type Duration, millisOrDurationToMillis, type OptionNames, type Serde } from "../core/index.ts";

/** What one call may set. Made into an argument by `rpc.opts(…)`. */
export interface IngressCallOptions<I = unknown, O = unknown> {
  /**
   * Calls with the same key to the same handler are one invocation: the first runs, all get its result. With a key, a
   * call can be repeated safely, so a connection's `retry` applies to it.
   */
  idempotencyKey?: string;

  /**
   * Counts the call against the limits of this key, one or two levels (`tenant`, `tenant/user`) of up to 36 letters,
   * digits, `_`, `.` and `-`. Only inside a scope ({@link Ingress.scope}). It is no part of what is called: it bounds
   * how much runs at once.
   * @experimental The real server 1.7 needs protocol v7 and virtual queues enabled for it.
   */
  limitKey?: string;

  /** Further request headers; the handler sees them. They win over the headers of the connection. */
  headers?: Record<string, string>;

  /** How the argument becomes bytes. Default: the contract's serde, else the connection's, else JSON. */
  input?: Serde<I>;

  /** How bytes become the result; the same defaults. */
  output?: Serde<O>;

  /** Gives up waiting after so many milliseconds, for each attempt anew. The invocation goes on. Not with `signal`. */
  timeout?: number;

  /** Gives up waiting when aborted. The invocation goes on. Not with `timeout`. */
  signal?: AbortSignal;
}

/** What one send may set. Made into an argument by `rpc.sendOpts(…)`. */
export interface IngressSendOptions<I> extends IngressCallOptions<I, void> {
  /** Accept now, run later: milliseconds, or a duration. */
  delay?: number | Duration;
}

const CALL_OPTIONS: OptionNames<IngressCallOptions> = {
  idempotencyKey: true,
  limitKey: true,
  headers: true,
  input: true,
  output: true,
  timeout: true,
  signal: true,
};
const SEND_OPTIONS: OptionNames<IngressSendOptions<unknown>> = { ...CALL_OPTIONS, delay: true };

/** The last argument of a call: its options, told apart from a handler's argument by their class. */
export class Opts<I, O> {
  readonly opts: IngressCallOptions<I, O>;

  constructor(opts: IngressCallOptions<I, O>) {
    this.opts = opts;
  }

  static from<I = unknown, O = unknown>(opts: IngressCallOptions<I, O>): Opts<I, O> {
    return new Opts(opts);
  }
}

/** The last argument of a send. */
export class SendOpts<I = unknown> {
  readonly opts: IngressSendOptions<I>;

  constructor(opts: IngressSendOptions<I>) {
    this.opts = opts;
  }

  static from<I = unknown>(opts: IngressSendOptions<I>): SendOpts<I> {
    return new SendOpts(opts);
  }

  /** The delay in milliseconds, if there is one. */
  delay(): number | undefined {
    const { delay } = this.opts;
    return delay === undefined ? undefined : millisOrDurationToMillis(delay);
  }
}

/** Options of either kind, of whatever types. */
export type AnyOpts = Opts<unknown, unknown> | SendOpts<unknown>;

/** What `client.handler(…)` was called with, taken apart. */
export interface Arguments {
  readonly parameter: unknown;
  readonly options: AnyOpts | undefined;
}

/**
 * Tells argument and options apart: `()`, `(options)`, `(argument)` and `(argument, options)`.
 * @throws TypeError when there are more arguments, or the second is something else
 */
export function takeApart(args: readonly unknown[], what: string): Arguments {
  const [first, second] = args;
  if (args.length > 2) {
    throw new TypeError(`${what} takes one argument and options, not ${args.length} arguments: put them in one object`);
  }
  if (second === undefined) {
    const options = optionsIn(first);
    return options === undefined ? { parameter: first, options } : { parameter: undefined, options };
  }
  const options = optionsIn(second);
  if (options === undefined) {
    const message = `the second argument of ${what} must be made by rpc.opts({ … }) or rpc.sendOpts({ … })`;
    throw new TypeError(`${message}: a handler takes one argument`);
  }
  return { parameter: first, options };
}

/** @throws SdkError for an option that a call, or a send, does not have */
export function checkCallOptions(options: AnyOpts | undefined, verb: "call" | "send", what: string): void {
  if (options === undefined) return;
  if (verb === "call") checkOptions(options.opts, CALL_OPTIONS, `A call of ${what}`);
  else checkOptions(options.opts, SEND_OPTIONS, `A send to ${what}`);
}

/** The delay that the options ask for, in milliseconds. */
export function delayOf(options: AnyOpts | undefined): number | undefined {
  if (options === undefined || options instanceof Opts) return undefined;
  if (options instanceof SendOpts) return options.delay();
  const { delay } = (options as SendOpts).opts;
  return delay === undefined ? undefined : millisOrDurationToMillis(delay);
}

/**
 * Also options that another copy of this module made (ESM beside CommonJS), the official client, or the `rpc` of a
 * context: their classes differ but have the same names, and as an argument they would make no sense.
 */
function optionsIn(value: unknown): AnyOpts | undefined {
  if (value instanceof Opts || value instanceof SendOpts) return value;
  if (typeof value !== "object" || value === null || !/^(Send)?Opts$/.test(value.constructor?.name)) return undefined;
  const { opts, getOpts } = value as { opts?: unknown; getOpts?: unknown };
  if (typeof opts === "object" && opts !== null) return value as AnyOpts;
  return typeof getOpts === "function" ? SendOpts.from((value as { getOpts(): object }).getOpts()) : undefined;
}
