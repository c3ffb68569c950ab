// A cron job: a virtual object per job that sends itself a delayed message. The message is durable, so the job outlives
// restarts; each firing is an invocation of its own, so no journal grows for ever.
//
//   npx restate-lite dev examples/cron.ts
//
//   curl localhost:8080/Cron/backup/start --json '{"every": {"seconds": 5}, "say": "backing up"}'
//   curl localhost:8080/Cron/backup/status
//   curl localhost:8080/Cron/backup/stop -X POST

import * as restate from "restate-lite/sdk";

interface Job {
  every: restate.Duration;
  say: string;
}
interface Next {
  job: Job;
  /** Of the message that will fire next. */
  invocationId: string;
}

export const cron = restate.object({
  name: "Cron",
  handlers: {
    start: async (ctx: restate.ObjectContext, job: Job): Promise<void> => {
      if ((await ctx.get<Next>("next")) !== null) {
        throw new restate.TerminalError(`${ctx.key} runs already: stop it first`, { errorCode: 409 });
      }
      await schedule(ctx, job);
    },

    fire: async (ctx: restate.ObjectContext, job: Job): Promise<void> => {
      // Scheduled before the work is done, so that work which fails for good does not end the job.
      await schedule(ctx, job);
      ctx.set("fired", ((await ctx.get<number>("fired")) ?? 0) + 1);
      await ctx.run("work", () => console.log(`${ctx.key}: ${job.say}`));
    },

    stop: async (ctx: restate.ObjectContext): Promise<void> => {
      const next = await ctx.get<Next>("next");
      if (next === null) return;
      ctx.cancel(restate.InvocationIdParser.fromString(next.invocationId));
      ctx.clear("next");
    },

    status: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => ({
      fired: (await ctx.get<number>("fired")) ?? 0,
      next: await ctx.get<Next>("next"),
    })),
  },
});

async function schedule(ctx: restate.ObjectContext, job: Job): Promise<void> {
  const message = ctx.objectSendClient(cron, ctx.key).fire(job, restate.rpc.sendOpts({ delay: job.every }));
  ctx.set("next", { job, invocationId: await message.invocationId });
}

await restate.serve({ services: [cron] });
