import { Router } from "express";
import type { LimitRule, LimitRuleUpsert, Precondition } from "../registry/index.ts";
import { answerDurably, methodsOf, readBody, requireJson } from "./answers.ts";
import { deleteRules, upsertRules } from "./bodies.ts";
import type { AdminParts } from "./parts.ts";

/** `/limits`: how many invocations of a scope or a limit key run at a time. */
export function limitRoutes({ limitRules, turns }: AdminParts): Router {
  const router = Router();

  router.put("/rules", requireJson, (request, response) => {
    const batch = readBody(upsertRules, request.body).map(
      ({ pattern, limits, description, disabled, precondition }): LimitRuleUpsert => ({
        pattern,
        concurrency: limits?.concurrency ?? undefined,
        description: description ?? undefined,
        isDisabled: disabled ?? false,
        precondition: preconditionOf(precondition),
      }),
    );
    answerDurably(
      turns,
      response,
      () => limitRules.upsert(batch),
      (rules) => response.json(rules.map(ruleJson)),
    );
  });

  router.post("/rules/bulk-delete", requireJson, (request, response) => {
    const batch = readBody(deleteRules, request.body).map(({ pattern, expected_version }) => ({
      pattern,
      expectedVersion: expected_version ?? undefined,
    }));
    answerDurably(
      turns,
      response,
      () => limitRules.remove(batch),
      (patterns) => response.json(patterns),
    );
  });

  router.all("/rules", methodsOf("PUT"));
  router.all("/rules/bulk-delete", methodsOf("POST"));

  return router;
}

type PreconditionJson = NonNullable<(typeof upsertRules)["_output"][number]["precondition"]>;

function preconditionOf(json: PreconditionJson | undefined): Precondition {
  switch (json?.type) {
    case "matches":
      return { kind: "version", version: json.version };
    case "does_not_exist":
      return { kind: "absent" };
    default:
      return { kind: "none" };
  }
}

function ruleJson(rule: LimitRule) {
  return {
    pattern: rule.pattern,
    limits: rule.concurrency === undefined ? {} : { concurrency: rule.concurrency },
    ...(rule.description === undefined ? {} : { description: rule.description }),
    disabled: rule.isDisabled,
    version: rule.version,
    last_modified_millis_since_epoch: rule.modifiedAtMs,
  };
}
