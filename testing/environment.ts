import { connect, type Ingress } from "../sdk/clients/index.ts";
import type { TypedState, UntypedState, VirtualObjectDefinition, WorkflowDefinition } from "../sdk/index.ts";
import type { TestClock } from "./clock/test-clock.ts";
import type { RestateContainer } from "./container.ts";
import { LiteEngine } from "./engines/lite.ts";
import type { TestEngine } from "./engines/types.ts";
import { TestEnvironmentError } from "./errors.ts";
import type { Faults } from "./faults/faults.ts";
import type { InvocationState, TestInvocation } from "./inspect/invocation.ts";
import { type Resolved, resolve, type SkippableTest, type TestEnvironmentOptions } from "./options.ts";
import { StateProxy } from "./state.ts";

/** As much of a started container as has a meaning without one. */
export interface StartedContainer {
  getHost(): string;
  /** @param port 8080 for the ingress, 9070 for the admin API */
  getMappedPort(port: number): number;
  stop(): Promise<void>;
}

/** What only restate-lite has. */
export type LiteFeature = "clock" | "faults" | "inspection";

const WHY: Readonly<Record<LiteFeature, string>> = {
  clock: "a clock that the test moves",
  faults: "fault injection",
  inspection: "journals and attempts to look at",
};

/** Which invocations; absent: all. */
export interface InvocationFilter {
  readonly service?: string;
  readonly handler?: string;
  readonly key?: string;
  readonly status?: InvocationState;
}

/**
 * A server and its services for a test:
 *
 *     await using env = await RestateTestEnvironment.start({ services: [greeter] });
 *     await env.ingress().serviceClient(greeter).greet("Ada");
 *
 * Its interface contains that of `@restatedev/restate-sdk-testcontainers`; there is no container.
 */
export class RestateTestEnvironment {
  readonly #engine: TestEngine;
  /** Options that were given and mean nothing without a container. */
  readonly ignoredOptions: readonly string[];
  #stopped: Promise<void> | undefined;

  private constructor(engine: TestEngine, ignored: readonly string[]) {
    this.#engine = engine;
    this.ignoredOptions = ignored;
  }

  /**
   * Starts a server on free ports and registers the services. By default it runs in this process and keeps everything
   * in memory.
   *
   * @param container as the official environment takes it; see `RestateContainer`
   * @throws TestEnvironmentError for bad options and what is not installed, ServerError or SdkError for services that
   *   cannot be served
   */
  static async start(
    options: TestEnvironmentOptions,
    container?: () => RestateContainer | object,
  ): Promise<RestateTestEnvironment> {
    const resolved = resolve(options, container);
    const { ignored } = resolved;
    if (resolved.engine === "restate-server" && resolved.clock !== "real") {
      options.test?.skip(reasonFor("clock", resolved.engine));
    }
    if (ignored.length > 0) {
      console.info(`restate-lite/testing: there is no container, so these options are ignored: ${ignored.join(", ")}`);
    }
    return new RestateTestEnvironment(await startEngine(resolved), ignored);
  }

  /** Which server this is. */
  get engine(): "restate-lite" | "restate-server" {
    return this.#engine.name;
  }

  /** Where handlers are called: the URL for a client. */
  baseUrl(): string {
    return this.#engine.baseUrl;
  }

  adminAPIBaseUrl(): string {
    return this.#engine.adminUrl;
  }

  /** What tests ask a container for: where it is. There is none; see `baseUrl` and `adminAPIBaseUrl`. */
  get startedRestateContainer(): StartedContainer {
    const urls: Readonly<Record<number, string>> = { 8080: this.baseUrl(), 9070: this.adminAPIBaseUrl() };
    return {
      getHost: () => new URL(this.baseUrl()).hostname,
      getMappedPort: (port) => {
        const url = urls[port];
        if (url !== undefined) return Number(new URL(url).port);
        throw new TestEnvironmentError("RL_TEST_BAD_OPTION", `port ${port} is neither 8080 (ingress) nor 9070 (admin)`);
      },
      stop: () => this.stop(),
    };
  }

  /** A client of `restate-lite/clients` that is connected to this server. */
  ingress(): Ingress {
    return connect({ url: this.baseUrl() });
  }

  /** The state of a virtual object or workflow of one key. */
  stateOf<TState extends TypedState = UntypedState>(
    service: VirtualObjectDefinition<string, unknown> | WorkflowDefinition<string, unknown>,
    key: string,
  ): StateProxy<TState> {
    return new StateProxy<TState>(this.#engine.state, service.name, key);
  }

  /** The clock of the server and of its services. @throws TestEnvironmentError on `restate-server` */
  get clock(): TestClock {
    return this.#engine.clock ?? this.#missing("clock");
  }

  /** Makes things go wrong. @throws TestEnvironmentError on `restate-server` */
  get faults(): Faults {
    return this.#engine.faults ?? this.#missing("faults");
  }

  /** An invocation to look at, by its id or what has one. @throws TestEnvironmentError on `restate-server` */
  invocation(invocation: string | { readonly invocationId: string }): TestInvocation {
    const id = typeof invocation === "string" ? invocation : invocation.invocationId;
    return this.#engine.invocation?.(id) ?? this.#missing("inspection");
  }

  /** The invocations that the server knows, from the first to the last. @throws TestEnvironmentError on `restate-server` */
  invocations({ service, handler, key, status }: InvocationFilter = {}): TestInvocation[] {
    const all = this.#engine.invocations?.() ?? this.#missing("inspection");
    return all.filter(
      (invocation) =>
        (service === undefined || invocation.target.startsWith(`${service}/`)) &&
        (handler === undefined || invocation.target.endsWith(`/${handler}`)) &&
        (key === undefined || invocation.key === key) &&
        (status === undefined || invocation.status === status),
    );
  }

  /** Whether this server has it. */
  has(feature: LiteFeature): boolean {
    return this.#engine[feature === "inspection" ? "invocation" : feature] !== undefined;
  }

  /**
   * Skips a test that needs what this server does not have, with the reason:
   *
   *     it("wakes up after a month", async (test) => {
   *       env.skipWithout("clock", test);
   */
  skipWithout(feature: LiteFeature, test: SkippableTest): void {
    if (!this.has(feature)) test.skip(reasonFor(feature, this.engine));
  }

  /** Stops the server and deletes what it has kept. The second time it does nothing. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#engine.stop());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #missing(feature: LiteFeature): never {
    throw new TestEnvironmentError(
      "RL_TEST_NOT_SUPPORTED",
      `${reasonFor(feature, this.engine)}. Call env.skipWithout("${feature}", test) at the start of the test`,
    );
  }
}

function reasonFor(feature: LiteFeature, engine: string): string {
  return `${engine} does not have ${WHY[feature]}; only engine: "restate-lite" does`;
}

/** The real server's is loaded only where it is wanted. */
async function startEngine(options: Resolved): Promise<TestEngine> {
  if (options.engine === "restate-lite") return await LiteEngine.start(options);
  return await (await import("./engines/real.ts")).RealEngine.start(options);
}
