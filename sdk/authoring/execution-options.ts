import { type Any, type Serde, serde, type TerminalError } from "../core/index.ts";
import type { HandlerOptions } from "./handler.ts";
import type { HooksProvider } from "./hooks.ts";
import type { ServiceOptions } from "./options.ts";

/** The options that concern the execution of a handler, once those of all levels are merged. */
export interface ExecutionOptions {
  readonly defaultSerde: Serde<Any>;
  readonly asTerminalError?: ((error: Any) => TerminalError | undefined) | undefined;
  /** From the outermost to the innermost. Absent rather than empty. */
  readonly hooks?: readonly HooksProvider[] | undefined;
  readonly explicitCancellation?: boolean | undefined;
  readonly onJournalMismatchErrors?: "retry" | "pause" | "fail" | undefined;
}

/**
 * A handler's option goes before its service's. Hooks add up.
 *
 * @param service the service's options, with the endpoint's defaults for those it does not have
 */
export function executionOptions(service: ServiceOptions, handler: HandlerOptions): ExecutionOptions {
  const hooks = [...(service.hooks ?? []), ...(handler.hooks ?? [])];
  return {
    defaultSerde: handler.serde ?? service.serde ?? serde.json,
    asTerminalError: handler.asTerminalError ?? service.asTerminalError,
    hooks: hooks.length === 0 ? undefined : hooks,
    explicitCancellation: handler.explicitCancellation ?? service.explicitCancellation,
    onJournalMismatchErrors: handler.onJournalMismatchErrors ?? service.onJournalMismatchErrors,
  };
}
