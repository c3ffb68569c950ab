/** What clients send as JSON: read with these schemas, and documented from them at `/openapi`. */
import { z } from "zod";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import { durationMs } from "../config/index.ts";
import { named } from "../named.ts";
import { normalLimitPattern } from "../registry/index.ts";

const U32_MAX = 2 ** 32 - 1;

const text = (description = "") => named(z.string(), z.string(), description);

/** Names are tokens (RFC 9110), values have no control characters: they become headers of requests to the endpoint. */
const headers = named(z.string().regex(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/i), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))
  .nullish()
  .describe("Headers of every request to the endpoint.");

const httpVersion = z
  .boolean()
  .describe("`true`: the endpoint is asked over HTTP/1.1, and its attempts are request and response.");

const dryRun = z.boolean().optional().describe("`true`: says what would be registered, and changes nothing.");

const URI_LIMIT_CHARACTERS = 65_534;

/**
 * What restate-server 1.7.12 reads as a URI, absolute or not: a host behind `scheme://`, in ASCII; otherwise a path, or
 * nothing but a host.
 */
function isUri(text: string): boolean {
  if (text.length > URI_LIMIT_CHARACTERS || !/^[!-;=?-_a-~\u0080-\uffff]+$/.test(text)) return false;
  const authority = /^[^/?#]*:\/\/([^/?#]*)/.exec(text)?.[1];
  if (authority !== undefined)
    return /^[\x21-\x7e]+$/.test(authority) && /^[^[\]]*(\[[^[\]]*\][^[\]]*)?$/.test(authority);
  return text.startsWith("/") || /^[^/?#\\:]+(:[^/?#\\:]*)?$/.test(text);
}

const uri = z.string().refine(isUri, "not a URI");

/** `auth` of a deployment, which is not offered and so in no document. */
export const googleAuth = z.object({
  GoogleIdToken: z.object({
    audience: z.string().nullish(),
    impersonate_service_account: z.string().nullish(),
  }),
});

/** `POST /deployments`. */
export const registerDeployment = z
  .object({
    uri: uri.describe("Where the endpoint answers; may have a path."),
    additional_headers: headers,
    breaking: z.boolean().optional().describe("`true`: a service may change its type."),
    dry_run: dryRun,
    force: z
      .boolean()
      .nullish()
      .describe("`true`: what was registered at this address is replaced. The default is `true` under `/v2` only."),
    metadata: text().optional().describe("Kept and shown, without meaning to the server."),
    use_http_11: httpVersion.optional(),
  })
  .meta({ id: "RegisterDeploymentRequest" });

/** `PATCH /deployments/{id}` and, under `/v2`, `PUT`. */
export const updateDeployment = z
  .object({
    uri: uri.nullish().describe("Where the endpoint answers from now on."),
    additional_headers: headers,
    dry_run: dryRun,
    overwrite: z
      .boolean()
      .optional()
      .describe("`true`: what the endpoint serves now replaces what was registered, whatever it breaks."),
    use_http_11: httpVersion.nullish(),
  })
  .meta({ id: "UpdateDeploymentRequest" });

/** Durations such as `1m 30s` or `PT10S`; months and years have no length. */
const duration = z.string().transform((value, context) => {
  try {
    return durationMs(value);
  } catch {
    context.addIssue({ code: "custom", message: `"${value}" is not a duration like "1m 30s"` });
    return z.NEVER;
  }
});

function optionalDuration(description: string) {
  return duration.nullish().describe(description);
}

/** `PATCH /services/{service}`. */
export const modifyService = z
  .object({
    public: z.boolean().nullish().describe("Whether the ingress invokes it."),
    idempotency_retention: optionalDuration("How long the results of invocations with an idempotency key stay."),
    workflow_completion_retention: optionalDuration("How long completed workflows stay. Of workflows only."),
    journal_retention: optionalDuration("How long the journals of completed invocations stay."),
    inactivity_timeout: optionalDuration("After this long without a message an attempt is asked to suspend."),
    abort_timeout: optionalDuration("After this long without having suspended it is cut off."),
  })
  .meta({ id: "ModifyServiceRequest" });

/** `POST /internal/invocations_batch_operations/{operation}`. */
export const invocationBatch = z.object({
  invocation_ids: z.array(z.string().refine((id) => decodeInvocationId(id) !== undefined, "no id of an invocation")),
  deployment: z.string().nullish(),
});

/** `POST /services/{service}/state`. Values are arrays of bytes. */
export const modifyState = z
  .object({
    object_key: z.string().describe("The key of the virtual object or workflow."),
    new_state: named(
      z.string(),
      z.array(z.number().int().min(0).max(255)),
      "The whole state; values are arrays of bytes.",
    ),
    version: z
      .string()
      .nullish()
      .describe("The version that the state has to have when it is replaced; otherwise the change is dropped."),
    scope: z.string().nullish().describe("The scope of the object."),
  })
  .meta({ id: "ModifyServiceStateRequest" });

const limitPattern = z
  .string()
  .transform((value, context) => {
    const pattern = normalLimitPattern(value);
    if (pattern !== undefined) return pattern;
    context.addIssue({
      code: "custom",
      message: `"${value}" is not \`scope\`, \`scope/l1\` or \`scope/l1/l2\`; each part is \`*\` or 1 to 36 of a-z A-Z 0-9 _ . -`,
    });
    return z.NEVER;
  })
  .describe("`scope`, `scope/l1` or `scope/l1/l2`; each part a name or `*`.");

const ruleVersion = z.number().int().min(0).max(U32_MAX);

const precondition = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("none") }),
    z.object({ type: z.literal("does_not_exist") }),
    z.object({ type: z.literal("matches"), version: ruleVersion }),
  ])
  .describe("What the rule has to be for the change; otherwise nothing of the batch is done.")
  .meta({ id: "Precondition" });

