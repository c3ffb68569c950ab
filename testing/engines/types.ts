import type { TestClock } from "../clock/test-clock.ts";
import type { Faults } from "../faults/faults.ts";
import type { TestInvocation } from "../inspect/invocation.ts";
import type { StateStore } from "../state.ts";

/** A server under the environment. What only ours has is absent in others. */
export interface TestEngine {
  readonly name: "restate-lite" | "restate-server";
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly state: StateStore;
  readonly clock?: TestClock;
  readonly faults?: Faults;
  invocation?(id: string): TestInvocation;
  invocations?(): TestInvocation[];
  /** Ends it, and deletes what it has kept. */
  stop(): Promise<void>;
}
