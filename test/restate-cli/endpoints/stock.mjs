/** One small service whose revisions the deployment commands register: `REVISION` says which, `HTTP1` how. */
import http from "node:http";
import * as restate from "@restatedev/restate-sdk";

const first = async () => "first";
const second = async () => "second";
const holds = async (ctx) => {
  await ctx.run("stay", () => 1);
  return ctx.awakeable().promise;
};

const revisions = {
  one: () => restate.service({ name: "Stock", handlers: { first, holds } }),
  two: () => restate.service({ name: "Stock", handlers: { first, second, holds } }),
  less: () => restate.service({ name: "Stock", handlers: { second } }),
  object: () => restate.object({ name: "Stock", handlers: { first, second } }),
};

const services = [revisions[process.env.REVISION]()];
const port = Number(process.env.PORT);
if (process.env.HTTP1 === "1") {
  const server = http.createServer(restate.createEndpointHandler({ services, bidirectional: false }));
  server.listen(port, "127.0.0.1", () => process.send?.("ready"));
} else {
  await restate.serve({ port, services });
  process.send?.("ready");
}
