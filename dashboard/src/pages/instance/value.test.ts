import { describe, expect, it } from "vitest";
import { bestForm, compact, FORMS, pretty, shownAs, toBase64, typedAs } from "./value.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("bytes in a form", () => {
  it.each([
    ["json", '{"a":[1,{}],"b":"x y\\" : {"}'],
    ["json", "12345678901234567890"],
    ["json", "[]"],
    ["text", "no JSON: { é \u0000"],
    ["text", "\ufeffwith a mark"],
    ["json", ""],
  ])("%s is the best for %j", (form, text) => {
    expect(bestForm(bytes(text))).toBe(form);
  });

  it("are the same bytes when they come back, whatever the form", () => {
    const values = [bytes('{"n":12345678901234567890,"x":1e400}'), bytes("é\u0000"), Uint8Array.of(0, 255, 128)];
    for (const value of values) {
      for (const form of FORMS) {
        const text = shownAs(value, form);
        if (text !== undefined) expect([form, typedAs(text, form)]).toEqual([form, value]);
      }
    }
    expect(shownAs(Uint8Array.of(255), "text")).toBeUndefined();
    expect(shownAs(bytes("no JSON"), "json")).toBeUndefined();
    expect(shownAs(Uint8Array.of(255), "hex")).toBe("ff");
  });

  it("are refused with the reason when they are none", () => {
    expect(() => typedAs("0g", "hex")).toThrow("“g” is no hexadecimal digit");
    expect(() => typedAs("0f f", "hex")).toThrow("two hexadecimal digits");
    expect(() => typedAs("*", "base64")).toThrow("no base64");
    expect(() => typedAs("{", "json")).toThrow(/JSON/);
    expect(() => typedAs(" ", "json")).toThrow("Type a value of JSON");
  });

  it("takes base64 of both alphabets, with white space", () => {
    expect(toBase64(typedAs("-_8 =\n", "base64"))).toBe("+/8=");
  });
});

describe("JSON", () => {
  it("is laid out and packed without touching a token", () => {
    const text = '{"a":[1.0,[],{}],"b c":{"d":"e, [f"}}';
    expect(pretty(text)).toBe(
      ["{", '  "a": [', "    1.0,", "    [],", "    {}", "  ],", '  "b c": {', '    "d": "e, [f"', "  }", "}"].join(
        "\n",
      ),
    );
    expect(compact(pretty(text))).toBe(text);
    expect(JSON.parse(pretty(text))).toEqual(JSON.parse(text));
  });
});
