import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { modifyState, registerDeployment } from "./admin/bodies.ts";
import { named } from "./named.ts";

const name = fc.oneof(
  fc.constantFrom("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype", ""),
  fc.string(),
);
const json = (names: readonly string[], value: unknown) =>
  Object.fromEntries(names.map((one) => [one, value])) as Record<string, unknown>;

it("takes every name for a name, and reaches no prototype by it", () => {
  const texts = named(z.string(), z.string()).optional();
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const parsed = texts.parse(JSON.parse(JSON.stringify(json(names, "v")))) ?? {};
      expect(Object.keys(parsed).sort()).toEqual([...names].sort());
      expect(Object.values(parsed)).toEqual(names.map(() => "v"));
      expect(Object.getPrototypeOf(parsed)).toBe(null);
    }),
  );
});

it("state and metadata that clients send have such names; a header of such a name is one", () => {
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const text = JSON.stringify({ object_key: "k", new_state: json(names, [1]) });
      expect(Object.keys(modifyState.parse(JSON.parse(text)).new_state).sort()).toEqual([...names].sort());
      const body = JSON.stringify({ uri: "http://a", metadata: json(names, "v") });
      expect(Object.keys(registerDeployment.parse(JSON.parse(body)).metadata ?? {}).sort()).toEqual([...names].sort());
    }),
  );
  const headers = JSON.parse('{"__proto__":"a","constructor":"b"}');
  const parsed = registerDeployment.parse({ uri: "http://a", additional_headers: headers }).additional_headers ?? {};
  expect(Object.entries(parsed)).toEqual(Object.entries(headers));
});

it("refuses what is no object, a bad name and a bad value, and says where", () => {
  const lower = named(z.string().regex(/^[a-z]*$/), z.number());
  for (const bad of [[], null, 1, "x"]) expect(lower.safeParse(bad).error?.issues[0]?.message).toContain("record");
  expect(lower.safeParse({ A: 1 }).error?.issues[0]).toMatchObject({ path: ["A"], message: "Invalid key in record" });
  expect(lower.safeParse({ a: "1" }).error?.issues[0]).toMatchObject({ path: ["a"] });
});
