import fc from "fast-check";
import { type Field, type Fields, Kind } from "./fields.ts";

/** Arbitrary messages for property tests, from the same description that the codecs follow. */

const MAX_NESTING = 3;

/** A complete message with these fields: as `decode` would answer it. */
export function arbitraryMessage(fields: Fields, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const choices = Object.values(fields).flatMap(({ oneof }) => (oneof === undefined ? [] : [oneof]));
  const names = (group: object) => Object.keys(fields).filter((name) => fields[name]?.oneof === group);
  const members = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.oneof ? fc.constant(undefined) : occurrences(field, depth),
    ]),
  );
  const picks = [...new Set(choices)].map((group) =>
    fc.option(
      fc
        .constantFrom(...names(group))
        .chain((name) => single(fields[name] as Field<unknown>, depth).map((value) => ({ [name]: value }))),
      { nil: {} },
    ),
  );
  return fc
    .tuple(fc.record(members), fc.tuple(...picks))
    .map(([message, chosen]) => Object.assign({}, message, ...chosen, { unknownFields: undefined }));
}

function occurrences(field: Field<unknown>, depth: number): fc.Arbitrary<unknown> {
  const isTooDeep = field.kind === Kind.Message && depth >= MAX_NESTING;
  if (field.repeated) {
    const minLength = field.optional ? 1 : 0;
    const list: fc.Arbitrary<unknown[]> = isTooDeep
      ? fc.constant([])
      : fc.array(single(field, depth), { minLength, maxLength: 5 });
    return field.optional ? fc.option(list, { nil: undefined }) : list;
  }
  if (isTooDeep) return fc.constant(undefined);
  return field.optional ? fc.option(single(field, depth), { nil: undefined }) : single(field, depth);
}

function single(field: Field<unknown>, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case Kind.Bytes:
      return arbitraryBytes();
    case Kind.String:
      return fc.oneof(
        { weight: 4, arbitrary: fc.string({ unit: "binary" }).map(wellFormed) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 20, maxLength: 200 }).map(wellFormed) },
        { weight: 1, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 200 }) },
        {
          weight: 1,
          arbitrary: fc.constantFrom("\ufeff a byte order mark is text", "\ufffd is a character, too", "\0"),
        },
      );
    case Kind.Uint32:
      return fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 0xffffffff }), fc.constantFrom(0x7fffffff, 0xffffffff));
    case Kind.Bool:
      return fc.boolean();
    case Kind.Millis:
      return fc.oneof(fc.nat(), fc.maxSafeNat());
    case Kind.Uint64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case Kind.Void:
      return fc.constant(true);
    case Kind.Message:
      return arbitraryMessage((field.nested as () => Fields)(), depth + 1);
    case Kind.Wrapper: {
      const [sole] = Object.values((field.nested as () => Fields)()) as [Field<unknown>];
      return occurrences(sole, depth + 1);
    }
  }
}

/** Without lone surrogates, which cannot be encoded. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** Mostly small, at times over the lengths at which the writer changes its ways. */
function arbitraryBytes(): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.uint8Array({ maxLength: 150 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.nat({ max: 30_000 }).map((length) => Buffer.alloc(length, 0x5a)) },
  );
}
