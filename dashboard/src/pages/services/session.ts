import { useState } from "react";

const PREFIX = "restate-lite/playground/";

/** A state that is there again when somebody comes back in the same session of the browser. */
export function useSession<T extends object>(name: string, initial: () => T): [T, (next: T) => void] {
  const [value, setValue] = useState<T>(() => ({ ...initial(), ...read<T>(name) }));
  return [
    value,
    (next) => {
      setValue(next);
      write(name, next);
    },
  ];
}

function read<T>(name: string): T | undefined {
  try {
    const text = sessionStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full: then it is there for as long as the page is.
  }
}
