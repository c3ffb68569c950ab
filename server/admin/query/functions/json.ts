import { text } from "../terms.ts";
import type { SqlType } from "../types.ts";
import { type Definition, list, MANY } from "./definition.ts";

/** `json_get*(json, key or index, …)`; ours are called with the kind of result first. */
function json(kind: string, type: SqlType): Definition {
  return {
    arity: [1, MANY],
    translate: (args) => ({ sql: `rl_json(${text(kind)}, ${list(args)})`, type }),
  };
}

/** State, entries of journals and events are JSON in texts: the real server adds these functions to DataFusion for them. */
export const JSON_FUNCTIONS: Readonly<Record<string, Definition>> = {
  json_get: json("any", "Utf8"),
  json_get_json: json("json", "Utf8"),
  json_get_str: json("str", "Utf8"),
  json_get_int: json("int", "Int64"),
  json_get_float: json("float", "Float64"),
  json_get_bool: json("bool", "Boolean"),
  json_as_text: json("text", "Utf8"),
  json_contains: json("contains", "Boolean"),
  json_length: json("length", "UInt64"),
  json_object_keys: json("keys", "List(Utf8)"),
  json_keys: json("keys", "List(Utf8)"),
};
