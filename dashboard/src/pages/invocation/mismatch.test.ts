import { describe, expect, it } from "vitest";
import type { Entry } from "./journal.ts";
import { marked, mismatchOf } from "./mismatch.ts";

const entry = (commandIndex: number, type: string, name?: string) =>
  ({ kind: "entry", index: commandIndex, commandIndex, type, name }) as Entry;
const ENTRIES = [entry(0, "Input"), entry(1, "Run", "charge"), entry(2, "Sleep")];

const failed = (message: string, more: { commandIndex?: number; commandName?: string; commandType?: string } = {}) => ({
  ...{ message, stacktrace: undefined, commandIndex: undefined, commandName: undefined, commandType: undefined },
  ...more,
});

describe("a journal mismatch has two sides", () => {
  it("in the words of the bundled SDK", () => {
    const advice = "A handler must take the same steps on every attempt.";
    const other = `The journal does not match the handler: at command 1, the journal has 'run 'charge'', the handler tries to sleep. ${advice}`;
    expect(mismatchOf(failed(other), ENTRIES)).toEqual({
      ...{ command: 1, recorded: "run 'charge'", attempted: "sleep", differences: [] },
    });
    const fields =
      `The journal does not match the handler: at command 1, the journal has 'run 'charge'', the handler tries to run 'refund'. ${advice}\n` +
      "They differ in:\n - name: 'charge' in the journal, 'refund' now";
    expect(mismatchOf(failed(fields), ENTRIES)).toMatchObject({
      attempted: "run 'refund'",
      differences: [{ label: "name", recorded: "'charge'", attempted: "'refund'" }],
    });
    const wait = `The journal does not match the handler: command 2 of the journal is 'sleep', but before it the handler waits for results that the journal does not have: run 'charge'. ${advice}`;
    expect(mismatchOf(failed(wait), ENTRIES)).toMatchObject({
      ...{ command: 2, recorded: "sleep" },
      attempted: "waits for results that the journal does not have: run 'charge'",
    });
  });

  it("in the words of the core that the official SDKs share", () => {
    const start =
      "(570) Found a mismatch between the code paths taken during the previous execution and the paths taken during this execution.\n" +
      "This typically happens when some parts of the code are non-deterministic.\n";
    // In whatever order it names them: the journal has the run.
    for (const [first, second] of [
      ["run", "sleep"],
      ["sleep", "run"],
    ]) {
      const types = `${start} - The previous execution ran and recorded the following: '${first}' (index '1')\n - The current execution attempts to perform the following: '${second}'`;
      expect(mismatchOf(failed(types), ENTRIES)).toMatchObject({
        command: 1,
        recorded: "Run charge",
        attempted: "sleep",
      });
    }
    const fields = `${start}- The mismatch happened while executing 'call command' (index '1')\n- Difference:\n   service_name: 'Old' != 'New'`;
    const call = { commandType: "Call", commandName: "" };
    expect(mismatchOf(failed(fields, call), ENTRIES)).toMatchObject({
      ...{ command: 1, recorded: "Run charge", attempted: "Call" },
      differences: [{ label: "service_name", recorded: "'Old'", attempted: "'New'" }],
    });
    const wait = `${start}'await' could not be replayed. This usually means the code was mutated adding an 'await' without registering a new service revision.\nNotifications awaited on this await point:\n - completion id 3`;
    expect(mismatchOf(failed(wait, { commandIndex: 2 }), ENTRIES)).toMatchObject({
      ...{ command: 2, recorded: "Sleep", attempted: "an await that is not in the journal: completion id 3" },
    });
  });

  it("out of the journal and the error's command when the words are unknown", () => {
    const more = { commandIndex: 1, commandType: "Sleep", commandName: "nap" };
    expect(mismatchOf(failed("?", more), ENTRIES)).toMatchObject({ recorded: "Run charge", attempted: "Sleep nap" });
    expect(mismatchOf(failed("?", { commandIndex: 9 }), ENTRIES)).toMatchObject({
      ...{ recorded: "nothing: it ends before", attempted: "something else" },
    });
  });
});

it("marks what differs between two texts", () => {
  expect(marked("run 'charge'", "run 'refund'")).toEqual(["run '", "charge", "'"]);
  expect(marked("a", "a")).toEqual(["a", "", ""]);
  expect(marked("Run the card", "Run the customer")).toEqual(["Run the ", "card", ""]);
  expect(marked("aa", "a")).toEqual(["", "aa", ""]);
  expect(marked("", "x")).toEqual(["", "", ""]);
});
