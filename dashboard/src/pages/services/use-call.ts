import { useRef, useState } from "react";
import { quoted, sql } from "../../api/sql.ts";
import { useFeed } from "../../live/use-live.ts";
import { attachUrl, type Call, requestOf } from "./call.ts";

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly tookMs: number;
}

export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "waiting"; readonly what: "call" | "send" | "result" }
  | { readonly kind: "answer"; readonly of: "call" | "send" | "result"; readonly answer: Answer }
  | { readonly kind: "stopped" }
  | { readonly kind: "unreachable"; readonly message: string };

export interface CallInFlight {
  readonly outcome: Outcome;
  /** As soon as it is known: of a call, before its answer. */
  readonly invocationId: string | undefined;
  /** Calls or sends. @returns the status of the answer, `undefined` when there was none */
  run(
    ingress: string,
    call: Call,
  ): Promise<{ readonly status: number; readonly invocationId: string | undefined } | undefined>;
  /** Waits for the result of what was sent. */
  attach(ingress: string): Promise<void>;
  /** Stops waiting. The invocation goes on. */
  stop(): void;
}

/** A call over the ingress, as any client would make it. */
export function useCall(): CallInFlight {
  const [outcome, setOutcome] = useState<Outcome>({ kind: "none" });
  const [invocationId, setInvocationId] = useState<string>();
  const abort = useRef(new AbortController());
  const traceId = useRef<string | undefined>(undefined);

  /** A call answers when it has ended. Until then its invocation is found by the trace that the request has named. */
  const look = async (): Promise<void> => {
    const wanted = traceId.current;
    if (wanted === undefined) return;
    const [found] = await sql<{ id: string }>(
      `SELECT id FROM sys_invocation WHERE trace_id = ${quoted(wanted)} AND invoked_by = 'ingress' LIMIT 1`,
    ).catch(() => []);
    if (found === undefined || traceId.current !== wanted) return;
    traceId.current = undefined;
    setInvocationId(found.id);
  };
  const lookup = useRef<"idle" | "looking" | "again">("idle");
  useFeed(() => {
    if (traceId.current === undefined) return;
    if (lookup.current !== "idle") {
      lookup.current = "again";
      return;
    }
    void (async () => {
      do {
        lookup.current = "looking";
        await look();
      } while ((lookup.current as string) === "again");
      lookup.current = "idle";
    })();
  });

  async function ask(what: "call" | "send" | "result", url: string, init: RequestInit): Promise<Answer | undefined> {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setOutcome({ kind: "waiting", what });
    const startedAt = performance.now();
    try {
      const response = await fetch(url, { ...init, signal });
      const body = new Uint8Array(await response.arrayBuffer());
      const answer = {
        ...{ status: response.status, body, tookMs: performance.now() - startedAt },
        headers: [...response.headers.entries()],
      };
      setOutcome({ kind: "answer", of: what, answer });
      return answer;
    } catch {
      const message = `The ingress at ${new URL(url).origin} does not answer. Is it where the server says it is (advertised_address of the ingress)?`;
      setOutcome(signal.aborted ? { kind: "stopped" } : { kind: "unreachable", message });
      return undefined;
    }
  }

  return {
    outcome,
    invocationId,
    run: async (ingress, call) => {
      const { url, headers, body } = requestOf(ingress, call);
      const traceparent = headers.traceparent ?? newTraceparent();
      traceId.current = call.isSend ? undefined : /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1];
      setInvocationId(undefined);
      const answer = await ask(call.isSend ? "send" : "call", url, {
        method: "POST",
        headers: call.isSend ? headers : { ...headers, traceparent },
        ...(body === undefined ? {} : { body: new Blob([body as Uint8Array<ArrayBuffer>]) }),
      });
      if (answer === undefined) return undefined;
      traceId.current = undefined;
      const id = answer.headers.find(([name]) => name === "x-restate-id")?.[1] ?? idIn(answer.body);
      if (id !== undefined) setInvocationId(id);
      return { status: answer.status, invocationId: id };
    },
    attach: async (ingress) => {
      if (invocationId !== undefined) await ask("result", attachUrl(ingress, invocationId), {});
    },
    stop: () => abort.current.abort(),
  };
}

function newTraceparent(): string {
  const hex = (length: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `00-${hex(16)}-${hex(8)}-00`;
}

/** A send is answered with the id in its body. */
function idIn(bytes: Uint8Array): string | undefined {
  return /"invocationId"\s*:\s*"(inv_\w+)"/.exec(new TextDecoder().decode(bytes))?.[1];
}
