import type { Session } from "./session.ts";

const text = (value: string) => [["", value]] as const;

/** `kafka-clusters` and `subscriptions`. Nothing listens at the brokers' addresses. */
export const kafka: readonly Session[] = [
  {
    title: "Kafka clusters",
    async run(terminal) {
      await terminal.type("kafka-clusters create first bootstrap.servers=127.0.0.1:1");
      await terminal.type("kafka-clusters create --yes first bootstrap.servers=127.0.0.1:1");
      await terminal.type("kafka-clusters create --yes first bootstrap.servers=127.0.0.1:1");
      await terminal.type("kc create --yes second bootstrap.servers=127.0.0.1:1 sasl.username=me sasl.password=secret");
      await terminal.type("kafka-clusters create --yes none");
      await terminal.type("kafka-clusters create --yes none client.id=me");
      await terminal.type("kafka-clusters create --yes Not_A_Name bootstrap.servers=127.0.0.1:1");
      const file = terminal.file("third.properties", "bootstrap.servers=127.0.0.1:1\nclient.id=from-file\n");
      await terminal.type(`kafka-clusters create --yes third --from-file ${file}`);
      await terminal.type("kafka-clusters create --yes fourth --edit", [], {
        edits: text("bootstrap.servers=127.0.0.1:1\nclient.id=edited\n"),
      });
      await terminal.type("kafka-clusters list");
      await terminal.type("kc ls --table-style borders");
      for (const name of ["first", "second", "third", "fourth", "unknown"])
        await terminal.type(`kafka-clusters describe ${name}`);
      await terminal.type("kafka-clusters patch first --set client.id=patched --yes");
      await terminal.type("kafka-clusters patch second --unset sasl.password --set client.id=b --yes");
      await terminal.type("kafka-clusters patch unknown --set client.id=b --yes");
      await terminal.type("kafka-clusters patch first --unset bootstrap.servers --yes");
      await terminal.type("kafka-clusters edit first --yes", [], { edits: [["patched", "edited"]] });
      await terminal.type("kafka-clusters edit first --yes", [], { edits: [] });
      await terminal.type("kafka-clusters get first");
      await terminal.type("kafka-clusters describe second");
    },
  },
  {
    title: "subscriptions",
    async run(terminal) {
      const { stand } = terminal;
      await terminal.type("subscriptions create kafka://first/orders service://Greeter/greet");
      await terminal.type("subscriptions create --yes kafka://first/orders service://Greeter/greet");
      await terminal.type("sub create --yes kafka://first/counts service://Counter/add group.id=mine");
      await terminal.type("subscriptions create --yes kafka://unknown/orders service://Greeter/greet");
      await terminal.type("subscriptions create --yes kafka://first/orders service://Unknown/greet");
      await terminal.type("subscriptions create --yes nonsense service://Greeter/greet");
      await terminal.type("subscriptions create --yes");
      const file = terminal.file(
        "sub.toml",
        'source = "kafka://second/a"\nsink = "service://Greeter/steps"\n[options]\n"client.id" = "x"\n',
      );
      await terminal.type(`subscriptions create --yes --from-file ${file}`);
      await terminal.type("subscriptions list", [], { isUnordered: true });
      await terminal.type("sub ls --source kafka://first/orders");
      await terminal.type("subscriptions list --sink service://Counter/add");
      await terminal.type("subscriptions list --sink service://Counter/none");
      const answer = await fetch(`${stand.server.adminUrl}/subscriptions?source=kafka://first/counts`);
      const { subscriptions } = (await answer.json()) as { subscriptions: { id: string }[] };
      const id = subscriptions[0]?.id;
      await terminal.type(`subscriptions describe ${id}`);
      await terminal.type("subscriptions describe sub_nonsense");
      await terminal.type("kafka-clusters describe first", [], { isUnordered: true });
      await terminal.type("kafka-clusters delete first --yes");
      await terminal.type(`subscriptions delete ${id}`);
      await terminal.type(`subscriptions delete ${id} --yes`);
      await terminal.type(`subscriptions delete ${id} --yes`);
      await terminal.type("subscriptions rm sub_nonsense --yes");
      await terminal.type("kafka-clusters delete first --force --yes");
      await terminal.type("kafka-clusters delete third");
      await terminal.type("kafka-clusters rm third --yes");
      await terminal.type("kafka-clusters delete third --yes");
      await terminal.type("kafka-clusters list");
      await terminal.type("subscriptions list", [], { isUnordered: true });
    },
  },
];
