import type { Stand } from "./stand.ts";

/** Makes invocations in every status, one after the other, and waits until all of them have come to rest. */
export async function makeHistory(stand: Stand): Promise<void> {
  await stand.post("Greeter/greet", "Ada", { "idempotency-key": "one" });
  await stand.post("Greeter/greet", "Bob", { "idempotency-key": "two" });
  await stand.sent("Greeter/greet/send?delay=1h", "Cid");
  await stand.post("Greeter/fail", undefined, { "idempotency-key": "three" });
  await stand.post("Greeter/steps", undefined, { "idempotency-key": "four" });
  await stand.post("Greeter/callsFailing", undefined, { "idempotency-key": "five" });
  await stand.post("Counter/a/add", 3, { "idempotency-key": "six" });
  await stand.post("Counter/c/get", undefined, { "idempotency-key": "seven" });
  await stand.sent("Counter/b/hold/send");
  await stand.untilStatuses("Counter/b/hold", "running");
  await stand.sent("Counter/b/add/send", 5);
  await stand.sent("Counter/b/add/send", 6);
  await stand.sent("Waiter/w/awakeable/send");
  await stand.untilStatuses("Waiter/w/awakeable", "suspended");
  await stand.sent("Waiter/s/sleep/send");
  await stand.untilStatuses("Waiter/s/sleep", "suspended");
  await stand.sent("Waiter/p/parent/send");
  await stand.untilStatuses("Waiter/p-child/awakeable", "suspended");
  await stand.untilStatuses("Waiter/p/parent", "suspended");
  await stand.sent("Waiter/e/everything/send");
  await stand.untilStatuses("Greeter/greet", "completed", "completed", "scheduled", "completed", "scheduled");
  await stand.untilStatuses("Waiter/e/everything", "suspended");
  await stand.sent("Failing/atOnce/send");
  await stand.untilStatuses("Failing/atOnce", "backing-off");
  await stand.sent("Failing/inStep/send");
  await stand.untilStatuses("Failing/inStep", "backing-off");
  await stand.sent("Pausing/pauses/send");
  await stand.untilStatuses("Pausing/pauses", "paused");
  await stand.sent("Killing/kills/send");
  await stand.untilStatuses("Killing/kills", "completed");
  await stand.post("Flow/waiting/run/send");
  await stand.untilStatuses("Flow/waiting/run", "suspended");
  await stand.post("Flow/done/run", "at once");
}
