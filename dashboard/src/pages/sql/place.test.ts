import { describe, expect, it } from "vitest";
import { placeText, spanOf } from "./place.ts";

function marked(query: string, message: string): string | undefined {
  const span = spanOf(query, message);
  return span === undefined ? undefined : query.slice(span.from, span.to);
}

describe("the place of a refusal", () => {
  it("is the word at its line and column", () => {
    expect(marked("SELEC 1", 'SQL error: syntax error at or near "SELEC" (line 1, column 1)')).toBe("SELEC");
    expect(marked("SELECT 1\nFORM x", 'SQL error: syntax error at or near "FORM" (line 2, column 1)')).toBe("FORM");
    expect(marked("SELECT 1\n  FORM x", "Expected: end of statement, found: x at Line: 2, Column: 8")).toBe("x");
  });

  it("is the last character at the end of the query", () => {
    expect(marked("SELECT (1 ", "SQL error: syntax error at end of input (line 1, column 11)")).toBe("1");
  });

  it("is the name that is not known", () => {
    const query = 'SELECT id, statu\nFROM sys_invocation s WHERE s."nO" = 1';
    expect(marked(query, "Schema error: No field named statu. Valid fields are sys_invocation.id.")).toBe("statu");
    expect(marked(query, 'Schema error: No field named s."nO".')).toBe('"nO');
    expect(marked("SELECT 1 FROM nowhere", "Error during planning: table 'restate.public.nowhere' not found")).toBe(
      "nowhere",
    );
    expect(marked("SELECT foo(1)", "Error during planning: Invalid function 'foo'")).toBe("foo");
  });

  it("is unknown for other messages", () => {
    expect(marked("SELECT 1", "Resources exhausted: the answer is too long")).toBeUndefined();
    expect(marked("SELECT 1", "Schema error: No field named gone.")).toBeUndefined();
  });

  it("is said in lines and columns", () => {
    expect(placeText("SELECT 1\n  FORM x", { from: 11, to: 15 })).toBe("line 2, column 3");
    expect(placeText("SELEC", { from: 0, to: 5 })).toBe("line 1, column 1");
  });
});
