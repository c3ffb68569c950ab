/**
 * The test harness, `restate-lite/testing`: a server, its services, a clock and faults in one process.
 *
 * - `environment` is what tests use, with `options`; `container` is for tests that were written for a container.
 *   Behind it stands an engine: `engines/lite` (our server in this process) or `engines/real` (the real one).
 * - `clock` owns time: `clock/virtual-clock` is what the server sees, `clock/test-clock` what the test moves,
 *   `clock/quiet` waits until only time could change anything.
 * - `faults` stands between the server's engine and its invoker (`faults/link`) and does what `Faults` was told to.
 * - `inspect` reads invocations, and has the matchers, which `vitest` and `jest` add to their runner; `state` is
 *   that of objects and workflows. `errors` is what cannot be done, with a code.
 *
 * The interface contains that of `@restatedev/restate-sdk-testcontainers`.
 */

export type {
  DefaultServiceOptions,
  Duration,
  EndpointOptions,
  Hooks,
  HooksProvider,
  Interceptor,
  InvocationId,
  JournalValueCodec,
  LoggerContext,
  LoggerTransport,
  LogMetadata,
  LogSource,
  ObjectOptions,
  Request,
  RestateEndpoint,
  RestateEndpointBase,
  RestateError,
  RestateLogLevel,
  RetryPolicy,
  Serde,
  ServiceDefinition,
  ServiceOptions,
  Target,
  TerminalError,
  TypedState,
  UntypedState,
  VirtualObjectDefinition,
  WorkflowDefinition,
  WorkflowOptions,
} from "../sdk/index.ts";
export type { ClockMode, TestClock } from "./clock/test-clock.ts";
export { RestateContainer } from "./container.ts";
export {
  type InvocationFilter,
  type LiteFeature,
  RestateTestEnvironment,
  type StartedContainer,
} from "./environment.ts";
export { TestEnvironmentError, type TestEnvironmentErrorCode } from "./errors.ts";
export type { Faults } from "./faults/faults.ts";
export type { Mismatch } from "./faults/mismatch.ts";
export type { Fault, FaultFilter } from "./faults/rules.ts";
export {
  type InvocationFailure,
  type InvocationSnapshot,
  type InvocationState,
  TestInvocation,
} from "./inspect/invocation.ts";
export type { JournalEntry } from "./inspect/journal.ts";
export { type ExpectedEntry, type MatcherResult, type RestateMatchers, restateMatchers } from "./inspect/matchers.ts";
export type { EntryResult } from "./inspect/values.ts";
export type { Wait } from "./inspect/waits.ts";
export type {
  ServiceEndpointAccess,
  SkippableTest,
  TestEngine,
  TestEnvironmentOptions,
  TestEnvironmentStorage,
} from "./options.ts";
export { StateProxy } from "./state.ts";
