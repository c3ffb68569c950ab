import type { Probe, Script } from "../probe.ts";

const BROKERS = { "bootstrap.servers": "localhost:1" };
const SINK = "service://OracleGreeter/greet";

/** Subscription ids are random, and lists come out of hash maps on the real server. */
function masked(probe: Probe) {
  const names = new Map<string, string>();
  return async (step: string, path: string, method = "GET", json?: unknown) => {
    const answer = await probe.request(probe.server.adminUrl, path, {
      method,
      ...(json === undefined ? {} : { json }),
    });
    const mask = (text: string) =>
      text.replace(/sub_1[0-9A-Za-z]{22}/g, (id) => {
        if (!names.has(id)) names.set(id, `<subscription ${names.size + 1}>`);
        return names.get(id) ?? "";
      });
    const headers = {
      ...answer.headers,
      ...(answer.headers.location === undefined ? {} : { location: mask(answer.headers.location) }),
    };
    probe.answer(step, { ...answer, headers, text: mask(answer.text) });
    return answer;
  };
}

export const kafka: Script[] = [
  {
    name: "Kafka clusters",
    async run(probe) {
      const admin = masked(probe);
      await admin("none", "/kafka-clusters");
      const create = (step: string, name: unknown, properties: unknown = BROKERS) =>
        admin(step, "/kafka-clusters", "POST", { name, properties });
      await create("create", "a");
      await create("create again", "a");
      await create("older name of the brokers", "b", { "metadata.broker.list": "localhost:1" });
      await create("secrets", "c", {
        ...BROKERS,
        "sasl.username": "1",
        "sasl.password": "2",
        "ssl.key.location": "3",
        "ssl.ca.pem": "4",
        "sasl.oauthbearer.client.secret": "5",
        "my.token": "6",
      });
      for (const name of ["under_score", "-x", "UP.case", "a:80", "a@b"]) await create(`name '${name}'`, name);
      await admin("get", "/kafka-clusters/a");
      await admin("get with subscriptions", "/kafka-clusters/a?include_subscriptions=true");
      await admin("change", "/kafka-clusters/a", "PATCH", { properties: { ...BROKERS, x: "y" } });
      await admin("changed", "/kafka-clusters/a");
      await admin("delete", "/kafka-clusters/b", "DELETE");
      await admin("list", "/kafka-clusters");
      for (const version of ["/v2", "/v3", "/v4"]) await admin(version, `${version}/kafka-clusters/a`);

      await admin("no members", "/kafka-clusters", "POST", {});
      await admin("no properties", "/kafka-clusters", "POST", { name: "d" });
      await create("no brokers", "d", {});
      await create("properties null", "d", null);
      await create("property of wrong type", "d", { "bootstrap.servers": 1 });
      await create("name of wrong type", 1);
      for (const name of ["", "a b", "a/b", "ä", "a?b", "a#b", "a%20b"]) await create(`refused name '${name}'`, name);
      await admin("get unknown", "/kafka-clusters/none");
      await admin("get malformed", "/kafka-clusters/bad%20name");
      await admin("get with subscriptions of wrong type", "/kafka-clusters/a?include_subscriptions=x");
      await admin("change without properties", "/kafka-clusters/a", "PATCH", {});
      await admin("change without brokers", "/kafka-clusters/a", "PATCH", { properties: {} });
      await admin("change unknown", "/kafka-clusters/none", "PATCH", { properties: BROKERS });
      await admin("change unknown without brokers", "/kafka-clusters/none", "PATCH", { properties: {} });
      await admin("delete again", "/kafka-clusters/b", "DELETE");
      await admin("delete malformed", "/kafka-clusters/bad%20name", "DELETE");
      await admin("delete with force of wrong type", "/kafka-clusters/a?force=x", "DELETE");
      for (const method of ["PUT", "DELETE"]) await admin(method, "/kafka-clusters", method);
      await admin("PUT a cluster", "/kafka-clusters/a", "PUT", {});
    },
  },
  {
    name: "subscriptions",
    async run(probe) {
      const admin = masked(probe);
      await admin("none", "/subscriptions");
      await probe.request(probe.server.adminUrl, "/kafka-clusters", { json: { name: "s", properties: BROKERS } });
      const subscribe = async (step: string, source: unknown, sink: unknown = SINK, options?: unknown) => {
        const answer = await admin(step, "/subscriptions", "POST", {
          source,
          sink,
          ...(options === undefined ? {} : { options }),
        });
        return (JSON.parse(answer.text.startsWith("{") ? answer.text : "{}") as { id?: string }).id ?? "";
      };
      const id = await subscribe("create", "kafka://s/t");
      await subscribe("create with options", "kafka://s/o", SINK, { "group.id": "g", "sasl.password": "p" });
      for (const sink of ["OracleCounter/add", "OracleWorkflow/run", "OraclePrivate/secret"]) {
        await subscribe(`to ${sink}`, "kafka://s/t", `service://${sink}`);
      }
      await subscribe("no topic", "kafka://s");
      await subscribe("query", "kafka://s/q?x=1", `${SINK}?x=1`);
      await subscribe("options null", "kafka://s/n", SINK, null);
      await admin("get", `/subscriptions/${id}`);
      await admin("by source", "/subscriptions?source=kafka://s/o");
      await admin("by sink", "/subscriptions?sink=service://OracleCounter/add");
      await admin("by both", "/subscriptions?source=kafka://s/o&sink=service://OracleCounter/add");
      for (const version of ["/v2", "/v3", "/v4"]) await admin(version, `${version}/subscriptions/${id}`);

      await subscribe("unknown cluster", "kafka://none/t");
      await subscribe("source of another kind", "http://s/t");
      await subscribe("source in capitals", "KAFKA://s/t");
      await subscribe("source is no URI", "nope");
      await subscribe("source empty", "");
      await subscribe("source with a space", "kafka://s/a b");
      await subscribe("source without a cluster", "kafka:///t");
      await subscribe("source of wrong type", 1);
      await subscribe("unknown service", "kafka://s/t", "service://OracleNobody/greet");
      await subscribe("unknown handler", "kafka://s/t", "service://OracleGreeter/none");
      await subscribe("no handler", "kafka://s/t", "service://OracleGreeter");
      await subscribe("slash behind the handler", "kafka://s/t", `${SINK}/`);
      await subscribe("sink of another kind", "kafka://s/t", "http://OracleGreeter/greet");
      await subscribe("sink is no URI", "kafka://s/t", "x");
      await subscribe("option of wrong type", "kafka://s/t", SINK, { x: 1 });
      await admin("no members", "/subscriptions", "POST", {});
      await admin("no sink", "/subscriptions", "POST", { source: "kafka://s/t" });
      await admin("get unknown", "/subscriptions/sub_11111111111111111111111");
      await admin("get malformed", "/subscriptions/bad");
      await admin("delete the cluster", "/kafka-clusters/s?force=false", "DELETE");
      await admin("delete", `/subscriptions/${id}`, "DELETE");
      await admin("delete again", `/subscriptions/${id}`, "DELETE");
      await admin("delete malformed", "/subscriptions/bad", "DELETE");
      await admin("deleted", `/subscriptions/${id}`);
      await admin("delete the cluster by force", "/kafka-clusters/s?force=true", "DELETE");
      await admin("subscriptions of a deleted cluster", "/subscriptions?source=kafka://s/o");
      await admin("PUT", `/subscriptions/${id}`, "PUT", {});
    },
  },
];
