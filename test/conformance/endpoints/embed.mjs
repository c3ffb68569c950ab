import { RestateLite } from "restate-lite";

const { INGRESS_PORT, ADMIN_PORT, DATA_DIR } = process.env;

/** Starts our server in this process, with the services in it. */
export async function embed({ services, ...endpoint }) {
  await RestateLite.start({
    services,
    endpoint,
    ingressPort: Number(INGRESS_PORT),
    adminPort: Number(ADMIN_PORT),
    dataDir: DATA_DIR,
  });
}
