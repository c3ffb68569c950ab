import { expect, it } from "vitest";
import { parseJson } from "./exact-json.ts";

// That long numbers stay exact is seen in the browser (test/dashboard/visits.test.ts): Node 20 does not tell their source.
it("reads JSON as JSON.parse does", () => {
  const text = '{"a":[1,-2.5,1e3,"12345678901234567890",null,true],"n":9007199254740991}';
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(() => parseJson("12345678901234567890 1")).toThrow(SyntaxError);
});
