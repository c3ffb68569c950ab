/** The functions of the views: what a column of theirs reads out of the engine's rows, and out of the registry's. */
import { encodeInvocationId } from "../../../../sdk/protocol/index.ts";
import { isWorkflowRun } from "../../../storage/index.ts";
import { vqueueId, vqueueName } from "../../../vqueue.ts";
import type { FunctionDefiner } from "../sqlite/index.ts";
import { failureColumn } from "./failure-columns.ts";
import {
  awaitJson,
  calleeNotification,
  entryJson,
  entryName,
  entryType,
  notificationPart,
  outputFailure,
} from "./journal-json.ts";
import type { Services } from "./services.ts";

/** @param services those that the query which runs may see */
export function defineViewFunctions(definer: FunctionDefiner, services: () => Services): void {
  definer.defineStrict("rl_id", (id) => (id instanceof Buffer ? encodeInvocationId(id) : null));
  definer.defineStrict("rl_uri", (uri) => {
    const text = String(uri);
    return /^https?:\/\/[^/]+$/.test(text) ? `${text}/` : text;
  });
  definer.defineStrict("rl_trace_id", (parent) => /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(parent))?.[1] ?? null);
  definer.defineStrict("rl_await", (body, what) => awaitJson(body as Buffer, String(what)));
  definer.defineStrict("rl_failure", (json, what) => failureColumn(String(json), String(what)));
  definer.defineStrict("rl_output_failure", (body) => outputFailure(body as Buffer));
  definer.defineStrict("rl_notification", (body, what) => notificationPart(body as Buffer, String(what)));
  definer.defineStrict("rl_entry", (type, body, what) =>
    what === "type" ? entryType(Number(type)) : entryName(Number(type), body as Buffer),
  );
  definer.defineStrict("rl_callee", (type, body) => calleeNotification(Number(type), body as Buffer));
  definer.define("rl_entry_json", (type, body, isLite, callee) =>
    entryJson(Number(type), body as Buffer, isLite === 1, services(), callee as Buffer | null),
  );
  definer.defineStrict("rl_service_type", (service, hasKey) => services().serviceType(String(service), hasKey === 1));
  definer.defineStrict("rl_service_public", (service) => Number(services().isPublic(String(service))));
  definer.define("rl_retention", (what, service, handler, origin, determined, idempotencyKey) => {
    const isRun = isWorkflowRun({ determined: Number(determined), idempotency_key: idempotencyKey as string | null });
    const isKept = idempotencyKey !== null || origin === 0;
    return services().retentionOf(String(service), String(handler), String(what), isRun, isKept);
  });
  definer.define("rl_vqueue", (service, scope, limitKey, key) =>
    vqueueId(vqueueName(String(service), String(scope), limitKey as string | null, key as string | null)),
  );
}
