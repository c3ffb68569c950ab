import { z } from "zod";

/**
 * An object whose keys are names that somebody else chose. `z.record` takes one with the name `constructor` for no
 * object and leaves `__proto__` out; here names are data, and the result has no prototype that one could reach.
 */
export function named<V extends z.ZodType>(name: z.ZodString, value: V, description = ""): z.ZodRecord<z.ZodString, V> {
  // Described first: that makes a copy, which would not know what follows.
  const schema = description === "" ? z.record(name, value) : z.record(name, value).describe(description);
  schema._zod.parse = (payload) => {
    const input: unknown = payload.value;
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      payload.issues.push({ code: "invalid_type", expected: "record", input, inst: schema });
      return payload;
    }
    const values: Record<string, unknown> = Object.create(null);
    for (const [key, given] of Object.entries(input)) {
      const parsed = { name: name.safeParse(key), value: value.safeParse(given) };
      for (const [what, result] of Object.entries(parsed)) {
        for (const issue of result.error?.issues ?? []) {
          const message = what === "name" ? "Invalid key in record" : issue.message;
          payload.issues.push({ code: "custom", path: [key, ...issue.path], message, input: given, inst: schema });
        }
      }
      values[key] = parsed.value.data;
    }
    payload.value = values as never;
    return payload;
  };
  schema._zod.run = schema._zod.parse;
  return schema;
}
