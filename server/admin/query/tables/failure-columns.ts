import { messageTypeName } from "../../../../sdk/protocol/index.ts";
import type { AttemptFailure } from "../../../engine/types.ts";

/** Names of the codes that the real server gives one. */
const CODES: Readonly<Record<number, string>> = {
  400: "Bad request",
  404: "Not found",
  408: "Gone",
  409: "Conflict",
  500: "Internal",
  570: "Journal mismatch",
  571: "Protocol violation",
};

/** One of the `last_failure…` columns. `what` is what follows that name, empty for the text itself. */
export function failureColumn(json: string, what: string): string | number | null {
  const failure = JSON.parse(json) as AttemptFailure;
  switch (what) {
    case "": {
      const name = CODES[failure.code];
      const text = `[${failure.code}${name === undefined ? "" : ` ${name}`}] ${failure.message}`;
      return failure.stacktrace === undefined || failure.stacktrace === "" ? text : `${text}\n${failure.stacktrace}`;
    }
    case "error_code":
      return failure.restateCode ?? null;
    case "related_command_index":
      return failure.relatedCommandIndex ?? null;
    case "related_command_name":
      return failure.relatedCommandName ?? null;
    case "related_command_type":
      return failure.relatedCommandType === undefined
        ? null
        : messageTypeName(failure.relatedCommandType).replace(/Command$/, "");
    default:
      // `related_entry_…`: of service protocols before v5.
      return null;
  }
}
