import { isOfficialDefinition } from "../../sdk/authoring/index.ts";
import { type Duration, millisOrDurationToMillis } from "../../sdk/core/index.ts";
import type { TestEnvironmentOptions } from "../options.ts";

type Service = TestEnvironmentOptions["services"][number];
// biome-ignore lint/suspicious/noExplicitAny: reason: a handler of any program, called with what it was called with.
type Handler = (this: unknown, context: any, ...rest: unknown[]) => unknown;

/** As much as is used here of the context of the official SDK. */
interface OfficialContext {
  run<T>(action: () => T): Promise<T>;
  request(): { readonly id: string };
  date: { now(): Promise<number>; toJSON(): Promise<string> };
  sleep(duration: Duration | number, ...rest: unknown[]): unknown;
  genericSend(send: { readonly delay?: Duration | number }): unknown;
}

const KINDS = ["service", "object", "workflow"] as const;

/**
 * Services of the official SDK on a clock of the test. That SDK reads the wall clock: for `ctx.date`, which here is read
 * from the clock, by the same steps; and for the times at which sleeps and delayed sends are due, which are translated
 * when they come to the server. Nothing global is patched: each context gets members of its own.
 */
export class OfficialClock {
  readonly #nowMs: () => number;
  /** By invocation: when what its attempt has asked for is due, by the wall clock → by this one. */
  readonly #due = new Map<string, Map<number, number>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The services on this clock. The program's own definitions stay as they are, as do fetch handlers: nobody sees what they serve. */
  services(services: readonly Service[]): Service[] {
    return services.map((service) => {
      if (typeof service === "function" || !isOfficialDefinition(service)) return service;
      const kind = KINDS.find((each) => Reflect.get(service, each) !== undefined) ?? "service";
      const routes = Object.entries(Reflect.get(service, kind) as Record<string, Handler>);
      return copyWith(service, kind, Object.fromEntries(routes.map(([name, route]) => [name, this.#route(route)])));
    });
  }

  /** When something is due on this clock that an attempt wants at a time of the wall clock. */
  dueMs(invocationId: string, wallMs: number): number {
    return this.#due.get(invocationId)?.get(wallMs) ?? wallMs + this.#nowMs() - Date.now();
  }

  /** The SDK calls the `handler` of what it has put on the function under a symbol of its own. */
  #route(handler: Handler): Handler {
    const route: Handler = function (...args) {
      return handler.apply(this, args);
    };
    for (const key of Object.getOwnPropertySymbols(handler)) {
      const wrapper: unknown = Reflect.get(handler, key);
      const original: unknown = typeof wrapper === "object" && wrapper !== null && Reflect.get(wrapper, "handler");
      if (typeof wrapper !== "object" || wrapper === null || typeof original !== "function") continue;
      const setClock = (context: OfficialContext) => this.#set(context);
      const called: Handler = function (context, ...rest) {
        setClock(context);
        return Reflect.apply(original, this, [context, ...rest]);
      };
      Object.defineProperty(route, key, { value: copyWith(wrapper, "handler", called) });
    }
    return route;
  }

  #set(context: OfficialContext): void {
    const nowMs = this.#nowMs;
    const due = new Map<number, number>();
    this.#due.set(context.request().id, due);
    /** Calls the SDK, which adds the delay to the wall clock at some moment of the call. */
    const asking = <T>(delay: Duration | number | undefined, call: () => T): T => {
      const fromMs = Date.now();
      const asked = call();
      // After the call: a delay that makes no sense is for the SDK to refuse.
      const delayMs = delay === undefined ? 0 : Number(millisOrDurationToMillis(delay));
      const untilMs = delayMs > 0 ? Date.now() : Number.NEGATIVE_INFINITY;
      for (let wallMs = fromMs; wallMs <= untilMs; wallMs++) due.set(wallMs + delayMs, nowMs() + delayMs);
      return asked;
    };
    const { sleep, genericSend } = context;
    context.date = {
      now: () => context.run(() => nowMs()),
      toJSON: () => context.run(() => new Date(nowMs()).toJSON()),
    };
    context.sleep = (duration, ...rest) => asking(duration, () => sleep.call(context, duration, ...rest));
    context.genericSend = (send) => asking(send.delay, () => genericSend.call(context, send));
  }
}

function copyWith<T extends object>(original: T, name: string, value: unknown): T {
  const properties = Object.getOwnPropertyDescriptors(original);
  const changed = { value, writable: true, enumerable: true, configurable: true };
  return Object.create(Object.getPrototypeOf(original) as object, { ...properties, [name]: changed }) as T;
}
