import { messageTypeName } from "../../sdk/protocol/index.ts";
import type { AttemptFailure } from "./types.ts";

/** A failure as `sys_journal_events` shows it; the names are the real server's. */
function failureFields(failure: AttemptFailure) {
  const { relatedCommandType: type } = failure;
  return {
    error_code: failure.code,
    error_message: failure.message,
    ...(failure.stacktrace === undefined || failure.stacktrace === "" ? {} : { error_stacktrace: failure.stacktrace }),
    ...(failure.restateCode === undefined ? {} : { restate_doc_error_code: failure.restateCode }),
    ...(failure.relatedCommandIndex === undefined ? {} : { related_command_index: failure.relatedCommandIndex }),
    ...(failure.relatedCommandName === undefined ? {} : { related_command_name: failure.relatedCommandName }),
    ...(type === undefined ? {} : { related_command_type: messageTypeName(type).replace(/Command$/, "") }),
  };
}

/** An attempt failed and another one follows. */
export function transientErrorEvent(failure: AttemptFailure): string {
  return JSON.stringify({ ty: "TransientError", ...failureFields(failure) });
}

/** The last attempt failed, and somebody has to resume the invocation. */
export function pausedEvent(failure: AttemptFailure): string {
  return JSON.stringify({ ty: "Paused", last_failure: failureFields(failure) });
}
