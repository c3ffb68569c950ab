import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AwaitingOn,
  CompleteAwakeableCommand,
  codecOf,
  ErrorMessage,
  type Fields,
  MessageType,
  messageTypeName,
  ProposeRunCompletion,
  RunCommand,
  Suspension,
} from "../../sdk/protocol/index.ts";
import { commandRule } from "./commands/index.ts";
import { end, type Said } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

/** Of the field descriptions: `Kind.String`, and those that hold fields of their own. */
const STRING = 1;
const MESSAGE = 6;
const WRAPPER = 7;
const MARK = "a string of twenty b";
const CUSTOM = 0xfc00;

/** The ways to each string of a message; a future holds futures, so two levels of it are enough. */
function stringsOf(fields: Fields, depth = 0): string[][] {
  return Object.entries(fields).flatMap(([name, { kind, nested }]) => {
    if (kind === STRING) return [[name]];
    if ((kind === MESSAGE || kind === WRAPPER) && nested !== undefined && depth < 3) {
      return stringsOf(nested(), depth + 1).map((path) => [name, ...path]);
    }
    return [];
  });
}

/** A message in which only the string at `path` is said. */
function sayOnly(fields: Fields, [name = "", ...rest]: readonly string[]): Record<string, unknown> {
  const field = fields[name];
  const inner = rest.length === 0 ? MARK : sayOnly(field?.nested?.() ?? {}, rest);
  return { [name]: field?.repeated ? [inner] : inner };
}

/** The body of that message, with `bad` in the middle of the string. */
function broken(body: Buffer, bad: Buffer, at: number): Buffer {
  const start = body.indexOf(MARK);
  expect(start).toBeGreaterThan(0);
  const copy = Buffer.from(body);
  bad.copy(copy, start + Math.min(at, MARK.length - bad.length));
  return copy;
}

/** Everything that an SDK may send and that holds a string. */
const types = Object.values(MessageType).filter(
  (type) =>
    commandRule(type) !== undefined ||
    [ProposeRunCompletion, Suspension, ErrorMessage, AwaitingOn].some((message) => message.type === type),
);
const cases = [...types, CUSTOM].flatMap((type) => {
  // A custom entry has a name where every command has one.
  const message = codecOf(type) ?? codecOf(MessageType.ClearAllStateCommand);
  return message === undefined ? [] : stringsOf(message.fields).map((path) => ({ type, path, message }));
});

const bytesThatAreNotUtf8 = fc.constantFrom(
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0xe2, 0x82]),
  Buffer.from([0x80]),
);

function journal(test: Transcript): unknown[] {
  return test.storage.db.prepare("SELECT * FROM journal ORDER BY entry").all();
}

describe("a string that is not UTF-8", () => {
  it("is looked for in every message of an SDK", () => {
    expect(new Set(cases.map(({ type }) => type)).size).toBeGreaterThanOrEqual(20);
    expect(cases.map(({ type, path }) => `${type} ${path}`)).toContain(`${MessageType.OutputCommand} failure,message`);
  });

  it.each(cases.map((one) => [messageTypeName(one.type), one.path.join("."), one] as const))(
    "in %s.%s stores nothing and is a failed attempt with the usual backoff",
    (_type, _path, { type, path, message }) => {
      fc.assert(
        fc.property(bytesThatAreNotUtf8, fc.nat({ max: MARK.length - 1 }), (bad, at) => {
          const test = new Transcript();
          const id = test.send("Counter/k/add");
          const name = RunCommand.encode({ resultCompletionId: 1, name: "first" });
          test.says(id, [MessageType.RunCommand, name]);
          const before = journal(test);
          const said: Said = [type, broken(message.encode(sayOnly(message.fields, path)), bad, at)];
          for (const [attempt, delayMs] of [500, 1000].entries()) {
            const messages: Said[] = [
              said,
              [MessageType.CompleteAwakeableCommand, CompleteAwakeableCommand.encode({})],
              end,
            ];
            test.says(id, ...messages);
            expect(journal(test)).toEqual(before);
            expect(test.attemptOf(id).end).toBe("let go");
            expect(test.attemptsOf(id)).toBe(attempt + 1);
            expect(test.status(id)).toBe("backing-off");
            expect(test.engine.describe(id)?.lastFailure?.message).toMatch(/UTF-8/);
            test.advance(delayMs - 1);
            expect(test.attemptsOf(id)).toBe(attempt + 1);
            test.advance(1);
            expect(test.attemptsOf(id)).toBe(attempt + 2);
          }
          test.says(id, said);
          expect(test.status(id)).toBe("paused");
        }),
        { numRuns: 2 },
      );
    },
  );
});
