// An invocation that began with one SDK is continued by the other: journals and state are the same. The endpoint is
// replaced at its address while the handler waits, so the second SDK replays what the first one wrote.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { ExampleStand, type Sdk, valueIn } from "./stand.ts";

describe.each([
  { from: "official", to: "ours" },
  { from: "ours", to: "official" },
] satisfies { from: Sdk; to: Sdk }[])("from the SDK $from to the SDK $to", ({ from, to }) => {
  let stand: ExampleStand;
  beforeAll(async () => {
    stand = await ExampleStand.start({ server: "ours", node: "node24", sdk: from });
  });
  afterAll(() => stand?.dispose());

  async function untilStatus(path: string, expected: RegExp): Promise<void> {
    await until(`${path} to answer ${expected}`, async () => {
      const answer = await stand.call(path);
      if (expected.test(answer.text)) return true;
      throw new Error(`it answers ${answer.status} ${answer.text}`);
    });
  }

  it("a workflow that waits for a decision gets it", async () => {
    await stand.run("approval");
    const running = stand.call("/Expense/e-9/run", { who: "Ada", amount: 900 });
    running.catch(() => undefined); // awaited below, unless the test fails before
    await untilStatus("/Expense/e-9/status", /waiting for a decision/);
    await stand.handOver(to);
    expect(valueIn(await stand.call("/Expense/e-9/decide", { approved: true, by: "Grace" }))).toBe("noted");
    expect(valueIn(await running)).toBe("approved by Grace");
  });

  it("a handler that waits for an awakeable behind a step gets it", async () => {
    await stand.run("webhook");
    const running = stand.call("/Payment/p-9/charge", { amount: 10 });
    running.catch(() => undefined); // awaited below, unless the test fails before
    await untilStatus("/Payment/p-9/status", /waits for/);
    await stand.handOver(to);
    expect((await stand.call("/Payment/p-9/webhook", { type: "paid", receipt: "r-1" })).status).toBe(200);
    expect(valueIn(await running)).toBe("r-1");
    expect(valueIn(await stand.call("/Payment/p-9/status"))).toBe("paid, receipt r-1");
  });

  it("a conversation goes on", async () => {
    await stand.run("agent");
    await stand.call("/Agent/eve/ask", "How warm is it in Rome?");
    await stand.handOver(to);
    expect(valueIn(await stand.call("/Agent/eve/ask", "How warm is it in Oslo?"))).toBe("The tool says: 4 °C in Oslo.");
    expect(valueIn(await stand.call("/Agent/eve/conversation"))).toHaveLength(6);
  });
});
