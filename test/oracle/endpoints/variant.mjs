/** Serves what `VARIANT` says, one line of the registration scripts each. */
import * as restate from "@restatedev/restate-sdk";

const name = process.env.SERVICE ?? "OracleRevised";
const first = async () => "first";
const second = async () => "second";

const variants = {
  two: () => restate.service({ name, handlers: { first, second } }),
  one: () => restate.service({ name, handlers: { first } }),
  object: () => restate.object({ name, handlers: { first, second } }),
};

await restate.serve({ port: Number(process.env.PORT), services: [variants[process.env.VARIANT]()] });
process.send?.("ready");
