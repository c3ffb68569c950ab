import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { claimsAbout } from "./assignability.ts";
import { complaintsAbout, programOf } from "./compiler.ts";
import { type Entry, entries } from "./entries.ts";

const directory = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");

/** Members that must not go missing unnoticed: what the test below takes away, one from each type. */
const taken = {
  ServiceOptions: "asTerminalError",
  ObjectOptions: "explicitCancellation",
  WorkflowOptions: "onJournalMismatchErrors",
  EndpointOptions: "defaultServiceOptions",
  NodeEndpointOptions: "bidirectional",
  DefaultServiceOptions: "hooks",
  Request: "attemptHeaders",
  LogMetadata: "context",
  RetryPolicy: "onMaxAttempts",
  ClientCallOptions: "limitKey",
  ClientSendOptions: "delay",
  RunOptions: "maxRetryDuration",
  GenericCall: "idempotencyKey",
  ServiceHandlerOpts: "setOutputContentTypeIfEmpty",
  Context: "scope",
  TerminalError: "metadata",
} as const;

const generic: Readonly<Record<string, number>> = {
  ClientCallOptions: 2,
  ClientSendOptions: 1,
  RunOptions: 1,
  GenericCall: 2,
  ServiceHandlerOpts: 2,
};

/** Our SDK, but for those members. */
function impaired({ ours }: Entry): string {
  const lines = Object.entries(taken).map(([name, member]) => {
    const parameters = ["A", "B"].slice(0, generic[name] ?? 0).join(", ");
    const list = parameters === "" ? "" : `<${parameters}>`;
    return `export type ${name}${list} = Omit<whole.${name}${list}, "${member}">;`;
  });
  const from = JSON.stringify(ours);
  return [`import type * as whole from ${from};`, `export type * from ${from};`, ...lines].join("\n");
}

test("an option, a member of a context or of an error that is missing is seen", () => {
  const entry = entries[0] as Entry;
  const file = `${directory}/impaired.ts`;
  const module = { [file]: impaired(entry) };
  const given: Entry = { ...entry, ours: file };
  const claims = claimsAbout(programOf([entry.declarations], module), given, directory);
  const complaints = complaintsAbout(programOf([], { ...module, ...claims.virtual }), [claims.file]);
  const refuted = complaints.map(({ line }) => claims.byLine.get(line));
  for (const name of Object.keys(taken)) {
    const label = generic[name] === undefined ? name : `${name}<…>`;
    expect(refuted).toContainEqual({ name: label, what: "same keys" });
  }
});

test("a value that an option no longer takes is seen", () => {
  const entry = entries[0] as Entry;
  const file = `${directory}/narrowed.ts`;
  const from = JSON.stringify(entry.ours);
  const module = {
    [file]: [
      `import type * as whole from ${from};`,
      `export type * from ${from};`,
      `export type ServiceOptions = Omit<whole.ServiceOptions, "onJournalMismatchErrors"> & {`,
      `  onJournalMismatchErrors?: "retry" | "pause";`,
      "};",
    ].join("\n"),
  };
  const claims = claimsAbout(programOf([entry.declarations], module), { ...entry, ours: file }, directory);
  const complaints = complaintsAbout(programOf([], { ...module, ...claims.virtual }), [claims.file]);
  const refuted = complaints.map(({ line }) => claims.byLine.get(line));
  expect(refuted).toContainEqual({ name: "ServiceOptions", what: "official fits where ours is asked for" });
  expect(refuted).not.toContainEqual({ name: "ServiceOptions", what: "ours fits where official is asked for" });
});
