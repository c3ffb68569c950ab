import * as official from "@restatedev/restate-sdk-clients";
import * as ours from "../../sdk/clients/index.ts";

/** What a suite takes as parameter. */
export type ClientModule = typeof official;

/** The clients that every suite runs with: the official one proves that a test asks for what it does. */
export const clients: readonly (readonly [name: "official" | "ours", client: ClientModule])[] = [
  ["official", official],
  // reason: for a definition that is still open (`serviceClient<D>`) the compiler cannot compare two packages' types; for
  // definite ones `types.test.ts` does.
  ["ours", ours as unknown as ClientModule],
];
