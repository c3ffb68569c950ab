import fc from "fast-check";
import { expect, it } from "vitest";
import { InvocationLines } from "./dev/view/invocation-lines.ts";
import { paint } from "./dev/view/paint.ts";
import { printable, printableField, printableLines } from "./printable.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
const DANGEROUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const evil = "red \u001b[31m\u001b]0;title\u0007 \u202egnihton\r\ndone \u0000";

it("no text has control characters, escape sequences or line breaks when it is shown, and none is long", () => {
  expect(printable(evil)).toBe("red \\x1b[31m\\x1b]0;title\\x07 \\u202egnihton\\r\\ndone \\x00");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(printable(text)).not.toMatch(DANGEROUS);
      expect(printable(text)).not.toContain("\n");
      expect(printableLines(text)).not.toMatch(DANGEROUS);
    }),
  );
  const long = printable("x".repeat(20_000_000));
  expect(long.length).toBeLessThan(2100);
  expect(long).toMatch(/… \(19998000 characters more\)$/);
});

it("fields of a log line are shown so at any depth, names too", () => {
  expect(printableField({ "a\n": [{ b: "\u001b" }], n: 1 })).toEqual({ "a\\n": [{ b: "\\x1b" }], n: 1 });
});

it("what `dev` says of an invocation, too: its failure, key, command and stack", () => {
  const lines = new InvocationLines(paint(false), "/app");
  const failure = {
    ...{ code: 500, message: evil, stacktrace: `Error\n    at go\u001b[2J (a.ts:1:1)`, restateCode: "RT0007" as const },
    ...{ commandIndex: 1, commandName: evil, commandType: 0x0411 },
  };
  const about = { id: "i", service: "S", handler: "h", key: evil, scope: undefined, createdAtMs: 0, atMs: 0 };
  lines.take({ ...about, kind: "backing-off", failure, failedAttempts: 1, nextAttemptMs: 500 });
  const shown = [...lines.drain(), ...lines.mismatch({ ...about, kind: "paused", failure } as never)];
  lines.take({ ...about, id: "j", kind: "completed", failure: { code: 500, message: evil } });
  for (const line of [...shown, ...lines.drain()]) expect(line).not.toMatch(DANGEROUS);
});
