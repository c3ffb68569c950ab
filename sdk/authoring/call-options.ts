import type { Duration, OptionNames, Serde } from "../core/index.ts";

/** Options of one call by a typed client. */
export type ClientCallOptions<I, O> = {
  /** Instead of the serde that the client would use. */
  input?: Serde<I>;
  /** Instead of the serde that the client would use. */
  output?: Serde<O>;
  /** Calls of one handler with the same key are one invocation, as long as the server retains it. */
  idempotencyKey?: string;
  /**
   * Counts the call against the concurrency limits of this key: one or two levels, `tenant1` or `tenant1/user42`, each
   * of 1 to 36 characters `[a-zA-Z0-9_.-]`. Needs a scope (`Context.scope`), and is no part of the target's identity.
   * `restate-server` 1.7 needs experimental features for it (protocol v7, vqueues).
   *
   * @experimental
   */
  limitKey?: string;
  /** The callee finds them in `ctx.request().headers`. */
  headers?: Record<string, string>;
  /** Shown with the journal entry. */
  name?: string;
};

/** Options of one send by a typed client. */
export type ClientSendOptions<I> = {
  /**
   * Start no earlier than so long from now; the sender need not stay alive for it. A number is milliseconds.
   *
   * @example ctx.serviceSendClient(reminders).remind(user, rpc.sendOpts({ delay: { days: 1 } }));
   */
  delay?: Duration | number;
  /** Instead of the serde that the client would use. */
  input?: Serde<I>;
  /** Sends to one handler with the same key are one invocation, as long as the server retains it. */
  idempotencyKey?: string;
  /**
   * See `ClientCallOptions.limitKey`.
   *
   * @experimental
   */
  limitKey?: string;
  /** The callee finds them in `ctx.request().headers`. */
  headers?: Record<string, string>;
  /** Shown with the journal entry. */
  name?: string;
};

export const CALL_OPTIONS: OptionNames<ClientCallOptions<never, never>> = {
  input: true,
  output: true,
  idempotencyKey: true,
  limitKey: true,
  headers: true,
  name: true,
};

export const SEND_OPTIONS: OptionNames<ClientSendOptions<never>> = {
  delay: true,
  input: true,
  idempotencyKey: true,
  limitKey: true,
  headers: true,
  name: true,
};

/*
 * Neither class has a private member: the compiler would then refuse the options of another copy of the SDK, or of
 * the official one, which clients take as well. What tells the two apart exists for the compiler only.
 */
declare const kind: unique symbol;

/** Marks a client method's last argument as options, so that it is not taken for the handler's input. */
export class Opts<I, O> {
  declare readonly [kind]?: "call";
  readonly getOpts: () => ClientCallOptions<I, O>;

  static from<I, O>(opts: ClientCallOptions<I, O>): Opts<I, O> {
    return new Opts(opts);
  }

  private constructor(opts: ClientCallOptions<I, O>) {
    this.getOpts = () => opts;
  }
}

/** Marks a send client method's last argument as options, so that it is not taken for the handler's input. */
export class SendOpts<I> {
  declare readonly [kind]?: "send";
  readonly getOpts: () => ClientSendOptions<I>;

  static from<I>(opts: ClientSendOptions<I>): SendOpts<I> {
    return new SendOpts(opts);
  }

  private constructor(opts: ClientSendOptions<I>) {
    this.getOpts = () => opts;
  }
}
