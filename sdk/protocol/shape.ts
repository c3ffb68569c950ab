import { type Field, type Fields, Kind } from "./fields.ts";

/** What the codec needs of a field, laid out for speed. */
export interface CompiledField {
  readonly name: string;
  readonly number: number;
  readonly kind: Kind;
  readonly repeated: boolean;
  readonly optional: boolean;
  /** Tag on the wire: number and wire type; of a packed field the packed form. */
  readonly tag: number;
  /** Shape of the nested message; `undefined` for scalars. */
  readonly shape: Shape | undefined;
  /** Names of the other members of the same oneof. */
  readonly rivals: readonly string[];
}

/** A message, compiled once: its fields in the order they are written, and by number for reading. */
export interface Shape {
  readonly fields: readonly CompiledField[];
  /** Holes where the message has no such field. */
  readonly byNumber: readonly (CompiledField | undefined)[];
  /** Every field with its default: what a decoded message starts from. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** For a wrapper: the name of its only field. */
  readonly soleName: string | undefined;
}

export const WireType = { Varint: 0, Fixed64: 1, Delimited: 2, Fixed32: 5 } as const;

/** Default of every bytes field that is not on the wire. */
export const EMPTY_BYTES = Buffer.alloc(0);
/** Default of every repeated field. Shared, hence frozen; the reader replaces it at the first element. */
const EMPTY_LIST: readonly unknown[] = Object.freeze([]);

export function wireTypeOf(kind: Kind): number {
  switch (kind) {
    case Kind.Uint32:
    case Kind.Bool:
    case Kind.Millis:
    case Kind.Uint64:
      return WireType.Varint;
    case Kind.Bytes:
    case Kind.String:
    case Kind.Message:
    case Kind.Wrapper:
    case Kind.Void:
      return WireType.Delimited;
  }
}

function defaultOf(field: Field<unknown>): unknown {
  if (field.optional) return undefined;
  if (field.repeated) return EMPTY_LIST;
  switch (field.kind) {
    case Kind.Bytes:
      return EMPTY_BYTES;
    case Kind.String:
      return "";
    case Kind.Uint32:
    case Kind.Millis:
      return 0;
    case Kind.Bool:
      return false;
    case Kind.Uint64:
      return 0n;
    case Kind.Message:
    case Kind.Wrapper:
    case Kind.Void:
      return undefined;
  }
}

const compiled = new Map<Fields, Shape>();

/** Compiles the fields of a message; the same object compiles once, so a message can contain itself. */
export function compile(fields: Fields): Shape {
  const known = compiled.get(fields);
  if (known !== undefined) return known;
  const ordered: CompiledField[] = [];
  const byNumber: (CompiledField | undefined)[] = [];
  const defaults: Record<string, unknown> = {};
  const names = Object.keys(fields);
  const shape: Shape = {
    fields: ordered,
    byNumber,
    defaults,
    soleName: names.length === 1 ? names[0] : undefined,
  };
  compiled.set(fields, shape);
  for (const [name, field] of Object.entries(fields).sort(([, a], [, b]) => a.number - b.number)) {
    const rivals = field.oneof === undefined ? [] : names.filter((n) => n !== name && fields[n]?.oneof === field.oneof);
    const wireType = field.repeated ? WireType.Delimited : wireTypeOf(field.kind);
    const compiledField: CompiledField = {
      name,
      number: field.number,
      kind: field.kind,
      repeated: field.repeated,
      optional: field.optional,
      tag: (field.number << 3) | wireType,
      shape: field.nested === undefined ? undefined : compile(field.nested()),
      rivals,
    };
    ordered.push(compiledField);
    while (byNumber.length <= field.number) byNumber.push(undefined);
    byNumber[field.number] = compiledField;
    defaults[name] = defaultOf(field);
  }
  defaults.unknownFields = undefined;
  return shape;
}
