import type { Handler, InputRule } from "../registry/types.ts";
import { IngressError } from "./errors.ts";

/** What holds for a handler whose manifest says nothing about its input (seen on the real server). */
const DEFAULT_RULE: InputRule = { required: false, contentType: "*/*", jsonSchema: undefined };

/**
 * Checks a request against the handler's discovered input rule. The body itself is never looked into: a JSON schema
 * only makes an empty body of a required input unacceptable.
 *
 * @param contentType as sent; `undefined` when the header is absent
 * @throws IngressError 400
 */
export function checkInput(handler: Handler, contentType: string | undefined, bodyBytes: number): void {
  const rule = handler.input ?? DEFAULT_RULE;
  if (rule.contentType === undefined) {
    if (rule.required) throw invalid("the handler's manifest requires an input but gives no content type for it");
    if (contentType !== undefined || bodyBytes > 0) {
      throw invalid("the handler takes no input, so neither a body nor a content-type is allowed");
    }
    return;
  }
  if (contentType === undefined) {
    if (rule.required || bodyBytes > 0) throw invalid("Empty content-type");
    return;
  }
  if (!matches(contentType, rule.contentType)) {
    throw invalid(`Content-type '${contentType}' does not match '${rule.contentType}'`);
  }
  if (rule.required && bodyBytes === 0 && rule.jsonSchema !== undefined) throw invalid("Empty body not allowed");
}

/** Compares with case and without the parameters of the request's type, as the real server does. */
function matches(contentType: string, rule: string): boolean {
  if (contentType === rule || rule === "*/*") return true;
  const semicolon = contentType.indexOf(";");
  const type = semicolon < 0 ? contentType : contentType.slice(0, semicolon).trimEnd();
  return rule.endsWith("/*") ? type.startsWith(rule.slice(0, -1)) : type === rule;
}

function invalid(problem: string): IngressError {
  return new IngressError(400, "RL_INPUT_VALIDATION", `input validation error: ${problem}`);
}
