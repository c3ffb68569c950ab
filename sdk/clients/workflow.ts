import type { Output, WorkflowSubmission } from "./client-types.ts";
import { type Component, invocationOf, proxyOf } from "./component.ts";
import { type Connection, mergeHeaders } from "./connection.ts";
import { HttpCallError } from "./errors.ts";
import { call, outputOf, segment, send } from "./invocation.ts";
import { type AnyOpts, checkCallOptions, takeApart } from "./options.ts";

/** How the ingress says "not yet" to a request for an output. */
const NOT_READY = 470;

/**
 * The client of one workflow: its handlers, and the operations on its run.
 * reason for `T`: the type of a client is computed from the type of its definition; the object is the same for all.
 */
export function workflowClient<T>(connection: Connection, component: Component): T {
  const own = {
    workflowSubmit: async (...args: unknown[]): Promise<WorkflowSubmission<unknown>> => {
      // The workflow's key makes it run once, so asking again does no harm.
      const { invocationId, status } = await send(connection, invocationOf(component, "run", args), true);
      return { invocationId, status, attachable: true };
    },

    workflowAttach: async (...args: unknown[]): Promise<unknown> => observe(connection, component, "attach", args),

    workflowOutput: async (...args: unknown[]): Promise<Output<unknown>> => {
      try {
        return { ready: true, result: await observe(connection, component, "output", args) };
      } catch (error) {
        if (!(error instanceof HttpCallError) || error.status !== NOT_READY) throw error;
        return {
          ready: false,
          get result(): never {
            throw new Error(
              `${component.service} has no output yet: look at \`ready\` first, or await workflowAttach()`,
            );
          },
        };
      }
    },
  };
  return proxyOf(component, (invocation) => call(connection, invocation), own) as T;
}

async function observe(
  connection: Connection,
  component: Component,
  operation: "attach" | "output",
  args: readonly unknown[],
): Promise<unknown> {
  const what = `${operation} ${component.service}`;
  const options = onlyOptions(args, what);
  const { timeout, signal, output } = options?.opts ?? {};
  const answer = await connection.send({
    what,
    ...referenceTo(connection, component, operation),
    timeout,
    signal,
    isRepeatable: true,
    isCounted: true,
  });
  return outputOf(connection, answer, output ?? component.contract?.run?._outputSerde, what);
}

/** These operations have no input. */
function onlyOptions(args: readonly unknown[], what: string): AnyOpts | undefined {
  const { parameter, options } = takeApart(args, what);
  if (parameter !== undefined) throw new TypeError(`${what} takes options only, made by rpc.opts({ … })`);
  checkCallOptions(options, "call", what);
  return options;
}

/** The path of a workflow's run has no room for a scope; the body of the newer route has. */
function referenceTo(connection: Connection, { service, key = "", scope }: Component, operation: "attach" | "output") {
  if (!scope) {
    const path = `/restate/workflow/${segment(service)}/${segment(key)}/${operation}`;
    return { method: "GET", path, headers: { ...connection.headers } } as const;
  }
  return {
    method: "POST",
    path: `/restate/${operation}`,
    headers: mergeHeaders(connection.headers, { "Content-Type": "application/json" }),
    body: JSON.stringify({ target: "workflow", workflowName: service, workflowKey: key, scope }),
  } as const;
}
