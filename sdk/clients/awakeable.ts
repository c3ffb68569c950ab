import type { Serde } from "../core/index.ts";
import { type Connection, mergeHeaders } from "./connection.ts";
import { inputOf, segment } from "./invocation.ts";

/** Gives a waiting awakeable its value. */
export async function resolveAwakeable(
  connection: Connection,
  id: string,
  value: unknown,
  valueSerde: Serde<unknown> | undefined,
): Promise<void> {
  const what = `resolve awakeable ${id}`;
  const { body, headers } = inputOf(connection, value, valueSerde, what);
  await complete(connection, what, id, "resolve", body, mergeHeaders(connection.headers, headers));
}

/** Lets a waiting awakeable fail. */
export async function rejectAwakeable(connection: Connection, id: string, reason: string): Promise<void> {
  const headers = mergeHeaders({ "Content-Type": "text/plain" }, connection.headers);
  await complete(connection, `reject awakeable ${id}`, id, "reject", reason, headers);
}

/** Never repeated: whether the first request arrived decides how the awakeable ends. */
async function complete(
  connection: Connection,
  what: string,
  id: string,
  operation: "resolve" | "reject",
  body: Uint8Array | string,
  headers: Record<string, string>,
): Promise<void> {
  const path = `/restate/a/${segment(id)}/${operation}`;
  await connection.send({ what, method: "POST", path, headers, body, isRepeatable: false, isCounted: false });
}
