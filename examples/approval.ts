// A workflow that waits for a person. `run` goes once per expense; the decision is a durable promise that another
// handler resolves, hours or days later. Nothing runs meanwhile, and a restart changes nothing.
//
//   npx restate-lite dev examples/approval.ts
//
//   curl localhost:8080/Expense/e-1/run --json '{"who": "Ada", "amount": 12}'                   (approved at once)
//   curl localhost:8080/Expense/e-2/run/send --json '{"who": "Ada", "amount": 900}'
//   curl localhost:8080/Expense/e-2/status
//   curl localhost:8080/Expense/e-2/decide --json '{"approved": false, "by": "Grace"}'
//   curl localhost:8080/restate/workflow/Expense/e-2/attach

import * as restate from "restate-lite/sdk";

interface Claim {
  who: string;
  amount: number;
  /** How long to wait for a decision. */
  patience?: restate.Duration;
}
interface Decision {
  approved: boolean;
  by: string;
}

export const expense = restate.workflow({
  name: "Expense",
  handlers: {
    run: async (ctx: restate.WorkflowContext, claim: Claim): Promise<string> => {
      if (claim.amount <= 50) return "approved: petty cash";

      ctx.set("status", "waiting for a decision");
      await ctx.run("ask for approval", () => console.log(`${claim.who} claims ${claim.amount}: expense ${ctx.key}`));
      try {
        const { approved, by } = await ctx
          .promise<Decision>("decision")
          .get()
          .orTimeout(claim.patience ?? { days: 3 });
        const outcome = `${approved ? "approved" : "rejected"} by ${by}`;
        ctx.set("status", outcome);
        return outcome;
      } catch (error) {
        if (!(error instanceof restate.TimeoutError)) throw error;
        ctx.set("status", "nobody decided");
        return "rejected: nobody decided in time";
      }
    },

    decide: async (ctx: restate.WorkflowSharedContext, decision: Decision): Promise<string> => {
      // A durable promise is resolved once; the second decision of two is told so.
      const earlier = await ctx.promise<Decision>("decision").peek();
      if (earlier !== undefined) throw new restate.TerminalError(`${earlier.by} was first`, { errorCode: 409 });
      await ctx.promise<Decision>("decision").resolve(decision);
      return "noted";
    },

    status: async (ctx: restate.WorkflowSharedContext): Promise<string> =>
      (await ctx.get<string>("status")) ?? "no decision needed",
  },
});

await restate.serve({ services: [expense] });
