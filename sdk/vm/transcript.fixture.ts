import {
  type Codec,
  codecOf,
  type Draft,
  FrameDecoder,
  InputCommand,
  messageTypeName,
  Start,
} from "../protocol/index.ts";
import { AttemptVm, type VmOptions } from "./index.ts";

/**
 * Tests of the state machine as conversations: what the server says, what the handler does, what is said to the
 * server. Not part of the SDK.
 */

/** A message of the server. */
export type Line = Buffer;

/** The invocation of all transcripts. */
export const INVOCATION = Buffer.alloc(24, 7);

export function line<T>(codec: Codec<T>, draft: Draft<T> = {} as Draft<T>): Line {
  return codec.frame(draft);
}

export const INPUT = line(InputCommand, { value: Buffer.from("the input") });

export interface Scene extends Partial<VmOptions> {
  /** Fields of the start message; the number of entries follows from the journal. */
  readonly start?: Draft<ReturnType<typeof Start.decode>>;
  /** What is known beside the input. */
  readonly journal?: readonly Line[];
}

/** An attempt of which the known journal has arrived. */
export function arrive(scene: Scene = {}): AttemptVm {
  const { start, journal = [], ...options } = scene;
  const vm = new AttemptVm({ version: 7, ...options });
  const known = { id: INVOCATION, debugId: "inv_1test", knownEntries: journal.length + 1, randomSeed: 42n };
  say(vm, line(Start, { ...known, ...start }), INPUT, ...journal);
  return vm;
}

/** An attempt whose handler has taken its input. */
export function begin(scene: Scene = {}): AttemptVm {
  const vm = arrive(scene);
  vm.input();
  return vm;
}

/** The server says something. */
export function say(vm: AttemptVm, ...lines: readonly Line[]): void {
  vm.push(Buffer.concat(lines));
}

/** What the attempt has said since the last time: messages by name, with only the fields that say something. */
export function heard(vm: AttemptVm): Record<string, unknown>[] {
  return framesOf(vm.takeOutput()).map(({ type, body }) => {
    const codec = codecOf(type) as Codec<unknown>;
    return { [messageTypeName(type)]: saying(codec.decode(body) as Message, codec.fields) };
  });
}

export function framesOf(bytes: Uint8Array | undefined) {
  const decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);
  decoder.push(Buffer.from(bytes ?? []));
  const frames = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  decoder.end();
  return frames;
}

type Message = Readonly<Record<string, unknown>>;
type Fields = Codec<unknown>["fields"];

function saying(message: Message, fields: Fields): Message {
  const entries = Object.entries(fields).flatMap(([name, field]) => {
    const value = message[name];
    if (value === undefined || (!field.optional && isDefault(value))) return [];
    return [[name, readable(value, field.nested?.() ?? {})]];
  });
  return Object.fromEntries(entries);
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === 0n || value === false || (value as { length?: number }).length === 0;
}

function readable(value: unknown, nested: Fields): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  if (Array.isArray(value)) return value.map((element) => readable(element, nested));
  return typeof value === "object" ? saying(value as Message, nested) : value;
}
