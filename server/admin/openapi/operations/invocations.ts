import * as queries from "../../queries.ts";
import * as responses from "../responses.ts";
import { BAD_REQUEST, CONFLICT, NOT_FOUND, type Operation, problem } from "./operation.ts";

export function invocationOperations(): Operation[] {
  const path = "/invocations/{invocation_id}";
  const action = (name: string, id: string, summary: string, more: Partial<Operation> = {}): Operation => ({
    method: "patch",
    path: `${path}/${name}`,
    tag: "invocation",
    id,
    summary,
    ...more,
    answers: {
      200: { description: "Done" },
      ...more.answers,
      400: BAD_REQUEST[400],
      ...NOT_FOUND,
      ...CONFLICT,
    },
  });
  const later = { 202: { description: "It ends when its code has noticed" } };
  const notBegun = { 425: problem("It has not begun") };
  return [
    {
      method: "delete",
      path,
      tag: "invocation",
      id: "delete_invocation",
      summary: "Cancel, kill or purge an invocation, whether or not there is one",
      query: queries.deleteInvocationQuery,
      isDeprecated: true,
      answers: { 202: { description: "Accepted" }, 400: BAD_REQUEST[400] },
    },
    action("cancel", "cancel_invocation", "Cancel an invocation", { answers: later }),
    action("kill", "kill_invocation", "End an invocation without running its code"),
    action("pause", "pause_invocation", "Stop an invocation until it is resumed", {
      answers: { 202: { description: "Its running attempt is over: the SDK is asked to suspend" } },
    }),
    action("resume", "resume_invocation", "Let an invocation go on", {
      query: queries.resumeQuery,
      answers: notBegun,
    }),
    action("restart-as-new", "restart_as_new_invocation", "Make a new invocation out of a completed one", {
      query: queries.restartQuery,
      answers: {
        200: { description: "Restarted", schema: responses.restarted },
        410: problem("Its journal is gone"),
        422: problem("It belongs to a workflow"),
        ...notBegun,
      },
    }),
    action("purge", "purge_invocation", "Forget a completed invocation"),
    action("purge-journal", "purge_journal", "Forget the journal of a completed invocation"),
  ];
}
