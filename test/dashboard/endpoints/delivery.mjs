/** Services with schemas and settings of their own. REVISION=2 is a later one of the same code, HTTP1 is without streams. */
import http from "node:http";
import * as restate from "#sdk";
import { json, quote } from "./schemas.mjs";

const isLater = process.env.REVISION === "2";

const bytes = {
  contentType: "application/octet-stream",
  serialize: (value) => value,
  deserialize: (value) => value,
};

const delivery = restate.service({
  name: "Delivery",
  description: "Brings parcels",
  options: { inactivityTimeout: { seconds: 90 } },
  handlers: {
    quote: restate.handlers.handler(
      {
        description: "What bringing it would cost",
        input: json(quote),
        output: json({ type: "object", properties: { price: { type: "number" } } }),
        journalRetention: { hours: 2 },
      },
      async (ctx, wanted) => ctx.run("ask the carrier", () => ({ price: 4.5, wanted })),
    ),
    label: restate.handlers.handler({ input: bytes, output: bytes }, async (_ctx, picture) => picture),
    slow: async (ctx) => ctx.awakeable().promise,
    sign: async (_ctx, name) => `signed by ${name}`,
    ...(isLater ? { track: async () => "on its way" } : { weigh: async () => 1 }),
  },
});

/** Suspends at once, so that there is something that stays on its deployment. */
const depot = restate.object({
  name: "Depot",
  options: { inactivityTimeout: 0 },
  handlers: {
    store: async (ctx) => {
      const { id, promise } = ctx.awakeable();
      ctx.set("waits", id);
      return await promise;
    },
    broken: async () => {
      throw new restate.TerminalError("the depot is full");
    },
  },
});

const services = [delivery, depot];
const port = Number(process.env.PORT);
if (process.env.HTTP1 === undefined) await restate.serve({ port, services });
else {
  const server = http.createServer(restate.createEndpointHandler({ services, bidirectional: false }));
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
}
process.send?.("ready");
