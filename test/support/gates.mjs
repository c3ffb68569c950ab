/** For endpoints: handlers that hold until somebody opens their gate. */
const gates = new Map();

/** `opened` resolves with what {@link gate} of the same name was opened with. */
export function gate(name) {
  if (!gates.has(name)) {
    let open;
    const opened = new Promise((resolve) => {
      open = resolve;
    });
    gates.set(name, { opened, open, attempts: 0 });
  }
  return gates.get(name);
}

/** Counts one more attempt of a handler, and opens its gate: whoever waits there knows that it was made. */
export function attempt(name) {
  const attempts = gate(name);
  attempts.attempts += 1;
  attempts.open(true);
  return attempts.attempts;
}
