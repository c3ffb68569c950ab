/** A small shop whose handlers come to rest in every status. */
import { setTimeout as after } from "node:timers/promises";
import * as restate from "#sdk";
import { json, quote } from "./schemas.mjs";

const forever = () => new Promise(() => {});

/** An error as a program elsewhere would throw it: the pictures of the documentation show its stack. */
function failure(message, place) {
  const error = new Error(message);
  error.stack = `Error: ${message}\n    at ${place}\n    at async HandlerWrapper.invoke (restate-sdk/dist/types/rpc.js:141:26)`;
  return error;
}

const atOnce = { inactivityTimeout: 0 };

const greeter = restate.service({
  name: "Greeter",
  handlers: { greet: async (_ctx, name) => `Hello ${name ?? "you"}` },
});

const cart = restate.object({
  name: "Cart",
  options: atOnce,
  handlers: {
    add: async (ctx, item) => {
      const items = (await ctx.get("items")) ?? [];
      ctx.set("items", [...items, item]);
      ctx.set("total", ((await ctx.get("total")) ?? 0) + (item?.price ?? 0));
      return items.length + 1;
    },
    hold: async (ctx) => ctx.run("keep the key", forever),
    reprice: async (ctx) => {
      const { id, promise } = ctx.awakeable();
      ctx.set("awakeable", id);
      const total = await promise;
      if (total !== null) ctx.set("total", total);
    },
    total: restate.handlers.object.shared(async (ctx) => (await ctx.get("total")) ?? 0),
  },
});

const payment = restate.service({
  name: "Payment",
  options: { retryPolicy: { initialInterval: 3_600_000, maxInterval: 3_600_000 } },
  handlers: {
    // It takes its time, so that its journal has a bar for it on any machine.
    charge: async (ctx, amount) => ctx.run("charge the card", () => after(20, { amount, reference: "ch_1" })),
    decline: async () => {
      throw new restate.TerminalError("The card was declined: insufficient funds", { errorCode: 402 });
    },
    flaky: async (ctx) => {
      await ctx.run("reserve", () => "reserved");
      throw failure("connect ECONNREFUSED 10.0.0.7:443 (bank.internal)", "Bank.connect (shop/bank.ts:37:13)");
    },
  },
});

/** Invocations whose code was changed before their second attempt, as far as the server can tell. */
const begun = new Set();

const shipping = restate.service({
  name: "Shipping",
  options: { retryPolicy: { initialInterval: 10, exponentiationFactor: 1, maxAttempts: 3, onMaxAttempts: "pause" } },
  handlers: {
    label: async (ctx) => {
      await ctx.run("print", () => {
        throw failure("The printer is out of paper", "Printer.print (shop/printer.ts:12:9)");
      });
    },
    notify: async () => "notified",
    route: async (ctx) => {
      const { id } = ctx.request();
      await ctx.run(begun.has(id) ? "choose a courier" : "choose a carrier", () => "by rail");
      if (begun.has(id)) return;
      begun.add(id);
      throw failure("The timetable is being updated", "Timetable.read (shop/timetable.ts:8:11)");
    },
  },
});

const checkout = restate.workflow({
  name: "Checkout",
  options: atOnce,
  handlers: {
    run: async (ctx, order) => {
      const price = await ctx.run("price the order", () => 42.5);
      await ctx.sleep(5);
      const paid = await ctx.serviceClient(payment).charge(price);
      ctx.set("paid", paid);
      ctx.serviceSendClient({ name: "Shipping" }).notify();
      const approval = await ctx.promise("approval");
      return { order, paid, approval };
    },
    approve: async (ctx, by) => ctx.promise("approval").resolve(by),
    refuse: async (ctx, why) => ctx.promise("approval").reject(why),
  },
});

const support = restate.object({
  name: "Support",
  options: atOnce,
  handlers: {
    wait: async (ctx) => ctx.awakeable().promise,
    nap: async (ctx) => ctx.sleep(3_600_000),
    ask: async (ctx) => ctx.objectClient({ name: "Support" }, "second-level").wait(),
  },
});

const courier = restate.service({
  name: "Courier",
  description: "Brings what was bought",
  handlers: {
    estimate: restate.handlers.handler(
      {
        description: "What bringing it would cost",
        input: json(quote),
        output: json({ type: "object", properties: { price: { type: "number" } }, required: ["price"] }),
        journalRetention: { hours: 2 },
      },
      async (ctx) => ctx.run("ask the carrier", () => ({ price: 4.5 })),
    ),
  },
});

await restate.serve({
  port: Number(process.env.PORT),
  services: [greeter, cart, payment, shipping, checkout, support, courier],
});
process.send?.("ready");
