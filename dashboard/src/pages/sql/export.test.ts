import { describe, expect, it } from "vitest";
import { csvOf, jsonOf } from "./export.ts";
import { columnsOf } from "./results.ts";

const columns = (...rows: Record<string, unknown>[]) => columnsOf(rows.flatMap(Object.keys), rows);
const csv = (...rows: Record<string, unknown>[]) => csvOf(columns(...rows), rows);

describe("a table as CSV", () => {
  it("has a header, and lines that end with CRLF", () => {
    expect(csv({ a: 1, b: "x" }, { a: 2.5, b: "y" })).toBe("a,b\r\n1,x\r\n2.5,y\r\n");
  });

  it("quotes commas, quotes, line breaks and spaces at the ends, in names too", () => {
    expect(csv({ 'count(*), "all"': 'say "hi"', b: "1,2", c: "two\nlines", d: " x", e: "a\r" })).toBe(
      '"count(*), ""all""",b,c,d,e\r\n"say ""hi""","1,2","two\nlines"," x","a\r"\r\n',
    );
  });

  it("writes long numbers with all their digits, as JSON does", () => {
    const rows = [{ a: 9007199254740993n, b: [9007199254740993n] }];
    expect(csv(...rows)).toBe("a,b\r\n9007199254740993,[9007199254740993]\r\n");
    expect(jsonOf(columnsOf(["a", "b"], rows), rows)).toBe('[\n{"a":9007199254740993,"b":[9007199254740993]}\n]\n');
  });

  it("tells nothing from an empty text, and writes lists as JSON", () => {
    expect(csv({ a: "", b: [1, "x"], c: true }, { c: false })).toBe('a,b,c\r\n"","[1,""x""]",true\r\n,,false\r\n');
  });

  it("leaves alone what a spreadsheet would make a formula of: it is the value", () => {
    expect(csv({ a: "=1+1", b: "-5" })).toBe("a,b\r\n=1+1,-5\r\n");
  });
});

describe("a table as JSON", () => {
  it("is an array of objects with all columns in order", () => {
    const rows = [
      { b: 1, c: "ü" },
      { a: [1], b: 2 },
    ];
    const text = jsonOf(columnsOf(["a", "b", "c"], rows), rows);
    expect(JSON.parse(text)).toEqual([
      { a: null, b: 1, c: "ü" },
      { a: [1], b: 2, c: null },
    ]);
    expect(text.split("\n")[1]).toBe('{"a":null,"b":1,"c":"ü"},');
  });

  it("is an empty array without rows", () => {
    expect(JSON.parse(jsonOf([], []))).toEqual([]);
  });
});
