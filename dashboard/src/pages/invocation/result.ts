import type { NewResult } from "../../api/edits.ts";
import type { StoredBody } from "./entry-bodies.ts";
import type { Entry } from "./journal.ts";
import { partsOf } from "./parts.ts";

export type ResultKind = "value" | "failure" | "void";

/** What the result of an entry can be; the server says the same of each type of entry. */
const KINDS: Readonly<Record<string, readonly ResultKind[]>> = {
  Run: ["value", "failure"],
  Call: ["value", "failure"],
  Signal: ["value", "failure"],
  Sleep: ["void"],
  GetLazyState: ["value", "void"],
  GetEagerState: ["value", "void"],
  GetPromise: ["value", "failure"],
  PeekPromise: ["value", "failure", "void"],
  CompletePromise: ["void", "failure"],
  AttachInvocation: ["value", "failure"],
  GetInvocationOutput: ["value", "failure", "void"],
};

export const resultKinds = ({ type }: Entry): readonly ResultKind[] => KINDS[type] ?? [];

/** What the form begins with. */
export interface ResultDraft {
  readonly kind: ResultKind;
  readonly text: string;
  readonly code: string;
  readonly message: string;
  /** The value there is is no text, so it cannot be edited as one. */
  readonly isBinary: boolean;
}

/** The result that is stored, for a form. */
export function draftOf(entry: Entry, bodies: readonly StoredBody[]): ResultDraft {
  const kinds = resultKinds(entry);
  const blank = { text: "", code: "500", message: "", isBinary: false };
  const carrier = bodies.find(({ index }) => index === (entry.completedBy ?? entry.index));
  const parts = partsOf(carrier?.entry_json);
  const failure = parts.find((part) => part.kind === "failure");
  if (failure !== undefined) {
    return { ...blank, kind: "failure", code: String(failure.code), message: failure.message };
  }
  const value = parts.find((part) => part.kind === "bytes" && (part.name === "Result" || part.name === "Value"));
  if (value?.kind !== "bytes") {
    return { ...blank, kind: entry.isPending ? (kinds[0] ?? "void") : kinds.includes("void") ? "void" : "value" };
  }
  try {
    return { ...blank, kind: "value", text: new TextDecoder("utf-8", { fatal: true }).decode(value.bytes) };
  } catch {
    return { ...blank, kind: "value", isBinary: true };
  }
}

/** What the form says; `undefined` when it cannot be sent. */
export function resultOf({ kind, text, code, message }: ResultDraft): NewResult | undefined {
  if (kind === "value") return { value: text };
  if (kind === "void") return { void: true };
  const number = Number(code);
  return Number.isInteger(number) && number >= 1 && number <= 65_535
    ? { failure: { code: number, message } }
    : undefined;
}

/** SDKs write JSON; another text is possible, but the handler might not read it. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
