/**
 * The load process: carries out one order at a time that arrives over IPC. A process of its own, so that the parent's
 * work and memory stay out of the latencies.
 */
import { endpointLoad } from "./endpoint-load.ts";
import { flushLoad } from "./flush-load.ts";
import { httpLoad } from "./http-load.ts";
import type { Measured, Order, Reply } from "./order.ts";

function carryOut(order: Order): Promise<Measured> | Measured {
  switch (order.kind) {
    case "http":
      return httpLoad(order);
    case "endpoint":
      return endpointLoad(order);
    case "flush":
      return flushLoad(order);
  }
}

process.on("message", async (order: Order) => {
  let reply: Reply;
  try {
    reply = { measured: await carryOut(order) };
  } catch (error) {
    reply = { failure: (error as Error).message };
  }
  process.send?.(reply);
});
process.on("disconnect", () => process.exit());
