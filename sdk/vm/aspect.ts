import type { Failure, Header } from "../protocol/index.ts";

type Message = Readonly<Record<string, unknown>>;

/** Something in which a replayed command must equal the recorded one. */
export interface Aspect {
  /** What it is called in an error message. */
  readonly label: string;
  /** @param checkPayloads whether the bytes of values count */
  isEqual(recorded: Message, attempted: Message, checkPayloads: boolean): boolean;
  /** How it reads in an error message. */
  show(message: Message): string;
}

/** A number or a text. */
export class Plain implements Aspect {
  readonly label: string;
  readonly #field: string;

  constructor(field: string, label = field) {
    this.#field = field;
    this.label = label;
  }

  isEqual(recorded: Message, attempted: Message): boolean {
    // A text that the attempt leaves out is empty when it is decoded.
    return (recorded[this.#field] ?? "") === (attempted[this.#field] ?? "");
  }

  show(message: Message): string {
    return showValue(message[this.#field]);
  }
}

/** Bytes: a key, which always counts, or the serialised form of a value, which may be left out of the comparison. */
export class Payload implements Aspect {
  readonly label: string;
  readonly #field: string;
  readonly #isValue: boolean;

  constructor(field: string, isValue: boolean, label = field) {
    this.#field = field;
    this.#isValue = isValue;
    this.label = label;
  }

  isEqual(recorded: Message, attempted: Message, checkPayloads: boolean): boolean {
    return bytesEqual(recorded[this.#field], attempted[this.#field], checkPayloads || !this.#isValue);
  }

  show(message: Message): string {
    return showValue(message[this.#field]);
  }
}

/** The headers of a call, in their order. */
export class Headers implements Aspect {
  readonly label: string;
  readonly #field: string;

  constructor(field: string) {
    this.#field = field;
    this.label = field;
  }

  isEqual(recorded: Message, attempted: Message): boolean {
    return pairsEqual(this.#headers(recorded), this.#headers(attempted));
  }

  show(message: Message): string {
    const headers = this.#headers(message);
    return headers.length === 0 ? "none" : headers.map(({ key, value }) => `${key}: ${value}`).join(", ");
  }

  #headers(message: Message): readonly Header[] {
    return (message[this.#field] as readonly Header[] | undefined) ?? [];
  }
}

/** A value or a failure. */
export class OneOf implements Aspect {
  readonly label = "result";
  readonly #value: string;
  readonly #failure: string;
  readonly #void: string | undefined;

  constructor(value: string, failure: string, empty?: string) {
    this.#value = value;
    this.#failure = failure;
    this.#void = empty;
  }

  isEqual(recorded: Message, attempted: Message, checkPayloads: boolean): boolean {
    return (
      bytesEqual(recorded[this.#value], attempted[this.#value], checkPayloads) &&
      failuresEqual(recorded[this.#failure], attempted[this.#failure]) &&
      (this.#void === undefined || recorded[this.#void] === attempted[this.#void])
    );
  }

  show(message: Message): string {
    const failure = message[this.#failure] as Failure | undefined;
    if (failure !== undefined) return `failure ${failure.code} ${showText(failure.message)}`;
    return showValue(message[this.#value]);
  }
}

function bytesEqual(a: unknown, b: unknown, compareContent: boolean): boolean {
  if (a === undefined || b === undefined) return a === b;
  return !compareContent || Buffer.compare(a as Uint8Array, b as Uint8Array) === 0;
}

function failuresEqual(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  const one = a as Failure;
  const other = b as Failure;
  return (
    one.code === other.code && one.message === other.message && pairsEqual(one.metadata ?? [], other.metadata ?? [])
  );
}

function pairsEqual(a: readonly Header[], b: readonly Header[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i]?.key !== b[i]?.key || a[i]?.value !== b[i]?.value) return false;
  }
  return true;
}

/** Long values are cut: the message is for reading. */
const MAX_SHOWN_CHARACTERS = 200;
const MAX_SHOWN_BYTES = 40;

function showValue(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return showText(value);
  if (value instanceof Uint8Array) return showBytes(value);
  return String(value);
}

function showText(text: string): string {
  if (text.length <= MAX_SHOWN_CHARACTERS) return `'${text}'`;
  return `'${text.slice(0, MAX_SHOWN_CHARACTERS)}…' (${text.length} characters)`;
}

function showBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString();
  if (Buffer.byteLength(text) === bytes.length && !text.includes("\ufffd")) return showText(text);
  const hex = buffer.toString("hex", 0, MAX_SHOWN_BYTES);
  return bytes.length <= MAX_SHOWN_BYTES ? `0x${hex}` : `0x${hex}… (${bytes.length} bytes)`;
}
