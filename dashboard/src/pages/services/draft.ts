import type { Handler, Service } from "../../api/registry.ts";
import { DURATION_HINT, durationMs } from "../../ui/duration.ts";
import { headerProblem, headersOf } from "../../ui/headers.ts";
import { type Call, keyProblem, limitKeyProblem, scopeProblem } from "./call.ts";
import { bodyOf, CONTENT_TYPES, type Input, inputProblem } from "./input.ts";
import { exampleOf } from "./schema.ts";

/** All that somebody has typed for a handler. */
export interface Draft extends Input {
  readonly key: string;
  readonly idempotencyKey: string;
  readonly delay: string;
  readonly scope: string;
  readonly limitKey: string;
  readonly headers: string;
}

export function hasSchema(handler: Handler): boolean {
  return handler.input_json_schema !== undefined && handler.input_json_schema !== null;
}

/** What there is to start from: an example of the schema, or what the handler says that it takes. */
export function firstDraft(handler: Handler): Draft {
  const { input_json_schema: schema, input_description: takes = "" } = handler;
  const isMime = /^[\w.+-]+\/[\w.+-]+$/.test(takes);
  const isJson = !isMime || /\bjson$/.test(takes);
  const mode = hasSchema(handler) ? "form" : isJson ? "json" : takes.startsWith("text/") ? "text" : "bytes";
  return {
    mode,
    text: hasSchema(handler) ? JSON.stringify(exampleOf(schema), null, 2) : "",
    ...{ hex: "", hexOf: undefined, key: "", idempotencyKey: "", delay: "", scope: "", limitKey: "", headers: "" },
    contentType: isMime && takes !== CONTENT_TYPES[mode] ? takes : "",
  };
}

export type DraftProblems = { readonly [name in keyof Draft | "handler"]?: string };

/** What keeps the call from being made, by field. */
export function draftProblems(draft: Draft, service: Pick<Service, "ty">): DraftProblems {
  const { key, delay, scope, limitKey, headers } = draft;
  const found = {
    key: service.ty === "Service" ? undefined : keyProblem(key),
    delay: delay === "" || durationMs(delay) !== undefined ? undefined : DURATION_HINT,
    scope: scopeProblem(scope),
    limitKey: limitKeyProblem(limitKey, scope),
    headers: headerProblem(headers),
    hex: inputProblem(draft),
  };
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== undefined));
}

export function callOf(draft: Draft, service: Service, handler: Handler, isSend: boolean): Call {
  const { key, idempotencyKey, delay, scope, limitKey } = draft;
  return {
    ...{ service, handler, key, idempotencyKey, delay: delay.trim(), scope, limitKey, isSend },
    body: bodyOf(draft) ?? new Uint8Array(),
    contentType: draft.contentType === "" ? CONTENT_TYPES[draft.mode] : draft.contentType,
    headers: headersOf(draft.headers),
  };
}
