/** What the server and its query process say to each other. `isSpent`: it should not be asked again. */

import type { ErrorCode } from "../../../error-codes/index.ts";
import type { Format } from "../answers/index.ts";
import type { Moment } from "../tables/index.ts";

export interface Ask extends Moment {
  readonly kind: "ask";
  readonly query: string;
  readonly format: Format;
  readonly limits: { readonly rows: number; readonly bytes: number; readonly memoryBytes: number };
  /** A copy of a database that is in the server's memory only. */
  readonly image: Uint8Array | undefined;
}

export type ToChild = Ask | { readonly kind: "more" };

export type FromChild =
  | { readonly kind: "ready" }
  /** The whole answer is there and nothing of the database is in use any more; `bytes` of it follow on request. */
  | { readonly kind: "answer"; readonly bytes: number }
  | { readonly kind: "chunk"; readonly bytes: Uint8Array; readonly isLast: boolean; readonly isSpent: boolean }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly message: string;
      readonly code: ErrorCode | undefined;
      readonly isSpent: boolean;
    };
