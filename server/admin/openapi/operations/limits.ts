import type { ZodType } from "zod";
import * as bodies from "../../bodies.ts";
import * as responses from "../responses.ts";
import { BAD_REQUEST, CONFLICT, type Operation, problem } from "./operation.ts";

export function limitOperations(): Operation[] {
  const answers = (description: string, schema: ZodType) => ({
    200: { description, schema },
    ...CONFLICT,
    422: problem("The body has another shape, or there would be too many rules"),
  });
  const queue = (name: "pause" | "resume", summary: string): Operation => ({
    method: "post",
    path: `/vqueues/{vqueue_id}/${name}`,
    tag: "vqueue",
    id: `${name}_vqueue`,
    summary,
    answers: { 202: { description: "Accepted" }, 400: BAD_REQUEST[400] },
  });
  return [
    {
      method: "put",
      path: "/limits/rules",
      tag: "rule",
      id: "upsert_rules",
      summary: "Make or replace rules, all or none",
      body: bodies.upsertRules,
      answers: answers("The rules as they are now", responses.rules),
    },
    {
      method: "post",
      path: "/limits/rules/bulk-delete",
      tag: "rule",
      id: "bulk_delete_rules",
      summary: "Delete rules, all or none",
      body: bodies.deleteRules,
      answers: answers("The patterns of the rules that were there", responses.patterns),
    },
    queue("pause", "Stop a virtual queue"),
    queue("resume", "Let a virtual queue go on"),
  ];
}
