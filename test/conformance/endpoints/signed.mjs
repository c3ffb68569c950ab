// An endpoint that accepts only requests signed with the key in PUBLIC_KEY.
import http2 from "node:http2";
import * as restate from "@restatedev/restate-sdk";

const signed = restate.service({ name: "Signed", handlers: { greet: async (_ctx, name) => `Hello ${name}` } });
const endpoint = restate.endpoint().bind(signed).withIdentityV1(process.env.PUBLIC_KEY);
http2
  .createServer(endpoint.http2Handler())
  .listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.("ready"));
