// Fan-out and fan-in: one invocation per part, all at the same time, on as many endpoint processes as there are. Each
// part is retried by itself, and the parts that are done stay done, whatever happens to the handler that waits for them.
//
//   npx restate-lite dev examples/fan-out.ts
//
//   curl localhost:8080/WordCount/count --json '["to be", "or not", "to be"]'
//   curl localhost:8080/WordCount/fastest --json '["to be", "or not"]'

import * as restate from "restate-lite/sdk";

type Counts = Record<string, number>;

export const counter = restate.service({
  name: "PartCounter",
  handlers: {
    countPart: async (ctx: restate.Context, part: string): Promise<Counts> =>
      ctx.run("count", () => {
        const counts: Counts = {};
        for (const word of part.split(/\s+/)) counts[word] = (counts[word] ?? 0) + 1;
        return counts;
      }),
  },
});

export const wordCount = restate.service({
  name: "WordCount",
  handlers: {
    count: async (ctx: restate.Context, parts: string[]): Promise<Counts> => {
      // The combinators of RestatePromise are journaled: a replay sees the same results in the same order.
      const results = await restate.RestatePromise.all(parts.map((part) => ctx.serviceClient(counter).countPart(part)));
      const total: Counts = {};
      for (const counts of results) {
        for (const [word, count] of Object.entries(counts)) total[word] = (total[word] ?? 0) + count;
      }
      return total;
    },

    // The first answer wins; the calls that lost are cancelled.
    fastest: async (ctx: restate.Context, parts: string[]): Promise<Counts> => {
      const calls = parts.map((part) => ctx.serviceClient(counter).countPart(part));
      const first = await restate.RestatePromise.any(calls);
      for (const call of calls) ctx.cancel(await call.invocationId);
      return first;
    },
  },
});

await restate.serve({ services: [wordCount, counter] });
