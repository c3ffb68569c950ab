import { until } from "../../support/until.ts";
import type { Probe, Script } from "../probe.ts";

const bytes = (text: string) => [...Buffer.from(text)];

async function stored(probe: Probe, service: string): Promise<unknown> {
  const answer = await probe.request(probe.server.adminUrl, "/query", {
    headers: { accept: "application/json" },
    json: { query: `SELECT service_key, key, value_utf8 FROM state WHERE service_name = '${service}' ORDER BY 1, 2` },
  });
  return (JSON.parse(answer.text) as { rows: unknown }).rows;
}

/** The state that a service leaves behind when nobody serves it any more. */
export const goneServices: Script = {
  name: "state of a service that is gone",
  async run(probe) {
    const service = "OracleGone";
    const path = `/services/${service}/state`;
    const edit = (step: string, json: object) => probe.admin(step, path, { json });
    // 202 promises that it will be done.
    const keys = async (expected: string) => {
      const rows = (await stored(probe, service)) as { service_key: string }[];
      return rows.map(({ service_key }) => service_key).join("") === expected;
    };
    const is = async (step: string, expected: string) => {
      await until(`${step}: keys ${expected} on ${probe.server.side}`, () => keys(expected));
      probe.note(`${step}: stored`, await stored(probe, service));
    };

    const variant = await probe.startVariant({ VARIANT: "object", SERVICE: service });
    const register = () => probe.request(probe.server.adminUrl, "/deployments", { json: { uri: variant.url } });
    const { id } = JSON.parse((await register()).text) as { id: string };
    for (const object_key of ["a", "b", "c", "d"]) {
      await edit(`${object_key} of the living`, { object_key, new_state: { n: bytes("1") } });
    }
    await is("living", "abcd");
    await probe.admin("delete", `/deployments/${id}?force=true`, { method: "DELETE" });
    await is("gone", "abcd");
    await edit("emptied", { object_key: "a", new_state: {} });
    await is("emptied", "bcd");
    await edit("emptied again", { object_key: "a", new_state: {} });
    await edit("emptied, null scope", { object_key: "a", new_state: {}, scope: null });
    await edit("replaced", { object_key: "b", new_state: { n: bytes("2") } });
    await is("replaced", "bcd");
    await edit("emptied with a wrong version", { object_key: "c", new_state: {}, version: "wrong" });
    await is("emptied with a wrong version", "bcd");
    await edit("replaced with a wrong version", { object_key: "c", new_state: { n: bytes("2") }, version: "wrong" });
    await edit("emptied in a scope", { object_key: "d", new_state: {}, scope: "s" });
    await is("emptied in a scope", "bcd");
    await edit("a key that was never there", { object_key: "z", new_state: {} });
    await variant.restart({ VARIANT: "two", SERVICE: service });
    await register();
    await edit("emptied, now plain", { object_key: "b", new_state: {} });
    await edit("replaced, now plain", { object_key: "b", new_state: { n: bytes("3") } });
    await is("now plain", "bcd");
    const others = {
      "never existed": "OracleNobody",
      plain: "OracleGreeter",
      "strange name": "a%20b",
      "reserved name": "restate",
    };
    for (const [what, name] of Object.entries(others)) {
      await probe.admin(`emptied: ${what}`, `/services/${name}/state`, { json: { object_key: "a", new_state: {} } });
      await probe.admin(`replaced: ${what}`, `/services/${name}/state`, {
        json: { object_key: "a", new_state: { n: bytes("1") } },
      });
      probe.note(`${what}: stored`, await stored(probe, decodeURIComponent(name)));
    }
  },
};
