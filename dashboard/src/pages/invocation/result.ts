import type { NewResult } from "../../api/edits.ts";
import type { StoredBody } from "./entry-bodies.ts";
import type { Entry } from "./journal.ts";
import { partsOf } from "./parts.ts";

export type ResultKind = "value" | "failure" | "keys" | "void";

/** What the result of an entry can be; the server says the same of each type of entry. */
const KINDS: Readonly<Record<string, readonly ResultKind[]>> = {
  Run: ["value", "failure"],
  Call: ["value", "failure"],
  Signal: ["value", "failure"],
  Sleep: ["void"],
  GetLazyState: ["value", "void"],
  GetEagerState: ["value", "void"],
  GetLazyStateKeys: ["keys"],
  GetEagerStateKeys: ["keys"],
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
  /** The value; of names of keys, their list in JSON. */
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
  const names = parts.find((part) => part.kind === "names");
  if (names !== undefined || kinds[0] === "keys") {
    return { ...blank, kind: "keys", text: JSON.stringify(names?.names ?? []) };
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
  if (kind === "keys") {
    const keys = keysOf(text);
    return typeof keys === "string" ? undefined : { state_keys: keys };
  }
  const number = Number(code);
  return Number.isInteger(number) && number >= 1 && number <= 65_535
    ? { failure: { code: number, message } }
    : undefined;
}

const KEYS_WANTED = 'Names of keys are written as a list of texts in JSON: ["balance", "owner"].';

/** The names that are typed; or what is wrong with them, in words. */
export function keysOf(text: string): readonly string[] | string {
  let typed: unknown;
  try {
    typed = JSON.parse(text);
  } catch {
    return KEYS_WANTED;
  }
  if (!Array.isArray(typed) || !typed.every((name) => typeof name === "string")) return KEYS_WANTED;
  const twice = typed.find((name, index) => typed.indexOf(name) < index);
  return twice === undefined ? typed : `${JSON.stringify(twice)} is there twice: name each key once.`;
}
