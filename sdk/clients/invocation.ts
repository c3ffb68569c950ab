import { type HandlerDescriptor, SdkError, type Serde, serde } from "../core/index.ts";
import type { Send } from "./client-types.ts";
import { type Connection, mergeHeaders } from "./connection.ts";
import { type AnyOpts, checkCallOptions, delayOf } from "./options.ts";

/** Which handler, and where: what the path of a call says. */
export interface Target {
  readonly service: string;
  readonly handler: string;
  /** Of a virtual object or workflow. */
  readonly key: string | undefined;
  readonly scope: string | undefined;
}

export interface Invocation {
  readonly target: Target;
  readonly parameter: unknown;
  readonly options: AnyOpts | undefined;
  /** What a contract made with `iface` says about the handler. */
  readonly contract: HandlerDescriptor | undefined;
}

/** Calls and returns the handler's result. */
export async function call(connection: Connection, invocation: Invocation): Promise<unknown> {
  const { target, options, contract } = invocation;
  const answer = await invoke(connection, invocation, "call", isIdempotent(options));
  const output = options?.opts.output ?? contract?._outputSerde;
  return outputOf(connection, answer, output, nameOf(target));
}

/**
 * Sends and returns what the server accepted.
 * @param isRepeatable also without an idempotency key
 */
export async function send(connection: Connection, invocation: Invocation, isRepeatable = false): Promise<Send> {
  const attachable = isIdempotent(invocation.options);
  const answer = await invoke(connection, invocation, "send", isRepeatable || attachable);
  const accepted = deserialize(serde.json, answer, nameOf(invocation.target)) as Omit<Send, "attachable">;
  return { ...accepted, attachable };
}

function isIdempotent(options: AnyOpts | undefined): boolean {
  return Boolean(options?.opts.idempotencyKey);
}

async function invoke(
  connection: Connection,
  { target, parameter, options, contract }: Invocation,
  verb: "call" | "send",
  isRepeatable: boolean,
): Promise<Uint8Array> {
  const what = nameOf(target);
  checkCallOptions(options, verb, what);
  const { idempotencyKey, limitKey, headers, timeout, signal } = options?.opts ?? {};
  const input = inputOf(connection, parameter, options?.opts.input ?? contract?._inputSerde, what);
  return connection.send({
    what,
    method: "POST",
    path: pathOf(target, verb) + (verb === "send" ? delayQuery(options) : ""),
    headers: mergeHeaders(connection.headers, headers, {
      ...input.headers,
      ...(idempotencyKey ? { "idempotency-key": idempotencyKey } : undefined),
      ...(limitKey ? { "x-restate-limit-key": limitKey } : undefined),
    }),
    body: input.body,
    timeout,
    signal,
    isRepeatable,
    isCounted: true,
  });
}

/** What the messages of errors call a handler. The key stays out: it may be private, and messages end up in logs. */
function nameOf({ service, handler }: { service: string; handler: string }): string {
  return `${service}/${handler}`;
}

function pathOf({ service, handler, key, scope }: Target, verb: "call" | "send"): string {
  const names = [service, ...(key === undefined ? [] : [key]), handler];
  const path = names.map((name) => segment(name)).join("/");
  if (scope) return `/restate/scope/${segment(scope)}/${verb}/${path}`;
  return verb === "call" ? `/${path}` : `/${path}/send`;
}

/**
 * A name or key as one segment of a path.
 * @throws SdkError for `.` and `..`, which every `fetch` takes for directions even when they are encoded
 */
export function segment(text: string): string {
  if (text === "." || text === "..") {
    throw new SdkError(
      "RL_SDK_KEY_IN_URL",
      `"${text}" cannot be sent as a key: in a URL it is a direction; choose another`,
    );
  }
  return encodeURIComponent(text);
}

function delayQuery(options: AnyOpts | undefined): string {
  const delay = delayOf(options);
  return delay === undefined || delay === 0 ? "" : `?delay=${delay}ms`;
}

/**
 * The body that carries a value, and the header that says what it is.
 * @throws SdkError when the value does not serialise
 */
export function inputOf(
  connection: Connection,
  value: unknown,
  named: Serde<unknown> | undefined,
  what: string,
): { body: Uint8Array; headers: Record<string, string> } {
  const valueSerde = named ?? connection.serde;
  const { contentType } = valueSerde;
  const headers: Record<string, string> = contentType ? { "Content-Type": contentType } : {};
  let bytes: Uint8Array;
  try {
    bytes = valueSerde.serialize(value);
  } catch (cause) {
    const message = `${what}: the argument does not serialise: ${messageOf(cause)}; change it, or pass a serde as \`input\``;
    throw new SdkError("RL_SDK_VALUE_NOT_SERIALIZABLE", message, { cause });
  }
  return { body: connection.codec === undefined ? bytes : connection.codec.encode(bytes), headers };
}

/** The value in the body of an answer. */
export async function outputOf(
  connection: Connection,
  answer: Uint8Array,
  named: Serde<unknown> | undefined,
  what: string,
): Promise<unknown> {
  const bytes = connection.codec === undefined ? answer : await connection.codec.decode(answer);
  return deserialize(named ?? connection.serde, bytes, what);
}

/** @throws SdkError when the bytes are not what the serde reads */
function deserialize(valueSerde: Serde<unknown>, bytes: Uint8Array, what: string): unknown {
  try {
    return valueSerde.deserialize(bytes);
  } catch (cause) {
    const message = `${what}: the answer does not deserialise: ${messageOf(cause)}; does \`output\` match the handler's output serde?`;
    throw new SdkError("RL_SDK_VALUE_NOT_READABLE", message, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
