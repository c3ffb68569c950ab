import type { Hooks, HooksProvider, Request } from "../authoring/index.ts";

type HandlerInterceptor = NonNullable<NonNullable<Hooks["interceptor"]>["handler"]>;
type RunInterceptor = NonNullable<NonNullable<Hooks["interceptor"]>["run"]>;

/** The hooks of one attempt, composed: the first one is the outermost. Absent when no hook intercepts. */
export interface Interceptors {
  readonly handler: HandlerInterceptor | undefined;
  readonly run: RunInterceptor | undefined;
}

/** By this key hooks of the official companion packages find out whether the handler replays. */
const IS_PROCESSING = Symbol.for("@restatedev/restate-sdk/hooks.isProcessing");

/** @throws whatever a provider throws; it counts as thrown by the handler */
export function interceptorsOf(
  providers: readonly HooksProvider[],
  request: Request,
  isProcessing: () => boolean,
): Interceptors {
  const hooks = providers.map((provider) => {
    const hookContext = { request };
    Object.defineProperty(hookContext, IS_PROCESSING, { value: isProcessing, enumerable: false });
    return provider(hookContext);
  });
  return {
    handler: composed(hooks.map((hook) => hook.interceptor?.handler)),
    run: composedRun(hooks.map((hook) => hook.interceptor?.run)),
  };
}

function composed(all: readonly (HandlerInterceptor | undefined)[]): HandlerInterceptor | undefined {
  return all
    .filter(isPresent)
    .reduceRight<HandlerInterceptor | undefined>(
      (inner, outer) => (inner === undefined ? outer : (next) => outer(() => inner(next))),
      undefined,
    );
}

function composedRun(all: readonly (RunInterceptor | undefined)[]): RunInterceptor | undefined {
  return all
    .filter(isPresent)
    .reduceRight<RunInterceptor | undefined>(
      (inner, outer) => (inner === undefined ? outer : (name, next) => outer(name, () => inner(name, next))),
      undefined,
    );
}

function isPresent<T>(value: T | undefined | null): value is T {
  return value !== undefined && value !== null;
}
