/** What the scripts about flow control call: it notes who starts, and how many run at a time. */
import * as restate from "@restatedev/restate-sdk";
import { attempt, gate } from "../../support/gates.mjs";

const serdes = { inputSerde: restate.serde.json, outputSerde: restate.serde.json };

/** By the part of a name before its first dot: who has started, how many run and ran. */
const groups = new Map();

function group(name) {
  const [prefix] = name.split(".");
  if (!groups.has(prefix)) groups.set(prefix, { started: [], running: 0, peak: 0 });
  return groups.get(prefix);
}

/** Runs until its gate opens, in the eyes of the server, too: it waits for nothing that the server knows of. */
async function hold(_ctx, name) {
  const own = group(name);
  own.started.push(name.split(".")[1]);
  own.running++;
  own.peak = Math.max(own.peak, own.running);
  try {
    return await gate(name).opened;
  } finally {
    own.running--;
  }
}

/** Suspends at once, and holds when it has been woken. */
const sleep = async (ctx, name) => {
  const { id, promise } = ctx.awakeable();
  gate(`awakeable:${name}`).open(id);
  await promise;
  return hold(ctx, name);
};
const atOnce = { inactivityTimeout: 0 };

/** Fails first, with that delay until its next attempt, and holds then. */
const retried = (initialInterval) =>
  restate.handlers.handler({ retryPolicy: { initialInterval } }, async (ctx, name) => {
    if (attempt(`attempts:${name}`) === 1) throw new Error("first attempt");
    return hold(ctx, name);
  });

export const flow = restate.service({
  name: "OracleFlow",
  handlers: {
    hold,
    sleeper: restate.handlers.handler(atOnce, sleep),
    retriedSoon: retried(200),
    retriedLate: retried(3_600_000),
    greet: async (_ctx, name) => `Hello ${name}`,
    calls: async (ctx, { handler, name, ...options }) =>
      ctx.genericCall({ service: "OracleFlow", method: handler, parameter: name, ...serdes, ...options }),
    open: async (_ctx, name) => {
      gate(name).open("opened");
    },
    read: async (_ctx, name) => gate(name).opened,
    seen: async (_ctx, name) => {
      const { started, peak } = group(name);
      return { started, peak };
    },
  },
});

export const flowObject = restate.object({
  name: "OracleFlowObject",
  handlers: {
    hold,
    sleeper: restate.handlers.object.exclusive(atOnce, sleep),
    shared: restate.handlers.object.shared(hold),
  },
});
