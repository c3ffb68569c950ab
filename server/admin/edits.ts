import { type Response, Router } from "express";
import { z } from "zod";
import { decodeInvocationId } from "../../sdk/protocol/index.ts";
import type { EditedResult, EditRefusal } from "../engine/index.ts";
import type { ErrorCode } from "../error-codes/index.ts";
import { ServerError } from "../errors.ts";
import { answerDurably, badField, methodsOf, readBody, readQuery, requireJson } from "./answers.ts";
import type { AdminParts } from "./parts.ts";

const U32_MAX = 2 ** 32 - 1;

const index = z
  .string()
  .regex(/^\d+$/, "not the index of an entry")
  .refine((digits) => Number(digits) <= U32_MAX, "too big");
const flag = z.enum(["true", "false"]).optional();

/** `DELETE /restate-lite/invocations/{id}/journal`. */
const dropQuery = z.object({ after: index, signals: z.enum(["keep", "drop"]).optional(), dry_run: flag });

/** `PUT /restate-lite/invocations/{id}/journal/{index}/result`: one of these. */
const resultBody = z.union([
  z.strictObject({ value: z.string() }),
  z.strictObject({ value_base64: z.base64() }),
  z.strictObject({ failure: z.strictObject({ code: z.int().min(1).max(65_535), message: z.string() }) }),
  z.strictObject({ state_keys: z.array(z.string()) }),
  z.strictObject({ void: z.literal(true) }),
]);

const BODY_WANTED =
  'The body is one of {"value": TEXT}, {"value_base64": BASE64}, {"failure": {"code": NUMBER, "message": TEXT}}, {"state_keys": [TEXT, …]}, {"void": true}.';

/**
 * Beyond the real API, below `/restate-lite/invocations`: the journal of a paused invocation is changed.
 *
 * - `PUT /{id}/journal/{index}/result`: another result for an entry, or the first one.
 * - `DELETE /{id}/journal?after={index}`: what is behind an entry is dropped (`signals=drop`: later signals too;
 *   `dry_run=true`: says only what it would do).
 *
 * Refusals have a stable `code`: RL_NOT_PAUSED, RL_NO_ENTRY, RL_NO_RESULT, RL_WRONG_RESULT, RL_NOTHING_TO_DROP.
 */
export function editRoutes({ engine, turns }: Pick<AdminParts, "engine" | "turns">): Router {
  const router = Router();

  router.put("/:id/journal/:index/result", requireJson, (request, response) => {
    const { id, index: place } = request.params as { id: string; index: string };
    checkId(id);
    const entry = index.safeParse(place);
    if (!entry.success) throw badField("index", entry.error.issues[0]?.message ?? "bad format");
    const result = resultOf(request.body);
    answerDurably(
      turns,
      response,
      () => engine.setResult(id, Number(place), result),
      (edit) => {
        if (edit.kind === "edited") response.json({ detached: edit.detached });
        else refuse(response, id, edit);
      },
    );
  });

  router.delete("/:id/journal", (request, response) => {
    const id = String(request.params.id);
    checkId(id);
    const { after, signals, dry_run } = readQuery(dropQuery, request.query);
    const options = { after: Number(after), keepsSignals: signals !== "drop", isDryRun: dry_run === "true" };
    answerDurably(
      turns,
      response,
      () => engine.dropAfter(id, options),
      (drop) => {
        if (drop.kind !== "dropped") {
          refuse(response, id, drop);
          return;
        }
        response.json({
          dry_run: options.isDryRun,
          entries: drop.entries,
          entry_count: drop.entryCount,
          signal_count: drop.signalCount,
          detached: drop.detached,
          promises: drop.promises,
          restored_keys: drop.restoredKeys,
          changed_keys: drop.changedKeys,
          cleared_all: drop.hasClearedAll,
          journal_length: drop.journalLength,
        });
      },
    );
  });

  router.all("/:id/journal/:index/result", methodsOf("PUT"));
  router.all("/:id/journal", methodsOf("DELETE"));
  return router;
}

function resultOf(body: unknown): EditedResult {
  if (!resultBody.safeParse(body).success) throw new ServerError(422, "RL_BAD_BODY", BODY_WANTED);
  const given = readBody(resultBody, body);
  if ("value" in given) return { kind: "value", value: Buffer.from(given.value) };
  if ("value_base64" in given) return { kind: "value", value: Buffer.from(given.value_base64, "base64") };
  if ("failure" in given) return { kind: "failure", failure: given.failure };
  if ("state_keys" in given) return { kind: "state_keys", keys: keysOf(given.state_keys) };
  return { kind: "void" };
}

/** Names as they are stored, in UTF-8. A key of the state is there once, or not. */
function keysOf(names: readonly string[]): Buffer[] {
  const known = new Set<string>();
  return names.map((name, index) => {
    const problem = LONE_SURROGATE.test(name)
      ? "is no text in Unicode"
      : known.has(name)
        ? "is there twice"
        : undefined;
    if (problem !== undefined) {
      throw new ServerError(422, "RL_BAD_BODY", `state_keys[${index}], ${JSON.stringify(name)}, ${problem}.`);
    }
    known.add(name);
    return Buffer.from(name);
  });
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function checkId(id: string): void {
  if (decodeInvocationId(id) === undefined) throw badField("invocation_id", "bad format");
}

/** As the errors of the real API, with the code that they have here. */
function refuse(response: Response, id: string, refusal: EditRefusal): void {
  const { status, code, message } = refusalOf(id, refusal);
  response.status(status).json({ message, restate_code: null, code });
}

function refusalOf(id: string, refusal: EditRefusal): { status: number; code: ErrorCode; message: string } {
  switch (refusal.kind) {
    case "unknown":
      return { status: 404, code: "RL_UNKNOWN_INVOCATION", message: `The requested invocation '${id}' does not exist` };
    case "not-paused":
      return {
        status: 409,
        code: "RL_NOT_PAUSED",
        message: `The journal of '${id}' can be edited only while it is paused. Pause it first.`,
      };
    case "no-entry":
      return {
        status: 404,
        code: "RL_NO_ENTRY",
        message: `The journal of '${id}' has no such entry: it has ${refusal.journalLength}, counted from 0.`,
      };
    case "no-result":
      return {
        status: 400,
        code: "RL_NO_RESULT",
        message: `An entry of type ${refusal.entryType} has no result that could be edited. Name one that waits for something.`,
      };
    case "wrong-result":
      return {
        status: 400,
        code: "RL_WRONG_RESULT",
        message: `The result of an entry of type ${refusal.entryType} can be: ${refusal.kinds.join(", ")}.`,
      };
    case "nothing-behind":
      return {
        status: 409,
        code: "RL_NOTHING_TO_DROP",
        message: `Nothing of the journal of '${id}' would be dropped: behind that entry are only results that stay.`,
      };
  }
}
