import { Router } from "express";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import { answerDurably, badField, methodsOf } from "./answers.ts";
import type { AdminParts } from "./parts.ts";

/** `/vqueues`: pausing and resuming a virtual queue. What an unknown one would be called is accepted, too. */
export function vqueueRoutes({ pausedQueues, turns }: AdminParts): Router {
  const router = Router();
  for (const action of ["pause", "resume"] as const) {
    router.post(`/:vqueue/${action}`, (request, response) => {
      const id = String(request.params.vqueue);
      checkQueueId(id);
      answerDurably(
        turns,
        response,
        () => pausedQueues[action](id),
        () => response.status(202).end(),
      );
    });
    router.all(`/:vqueue/${action}`, methodsOf("POST"));
  }
  return router;
}

/** Behind the prefix the id of a queue is built as that of an invocation. */
function checkQueueId(id: string): void {
  if (!id.startsWith("vq_")) throw badField("vqueue_id", "bad format");
  if (decodeInvocationId(id.replace("vq_", "inv_")) === undefined) throw badField("vqueue_id", "bad length");
}
