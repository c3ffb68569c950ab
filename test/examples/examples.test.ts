// Every example does what the curl lines in its comment promise: the requests are read from the comment itself. With our
// SDK on our server through tsx (Node 20 has no other way to run TypeScript) and on the real one on Node 24, which needs
// none; and, after changing nothing but the import, with the official SDK.
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/index.ts";
import { ExampleStand, examplesFolder, type Place, valueIn } from "./stand.ts";

type Check = (stand: ExampleStand) => Promise<void>;

const checks: Readonly<Record<string, Check>> = {
  greeter: async (stand) => {
    expect(valueIn(await stand.next())).toMatch(/^Hello Ada! \(greeting [0-9a-f-]{36}\)$/);
    const refused = await stand.next();
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("Say who is to be greeted")]);
    const greeting = valueIn(await stand.next());
    expect(greeting).toMatch(/^Hello Ada!/);
    expect(valueIn(await stand.again()), "one idempotency key, one greeting").toBe(greeting);
  },

  services: async (stand) => {
    expect(valueIn(await stand.next())).toBe("Hello Ada!");
    expect(valueIn(await stand.next())).toBe("Hello ada, visit 1");
    expect(valueIn(await stand.next())).toBe(1);
    expect((await stand.next()).status).toBe(202);
    expect((await stand.next()).status).toBe(200);
    expect(valueIn(await stand.next())).toBe("Ada: approved");
  },

  cart: async (stand) => {
    expect(valueIn(await stand.next())).toEqual({ tea: 2 });
    expect(valueIn(await stand.next())).toEqual({ tea: 2, cup: 1 });
    expect(valueIn(await stand.next())).toEqual({ tea: 2, cup: 1 });
    expect(valueIn(await stand.next())).toEqual({
      orderId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      items: { tea: 2, cup: 1 },
    });
    const empty = await stand.next();
    expect([empty.status, empty.text]).toEqual([409, expect.stringContaining("The cart is empty")]);

    await stand.call("/Cart/ada/add", { product: "pot" });
    await stand.call("/Cart/ada/expire", 2);
    expect(valueIn(await stand.call("/Cart/ada/show")), "an older message empties nothing").toEqual({ pot: 1 });
    await stand.call("/Cart/ada/expire", 3);
    expect(valueIn(await stand.call("/Cart/ada/show"))).toEqual({});
  },

  approval: async (stand) => {
    expect(valueIn(await stand.next())).toBe("approved: petty cash");
    expect((await stand.next()).status).toBe(202);
    await stand.nextUntil(200, (value) => value === "waiting for a decision");
    expect(valueIn(await stand.next())).toBe("noted");
    expect(valueIn(await stand.next())).toBe("rejected by Grace");

    const second = await stand.call("/Expense/e-2/decide", { approved: true, by: "Mary" });
    expect([second.status, second.text]).toEqual([409, expect.stringContaining("Grace was first")]);
    const claim = { who: "Ada", amount: 900, patience: { milliseconds: 1 } };
    expect(valueIn(await stand.call("/Expense/e-3/run", claim))).toBe("rejected: nobody decided in time");
  },

  saga: async (stand) => {
    expect(valueIn(await stand.next())).toBe("Ada goes to Turin");
    const failed = await stand.next();
    expect([failed.status, failed.text]).toEqual([409, expect.stringContaining("No hotel in Atlantis has a room")]);
    expect(valueIn(await stand.next())).toEqual(["flight to Turin", "car in Turin", "hotel in Turin"]);
  },

  webhook: async (stand) => {
    expect((await stand.next()).status).toBe(202);
    // The webhook has nobody to tell before the payment waits.
    await stand.nextUntil(200);
    await stand.nextUntil(200, (value) => value === "paid, receipt r-77");

    expect((await stand.next()).status).toBe(202);
    const id = await until("the id in the log", () => /payment p-2 of 60: callback (\S+)/.exec(stand.output)?.[1]);
    expect((await stand.next({ ID: id })).status).toBe(202);
    await until("the second payment", async () => {
      const status = valueIn(await stand.call("/Payment/p-2/status"));
      return status === "paid, receipt r-78";
    });

    const declined = stand.call("/Payment/p-3/charge", { amount: 10 });
    await until("the webhook to be heard", async () => {
      const event = { type: "declined", reason: "no money" };
      return (await stand.call("/Payment/p-3/webhook", event)).status === 200;
    });
    expect((await declined).text).toContain("no money");
    expect(valueIn(await stand.call("/Payment/p-3/status"))).toBe("declined: no money");
  },

  "fan-out": async (stand) => {
    expect(valueIn(await stand.next())).toEqual({ to: 2, be: 2, or: 1, not: 1 });
    expect([
      { to: 1, be: 1 },
      { or: 1, not: 1 },
    ]).toContainEqual(valueIn(await stand.next()));
  },

  cron: async (stand) => {
    expect((await stand.next()).status).toBe(200);
    await stand.nextUntil(200, (value) => {
      const { fired, next } = value as { fired: number; next: { invocationId: string } | null };
      return fired === 0 && next !== null;
    });
    expect((await stand.next()).status).toBe(200);
    expect(valueIn(await stand.call("/Cron/backup/status"))).toEqual({ fired: 0, next: null });

    await stand.call("/Cron/often/start", { every: { milliseconds: 10 }, say: "tick" });
    await until("two firings", async () => {
      const { fired } = valueIn(await stand.call("/Cron/often/status")) as { fired: number };
      return fired >= 2;
    });
    await stand.call("/Cron/often/stop");
    expect(valueIn(await stand.call("/Cron/often/status"))).toMatchObject({ next: null });
  },

  agent: async (stand) => {
    expect(valueIn(await stand.next())).toBe("The tool says: 4 °C in Oslo.");
    expect(valueIn(await stand.next())).toBe("The tool says: there is no weather station in Atlantis.");
    expect(valueIn(await stand.next())).toMatchObject([
      { role: "user" },
      { role: "tool", content: "4 °C in Oslo" },
      { role: "assistant" },
      { role: "user" },
      { role: "tool" },
      { role: "assistant" },
    ]);
  },
};

it("every example has a check here", () => {
  const programs = readdirSync(examplesFolder).filter((name) => name.endsWith(".ts"));
  expect(Object.keys(checks).sort()).toEqual(programs.map((name) => name.replace(".ts", "")).sort());
});

const places: readonly Place[] = [
  { sdk: "ours", server: "ours", node: "tsx" },
  { sdk: "ours", server: "real", node: "node24" },
  { sdk: "official", server: "ours", node: "node24" },
];

describe.each(places)("examples with the SDK $sdk on the server $server, by $node", (place) => {
  let stand: ExampleStand;
  beforeAll(async () => {
    stand = await ExampleStand.start(place);
  });
  afterAll(() => stand?.dispose());

  it.each(Object.keys(checks))("%s answers its curl lines as the comment says", async (name) => {
    await stand.run(name);
    await checks[name]?.(stand);
    expect(stand.linesLeft, "lines of the comment that were not tried").toEqual([]);
  });
});
