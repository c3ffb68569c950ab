/** Query parameters: read with these schemas, and documented from them at `/openapi`. */
import { z } from "zod";

const U32_MAX = 2 ** 32 - 1;

const flag = z.enum(["true", "false"]).optional();

export const deleteDeploymentQuery = z.object({
  force: flag.describe("`true`: whatever still runs on it. Without it nothing is removed (501)."),
});

export const deleteInvocationQuery = z.object({
  mode: z.enum(["Cancel", "cancel", "Kill", "kill", "Purge", "purge"]).optional().describe("The default is `cancel`."),
});

const deployment = z.string().optional().describe("`latest`, `keep` (where it was) or the id of a deployment.");

export const resumeQuery = z.object({ deployment });

export const restartQuery = z.object({
  from: z
    .string()
    .regex(/^\d+$/)
    .refine((digits) => Number(digits) <= U32_MAX, "too big")
    .optional()
    .describe(
      "Index of the last journal entry that is kept, with the results of all commands up to it. The default 0 keeps " +
        "the input alone.",
    ),
  deployment: deployment.describe("With `from`: `latest` (the default), `keep` or the id of a deployment."),
});

export const kafkaClusterQuery = z.object({
  include_subscriptions: flag.describe("`true`: with the subscriptions to its topics."),
});

export const deleteKafkaClusterQuery = z.object({
  force: flag.describe("`true`: also when there are subscriptions to its topics."),
});

export const subscriptionsQuery = z.object({
  sink: z.string().optional().describe("Only those with exactly this sink."),
  source: z.string().optional().describe("Only those with exactly this source."),
});
