// One process of tests: so many environments one after the other, each with the same small test, as a test runner would
// have them. Prints the times in milliseconds as JSON.
//
//   node program.mjs ENGINE ENVIRONMENTS
const [engine, count] = [process.argv[2], Number(process.argv[3])];
const now = () => performance.now();

const startedAt = now();
const { RestateTestEnvironment } = await import("../../dist/testing.js");
const importMs = now() - startedAt;
const restate = await import("../../dist/sdk/index.js");

const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx, amount) => {
      const count = ((await ctx.get("count")) ?? 0) + amount;
      await ctx.run("note", () => count);
      ctx.set("count", count);
      return count;
    },
    month: async (ctx) => {
      await ctx.sleep({ days: 30 });
      return "awake";
    },
  },
});

const [startMs, testMs, stopMs, monthMs] = [[], [], [], []];
const runAt = now();
for (let run = 0; run < count; run++) {
  const from = now();
  const env = await RestateTestEnvironment.start({ services: [counter], engine });
  const ready = now();
  const client = env.ingress().objectClient(counter, "k");
  await client.add(1);
  if ((await client.add(1)) !== 2) throw new Error("the counter counts wrong");
  while ((await env.stateOf(counter, "k").get("count")) !== 2);
  const tested = now();
  await env.stop();
  startMs.push(ready - from);
  testMs.push(tested - ready);
  stopMs.push(now() - tested);
}
const runMs = now() - runAt;

if (engine === "restate-lite") {
  for (let run = 0; run < Math.min(20, count); run++) {
    const env = await RestateTestEnvironment.start({ services: [counter], clock: "virtual" });
    const from = now();
    const slept = env.ingress().objectClient(counter, "k").month();
    await env.clock.advance({ days: 30 });
    if ((await slept) !== "awake") throw new Error("nobody woke up");
    monthMs.push(now() - from);
    await env.stop();
  }
}
console.log(
  JSON.stringify({ importMs, startMs, testMs, stopMs, monthMs, runMs, memoryBytes: process.memoryUsage.rss() }),
);
