/** Handlers of which the server has to end an attempt. What they print themselves begins with "handler:". */
import * as restate from "@restatedev/restate-sdk";

const say = (what) => console.log(`handler: ${what}`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let attempts = 0;

const ends = restate.service({
  name: "Ends",
  options: { inactivityTimeout: 100, abortTimeout: 300, retryPolicy: { initialInterval: 100, maxInterval: 100 } },
  handlers: {
    sendToNobody: async (ctx) => {
      ctx.genericSend({ service: "Nobody", method: "x", parameter: new Uint8Array() });
      await ctx.sleep(50);
    },
    callNobody: async (ctx) => ctx.genericCall({ service: "Nobody", method: "x", parameter: new Uint8Array() }),
    /** Overlong the first time only. */
    busy: async (ctx, next) => {
      if (++attempts > 1) return;
      try {
        await pause(1500);
        say("goes on");
        if (next === "run") await ctx.run("step", () => 1);
        else await ctx.sleep(1);
      } catch (error) {
        say(`caught ${error.code}`);
        throw error;
      }
    },
  },
});

const patient = restate.service({
  name: "Patient",
  options: { retryPolicy: { initialInterval: 100, maxInterval: 100 } },
  handlers: {
    large: async (_ctx, megabytes) => "z".repeat(megabytes * 1024 * 1024),
    small: async () => "small",
    sleep: async (ctx) => {
      say("sleeps");
      await ctx.sleep(600_000);
    },
  },
});

await restate.serve({ port: Number(process.env.PORT), services: [ends, patient] });
process.send?.("ready");
