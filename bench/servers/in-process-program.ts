/** Our server with the measured services in its own process, on our SDK. What it is told comes as environment variables. */
import { built } from "./built.ts";
import { measuredServices } from "./services.ts";

const { RestateLite } = await built<typeof import("../../server/index.ts")>("index.js");
const sdk = await built<typeof import("../../sdk/index.ts")>("sdk/index.js");
const { INGRESS_PORT, ADMIN_PORT, DATA_DIR } = process.env;

const restate = await RestateLite.start({
  services: measuredServices(sdk),
  ingressPort: Number(INGRESS_PORT),
  adminPort: Number(ADMIN_PORT),
  dataDir: DATA_DIR ?? "",
  durability: "power",
  onFatal: (error) => {
    console.error(error);
    process.exit(1);
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void restate.close().then(() => process.exit(0)));
}
