import type { Session } from "./session.ts";

const text = (value: string) => [["", value]] as const;

/** `kv` and `state`. */
export const state: Session = {
  title: "state",
  async run(terminal) {
    const { stand } = terminal;
    const isUnordered = true;
    const full = { a: "1", b: '"two"', c: '{"three":[3]}' };
    await stand.post("Counter/kv/fill", { a: 1, b: "two", c: { three: [3] } }, { "idempotency-key": "filled" });
    await stand.untilState("Counter", "kv", full);
    await terminal.type("state get Counter kv", [], { isUnordered });
    await terminal.type("kv get Counter kv --plain");
    await terminal.type("kv get Counter kv --plain --binary");
    await terminal.type("kv get Counter nothing");
    await terminal.type("kv get Counter nothing --plain");
    await terminal.type("kv get Flow waiting");
    await terminal.type("kv get Unknown kv");

    await terminal.type("state edit Counter kv --yes", [], { isUnordered, edits: [["\\b1\\b", "11"]] });
    await stand.untilState("Counter", "kv", { ...full, a: "11" });
    await terminal.type("kv get Counter kv --plain");
    await terminal.type("state edit Counter kv --yes --force", [], { isUnordered, edits: text('{"a": 12, "d": [4]}') });
    await stand.untilState("Counter", "kv", { a: "12", d: "[4]" });
    await terminal.type("state edit Counter kv --yes", [], { isUnordered, edits: [] });
    await terminal.type("state edit Counter kv --yes", [], { isUnordered, edits: text("{not json") });
    await terminal.type("state edit Counter kv", [], { isUnordered, edits: text('{"a": 13}') });
    await terminal.type("state edit Counter kv", [], { isUnordered, edits: text('{"a": 13}'), stdin: "yes\n" });
    await terminal.type("state edit Counter new --yes", [], { isUnordered, edits: text('{"made": "here"}') });
    await stand.untilState("Counter", "new", { made: '"here"' });
    await terminal.type("kv edit Counter new --yes --binary", [], {
      isUnordered,
      edits: text('{"made": "ImluIGJpbmFyeSI="}'),
    });
    await stand.untilState("Counter", "new", { made: '"in binary"' });
    await terminal.type("kv edit Unknown key --yes", [], { isUnordered, edits: text('{"a": 1}') });
    await terminal.type("kv edit Greeter key --yes", [], { isUnordered, edits: text('{"a": 1}') });

    const patch = (value: unknown) => ["--patch", JSON.stringify(value)];
    await terminal.type("state patch Counter kv --yes", patch([{ op: "replace", path: "/a", value: 20 }]), {
      isUnordered,
    });
    await stand.untilState("Counter", "kv", { a: "20", d: "[4]" });
    await terminal.type("state patch Counter kv --yes", patch([{ op: "remove", path: "/d" }]), { isUnordered });
    await stand.untilState("Counter", "kv", { a: "20" });
    await terminal.type("state patch Counter kv --yes --force", patch([{ op: "add", path: "/e", value: { f: 1 } }]), {
      isUnordered,
    });
    await stand.untilState("Counter", "kv", { a: "20", e: '{"f":1}' });
    await terminal.type("kv patch Counter kv --yes", patch([{ op: "remove", path: "/unknown" }]), { isUnordered });
    await terminal.type("kv patch Counter kv --yes", ["--patch", "not json"], { isUnordered });
    await terminal.type("kv patch Counter kv", patch([{ op: "replace", path: "/a", value: 21 }]), { isUnordered });
    await terminal.type("kv patch Unknown kv --yes", patch([{ op: "add", path: "/a", value: 1 }]), { isUnordered });

    await terminal.type("state clear Counter/kv", [], { isUnordered });
    await terminal.type("state clear Counter/kv --yes", [], { isUnordered });
    await stand.untilState("Counter", "kv", {});
    await terminal.type("kv get Counter kv --plain");
    await terminal.type("state clear Counter/nothing --yes", [], { isUnordered });
    await terminal.type("state clear Unknown --yes", [], { isUnordered });
    await stand.post("Counter/one/fill", { a: 1 }, { "idempotency-key": "one filled" });
    await stand.post("Counter/two/fill", { b: 2, c: 3 }, { "idempotency-key": "two filled" });
    await stand.untilState("Counter", "two", { b: "2", c: "3" });
    await terminal.type("kv clear Counter --yes --force", [], { isUnordered });
    for (const key of ["a", "one", "two", "new"]) await stand.untilState("Counter", key, {});
  },
};
