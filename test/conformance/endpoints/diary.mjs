// What a test sees of a handler besides its answers, over the IPC channel of the process: a diary that handlers write
// into, and gates at which they wait. Neither passes through the server under test. Where the handlers run inside of
// the server, DIARY_FILE keeps the diary when the test kills both.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

const { DIARY_FILE } = process.env;
const lines = new Map();
const gates = new Map();

if (DIARY_FILE !== undefined && existsSync(DIARY_FILE)) {
  for (const kept of readFileSync(DIARY_FILE, "utf8").split("\n").slice(0, -1)) write(...JSON.parse(kept));
}

function write(key, line) {
  const known = lines.get(key) ?? [];
  lines.set(key, known);
  return known.push(line);
}

/** Writes a line into the diary under `key` and returns how many there are now. */
export function note(key, line) {
  if (DIARY_FILE !== undefined) appendFileSync(DIARY_FILE, `${JSON.stringify([key, line])}\n`);
  return write(key, line);
}

/** How many lines the diary has under `key`. */
export function noted(key) {
  return lines.get(key)?.length ?? 0;
}

function gate(name) {
  if (!gates.has(name)) {
    let open;
    const passed = new Promise((resolve) => {
      open = resolve;
    });
    gates.set(name, { passed, open });
  }
  return gates.get(name);
}

/** Resolves when the test has opened the gate of that name. */
export function passed(name) {
  return gate(name).passed;
}

/** Opens a gate from within. */
export function openGate(name) {
  gate(name).open();
}

process.on("message", ({ number, diary, open }) => {
  if (diary !== undefined) process.send({ reply: number, value: lines.get(diary) ?? [] });
  if (open !== undefined) {
    openGate(open);
    process.send({ reply: number, value: true });
  }
});