const userLimits = z
  .object({
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(U32_MAX)
      .nullish()
      .describe("How many invocations run at a time; without it as many as there are."),
  })
  .meta({ id: "UserLimits" });

/** `PUT /limits/rules`. */
export const upsertRules = z.array(
  z
    .object({
      pattern: limitPattern,
      limits: userLimits.optional(),
      description: z.string().nullish().describe("For people."),
      disabled: z.boolean().optional().describe("`true`: the rule is kept without effect."),
      precondition: precondition.optional(),
    })
    .meta({ id: "UpsertRuleRequest" }),
);

/** `POST /limits/rules/bulk-delete`. */
export const deleteRules = z.array(
  z
    .object({
      pattern: limitPattern,
      expected_version: ruleVersion.nullish().describe("Another version, or no rule at all, refuses the whole batch."),
    })
    .meta({ id: "DeleteRuleRequest" }),
);

/** The characters of the authority of a URI, as which subscriptions name a cluster. */
const clusterName = z
  .string()
  .regex(/^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]]+$/)
  .describe("How subscriptions name the cluster.");

const properties = text(
  "Properties of librdkafka, among them `bootstrap.servers` or `metadata.broker.list`. Secrets are never shown again.",
);

/** `POST /kafka-clusters`. */
export const createKafkaCluster = z.object({ name: clusterName, properties }).meta({ id: "CreateKafkaClusterRequest" });

/** `PATCH /kafka-clusters/{cluster_name}`. */
export const updateKafkaCluster = z.object({ properties }).meta({ id: "UpdateKafkaClusterRequest" });

/** `POST /subscriptions`. */
export const createSubscription = z
  .object({
    source: uri.describe("`kafka://cluster/topic`"),
    sink: uri.describe("`service://service/handler`"),
    options: text().nullish().describe("Properties of librdkafka for this subscription."),
  })
  .meta({ id: "CreateSubscriptionRequest" });
