import { describe, expect, it } from "vitest";
import { draftProblems, firstDraft } from "./draft.ts";
import { bodyOf, bytesOf, formValue, hexOf, type Input, inMode, inputProblem, utf8 } from "./input.ts";

const input: Input = { mode: "json", text: '{"a":1}', hex: "", hexOf: undefined, contentType: "" };

describe("an input of the playground", () => {
  it("is the same one in every mode", () => {
    for (const mode of ["form", "json", "text", "bytes"] as const) {
      expect(bodyOf(inMode(input, mode))).toEqual(utf8('{"a":1}'));
    }
    const broken = { ...input, text: '{"a":' };
    expect(inMode(inMode(inMode(broken, "form"), "text"), "json").text).toBe('{"a":');
    const typed = { ...inMode(input, "bytes"), hex: hexOf(utf8("ü")), hexOf: undefined };
    expect(inMode(typed, "text").text).toBe("ü");
  });

  it("keeps bytes that are no text until the text is changed", () => {
    const bytes: Input = { ...inMode(input, "bytes"), hex: "ff 00" };
    const text = inMode(bytes, "text");
    expect(text.text).toBe('{"a":1}');
    expect(inMode(text, "bytes").hex).toBe("ff 00");
    expect(inMode({ ...text, text: "A" }, "bytes").hex).toBe("41");
  });

  it("reads bytes as people write them, and says when it cannot", () => {
    expect(bytesOf("0x48,65 6C\n6c6f")).toEqual(utf8("Hello"));
    expect(bytesOf("")).toEqual(new Uint8Array());
    expect(bytesOf("4")).toBeUndefined();
    expect(inputProblem({ ...input, mode: "bytes", hex: "zz" })).toContain("pairs");
    expect(inputProblem(input)).toBeUndefined();
  });

  it("goes into a form only when the form would not change it", () => {
    expect(formValue('{"a":[1,-2.5,"12345678901234567890"]}')).toEqual({
      value: { a: [1, -2.5, "12345678901234567890"] },
    });
    expect(formValue(" ")).toEqual({ value: undefined });
    expect(formValue("{")).toHaveProperty("problem");
    expect(formValue('{"a":12345678901234567890}')).toHaveProperty("problem");
  });
});

describe("what a handler's playground starts with", () => {
  it("is what the handler says that it takes", () => {
    const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    expect(firstDraft({ name: "h", input_json_schema: schema, input_description: "JSON object" })).toMatchObject({
      ...{ mode: "form", text: '{\n  "a": ""\n}', contentType: "" },
    });
    expect(firstDraft({ name: "h", input_description: "*/*" })).toMatchObject({ mode: "json", text: "" });
    expect(firstDraft({ name: "h", input_description: "text/plain" })).toMatchObject({ mode: "text", contentType: "" });
    expect(firstDraft({ name: "h", input_description: "application/proto" })).toMatchObject({
      ...{ mode: "bytes", contentType: "application/proto" },
    });
  });

  it("says by field what keeps it from being sent", () => {
    const draft = firstDraft({ name: "h" });
    expect(draftProblems(draft, { ty: "Service" })).toEqual({});
    const wrong = { ...draft, key: "..", delay: "soon", scope: "a b", headers: "x" };
    expect(Object.keys(draftProblems(wrong, { ty: "VirtualObject" }))).toEqual(["key", "delay", "scope", "headers"]);
  });
});
