/** What JSON cannot hold. */
export interface Unserializable {
  /** Such as `a BigInt at cart.items[3].price`. */
  readonly text: string;
}

const MAX_DEPTH = 500;

/** Finds what `JSON.stringify` stumbles over. Undefined when it is neither a BigInt nor a cycle, or lies too deep. */
export function findUnserializable(value: unknown): Unserializable | undefined {
  return find(value, "", []);
}

function found(what: string, path: string): Unserializable {
  return { text: path === "" ? `it is ${what}` : `there is ${what} at ${path}` };
}

function find(value: unknown, path: string, ancestors: unknown[]): Unserializable | undefined {
  if (typeof value === "bigint") {
    return found("a BigInt", path);
  }
  if (typeof value !== "object" || value === null || "toJSON" in value || ancestors.length > MAX_DEPTH) {
    return undefined;
  }
  if (ancestors.includes(value)) {
    return found("a reference back to an object that contains it", path);
  }
  ancestors.push(value);
  for (const [key, child] of Object.entries(value)) {
    const problem = find(child, Array.isArray(value) ? `${path}[${key}]` : memberPath(path, key), ancestors);
    if (problem !== undefined) {
      return problem;
    }
  }
  ancestors.pop();
  return undefined;
}

function memberPath(path: string, key: string): string {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)) {
    return `${path}[${JSON.stringify(key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
}
