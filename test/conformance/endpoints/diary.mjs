// What a test sees of a handler besides its answers, over the IPC channel of the process: a diary that handlers write
// into, and gates at which they wait. Neither passes through the server under test.
const lines = new Map();
const gates = new Map();

/** Writes a line into the diary under `key` and returns how many there are now. */
export function note(key, line) {
  const known = lines.get(key) ?? [];
  lines.set(key, known);
  return known.push(line);
}

/** How many lines the diary has under `key`. */
export function noted(key) {
  return lines.get(key)?.length ?? 0;
}

function gate(name) {
  if (!gates.has(name)) gates.set(name, Promise.withResolvers());
  return gates.get(name);
}

/** Resolves when the test has opened the gate of that name. */
export function passed(name) {
  return gate(name).promise;
}

/** Opens a gate from within. */
export function openGate(name) {
  gate(name).resolve();
}

process.on("message", ({ number, diary, open }) => {
  if (diary !== undefined) process.send({ reply: number, value: lines.get(diary) ?? [] });
  if (open !== undefined) {
    openGate(open);
    process.send({ reply: number, value: true });
  }
});
