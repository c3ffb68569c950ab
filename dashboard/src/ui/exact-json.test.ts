import { expect, it } from "vitest";
import { isJson, parseJson, stringifyJson } from "./exact-json.ts";

// That long numbers stay exact is seen in the browser (test/dashboard/visits.test.ts): Node 20 does not tell their source.
it("reads JSON as JSON.parse does", () => {
  const text = '{"a":[1,-2.5,1e3,"12345678901234567890",null,true],"n":9007199254740991}';
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(() => parseJson("12345678901234567890 1")).toThrow(SyntaxError);
  expect([isJson("{}"), isJson("{")]).toEqual([true, false]);
});

it("writes JSON as JSON.stringify does, and long numbers with all their digits", () => {
  const value = { a: [1, -2.5, 'ü"', null, true], b: {}, "": [] };
  expect(stringifyJson(value)).toBe(JSON.stringify(value));
  expect(stringifyJson({ n: [9007199254740993n] })).toBe('{"n":[9007199254740993]}');
  expect(stringifyJson(undefined)).toBe("null");
});
