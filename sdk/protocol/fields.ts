/**
 * A small language to describe messages: an object of fields, from which both the codec and the TypeScript type of
 * the message follow. The semantics are proto3's.
 */

/** How a field is encoded. Numbers, so that the codec can switch on them quickly. */
export const Kind = {
  Bytes: 0,
  String: 1,
  Uint32: 2,
  Bool: 3,
  /** uint64 as a number; clamped to the largest safe integer. */
  Millis: 4,
  /** uint64 as a bigint. */
  Uint64: 5,
  Message: 6,
  /** A nested message that appears in TypeScript as its only field. */
  Wrapper: 7,
  /** A nested message without fields, `true` in TypeScript. */
  Void: 8,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

declare const valueType: unique symbol;

/** A field of a message. `T` is its type, `P` whether a decoded message always has it. */
export interface Field<T, P extends "present" | "absent" = "present" | "absent"> {
  readonly number: number;
  readonly kind: Kind;
  readonly repeated: boolean;
  /** Whether a field that is not on the wire is `undefined` rather than the default of its type. */
  readonly optional: boolean;
  /** The nested message; a function, so that a message can contain itself. */
  readonly nested: (() => Fields) | undefined;
  /** Members of one oneof share this object. */
  readonly oneof: object | undefined;
  readonly [valueType]?: { readonly type: T; readonly presence: P };
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type PresentKeys<F> = { [K in keyof F]: F[K] extends Field<unknown, "present"> ? K : never }[keyof F];
type AbsentKeys<F> = Exclude<keyof F, PresentKeys<F>>;
type TypeOf<F> = F extends Field<infer T, infer _P> ? T : never;

/** The TypeScript type of a message with these fields. */
export type MessageOf<F extends Fields> = {
  readonly [K in PresentKeys<F>]: TypeOf<F[K]>;
} & {
  readonly [K in AbsentKeys<F>]?: TypeOf<F[K]> | undefined;
} & UnknownFields extends infer M
  ? { [K in keyof M]: M[K] }
  : never;

export interface UnknownFields {
  /** Fields that this version of the protocol does not know, as they were on the wire; encoded again at the end. */
  readonly unknownFields?: Buffer | undefined;
}

/** What `encode` accepts: the message with any field left out, at any depth. */
export type Draft<T> = T extends Uint8Array
  ? Uint8Array
  : T extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : T extends object
      ? { readonly [K in keyof T]?: Draft<T[K]> | undefined }
      : T;

function scalar<T>(number: number, kind: Kind): Field<T, "present"> {
  return { number, kind, repeated: false, optional: false, nested: undefined, oneof: undefined };
}

function nesting<T>(number: number, kind: Kind, nested: () => Fields): Field<T, "absent"> {
  return { number, kind, repeated: false, optional: true, nested, oneof: undefined };
}

export const bytes = (number: number): Field<Buffer, "present"> => scalar(number, Kind.Bytes);
export const string = (number: number): Field<string, "present"> => scalar(number, Kind.String);
export const uint32 = (number: number): Field<number, "present"> => scalar(number, Kind.Uint32);
export const bool = (number: number): Field<boolean, "present"> => scalar(number, Kind.Bool);
export const millis = (number: number): Field<number, "present"> => scalar(number, Kind.Millis);
export const uint64 = (number: number): Field<bigint, "present"> => scalar(number, Kind.Uint64);

/** A field of a message type; like every message field of proto3 it may be absent. */
export function message<T>(number: number, nested: () => Fields): Field<T, "absent"> {
  return nesting(number, Kind.Message, nested);
}

/** A field of a message type that has one field itself, which stands for it in TypeScript. */
export function wrapper<T>(number: number, nested: () => Fields): Field<T, "absent"> {
  return nesting(number, Kind.Wrapper, nested);
}

/** A field of a message type without fields. */
export function empty(number: number): Field<true, "absent"> {
  return nesting(number, Kind.Void, () => ({}));
}

/** `optional` of proto3: a field whose absence differs from its default. Of a repeated field: empty is absent. */
export function optional<T>(of: Field<T>): Field<T, "absent"> {
  return { ...of, optional: true } as Field<T, "absent">;
}

/** A repeated field; numbers are packed on the wire and accepted in both forms. */
export function repeated<T>(of: Field<T>): Field<readonly T[], "present"> {
  return { ...of, repeated: true, optional: false } as Field<readonly T[], "present">;
}

type Members<F extends Fields> = { readonly [K in keyof F]: Field<TypeOf<F[K]>, "absent"> };

/** Fields of which a decoded message has at most one: the last on the wire. */
export function oneof<F extends Fields>(members: F): Members<F> {
  const group = {};
  const entries = Object.entries(members).map(([name, member]) => [name, { ...member, optional: true, oneof: group }]);
  return Object.fromEntries(entries) as Members<F>;
}
