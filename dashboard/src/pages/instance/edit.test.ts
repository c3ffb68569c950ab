import { afterEach, describe, expect, it, vi } from "vitest";
import { clearing, conflictsOf, difference, edit, editedEntries, overwriting } from "./edit.ts";

const state = (named: Record<string, string>) => Object.entries(named).map(([name, value]) => ({ name, value }));

describe("edits of a state", () => {
  it("leave alone what they do not name", () => {
    const edits = [
      { name: "a", was: "1", now: "2" },
      { name: "b", was: "1", now: undefined },
      { name: "new", was: undefined, now: "3" },
    ];
    expect(editedEntries(state({ a: "1", b: "1", c: "other" }), edits)).toEqual(
      state({ a: "2", c: "other", new: "3" }),
    );
  });

  it("conflict with what has changed since it was seen: another value, one that is gone, one that is new", () => {
    const edits = [
      { name: "same", was: "1", now: "2" },
      { name: "other", was: "1", now: "2" },
      { name: "gone", was: "1", now: "2" },
      { name: "appeared", was: undefined, now: "2" },
      { name: "done", was: "1", now: "2" },
    ];
    expect(conflictsOf(state({ same: "1", other: "theirs", appeared: "theirs", done: "2" }), edits)).toEqual([
      { name: "other", was: "1", now: "2", is: "theirs" },
      { name: "gone", was: "1", now: "2", is: undefined },
      { name: "appeared", was: undefined, now: "2", is: "theirs" },
    ]);
  });

  it("are told by what they set and what they remove", () => {
    expect(difference(state({ a: "1", b: "1", c: "1" }), state({ a: "1", b: "2", d: "1" }))).toEqual({
      ...{ set: ["b", "d"], removed: ["c"] },
    });
  });

  it("are all made when the conflicts have been seen, over what was seen of them only", () => {
    const edits = clearing(state({ a: "1", b: "1" }));
    const now = state({ a: "1", b: "theirs" });
    const again = overwriting(edits, conflictsOf(now, edits));
    expect(editedEntries(now, again)).toEqual([]);
    expect(conflictsOf(now, again)).toEqual([]);
    expect(conflictsOf(state({ a: "1", b: "later" }), again)).toHaveLength(1);
  });

  it("clear what was seen", () => {
    expect(editedEntries(state({ a: "1", b: "2" }), clearing(state({ a: "1", b: "2" })))).toEqual([]);
  });
});

describe("writing an edit", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** A server whose state somebody else changes before each of the first writes. */
  function serve(before: readonly Record<string, string>[], then: Record<string, string>) {
    let version = 0;
    const written: unknown[] = [];
    const reads = [...before, then];
    vi.stubGlobal("fetch", async (_path: string, { method, body }: { method: string; body?: string }) => {
      if (method === "GET") {
        return Response.json({
          version: String(version),
          entries: state(reads[version] ?? then),
          queue: [],
          waiting: 0,
        });
      }
      if (version < before.length) {
        version++;
        return Response.json({ message: "changed" }, { status: 409 });
      }
      written.push(JSON.parse(body ?? ""));
      return Response.json({ outcome: "applied", version: "x" });
    });
    return written;
  }
  const edits = [{ name: "mine", was: "1", now: "2" }];
  const place = { service: "Cart", key: "k" };

  it("reads again when something else has changed, and keeps that", async () => {
    const written = serve(
      [
        { mine: "1", theirs: "1" },
        { mine: "1", theirs: "2" },
      ],
      { mine: "1", theirs: "3" },
    );
    expect(await edit(place, edits)).toEqual({ outcome: "applied" });
    expect(written).toEqual([{ entries: state({ mine: "2", theirs: "3" }), version: "2" }]);
  });

  it("writes nothing when the same has changed", async () => {
    const written = serve([{ mine: "1" }], { mine: "theirs" });
    expect(await edit(place, edits)).toEqual({
      outcome: "conflict",
      conflicts: [{ name: "mine", was: "1", now: "2", is: "theirs" }],
    });
    expect(written).toEqual([]);
  });

  it("gives up in words when the state never stands still", async () => {
    serve(
      Array.from({ length: 100 }, () => ({ mine: "1" })),
      { mine: "1" },
    );
    await expect(edit(place, edits)).rejects.toThrow("changes faster");
  });

  it("is made on top of changes that wait", async () => {
    const change = { entries: state({ mine: "1", theirs: "2" }), version: "rl1_now", leads_to: "rl1_then" };
    const answers = [
      { version: "rl1_now", entries: state({ mine: "1" }), queue: [{ position: 1, change }], waiting: 0 },
      { outcome: "queued", position: 2 },
    ];
    const sent: unknown[] = [];
    vi.stubGlobal("fetch", async (_path: string, { body }: { body?: string }) => {
      if (body !== undefined) sent.push(JSON.parse(body));
      return Response.json(answers.shift());
    });
    expect(await edit(place, edits)).toMatchObject({ outcome: "queued", position: 2 });
    expect(sent).toEqual([{ entries: state({ mine: "2", theirs: "2" }), version: "rl1_then" }]);
  });
});
