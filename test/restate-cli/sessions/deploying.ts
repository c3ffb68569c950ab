import type { Session } from "./session.ts";

const text = (value: string) => [["", value]] as const;

/** Registration in its variants, removal, and the configuration of services. */
export const deploying: readonly Session[] = [
  {
    title: "registrations",
    async run(terminal) {
      const { stand } = terminal;
      const isUnordered = true;
      const idOf = async (url: string) =>
        stand.rows(`select id from sys_deployment where endpoint = '${url}/'`).then(([row]) => {
          if (row === undefined) throw new Error(`${stand.side} has no deployment at ${url}`);
          return String(row.id);
        });
      const one = await stand.startStock("one");
      await terminal.type(`deployments register ${one.url}`, [], { isUnordered });
      await terminal.type(`deployments register ${one.url}`, [], { isUnordered, stdin: "no\n" });
      await terminal.type(`deployments register ${one.url} --yes --metadata team=stock --metadata tier=1`, [], {
        isUnordered,
      });
      await terminal.type(`deployments describe ${await idOf(one.url)}`, [], { isUnordered });
      await terminal.type(`deployments register ${one.url} --yes`, [], { isUnordered });
      await terminal.type(`deployments add ${one.url} --yes --force`, [], { isUnordered });
      await stand.sent("Stock/holds/send");
      await stand.untilStatuses("Stock/holds", "running");
      const two = await stand.startStock("two");
      await terminal.type(`deployments discover ${two.url} --yes --extra-header x-name=value`, [], { isUnordered });
      await terminal.type("services list", [], { isUnordered });
      await terminal.type("services describe Stock", [], { isUnordered });
      await terminal.type(`deployments describe ${await idOf(one.url)} --extra`, [], { isUnordered });
      const less = await stand.startStock("less");
      // The real server has two answers: which one depends on whether the endpoint's first frame is there before its request.
      const notYet = /received unexpected message from connection/;
      await terminal.type(`deployments register ${less.url} --yes --use-http1.1`, [], { notYet });
      await terminal.type(`deployments register ${less.url} --yes`, [], { isUnordered });
      await terminal.type(`deployments describe ${await idOf(less.url)}`, [], { isUnordered });
      const http1 = await stand.startStock("two", "http1");
      await terminal.type(`deployments register ${http1.url} --yes --use-http1.1 --breaking`, [], { isUnordered });
      await terminal.type(`deployments describe ${await idOf(http1.url)}`, [], { isUnordered });
      const object = await stand.startStock("object");
      await terminal.type(`deployments register ${object.url} --yes`);
      await terminal.type(`deployments register ${object.url} --yes --breaking`, [], { isUnordered });
      await terminal.type(`deployments register ${object.url} --yes --force`, [], { isUnordered });
      await terminal.type("deployments list", [], { isUnordered });
      await terminal.type("deployments list --extra", [], { isUnordered });
      await object.kill();
      await terminal.type(`deployments register ${object.url} --yes`);
      await terminal.type(`deployments register ${stand.server.ingressUrl} --yes`);
      await terminal.type(`deployments register ${object.url} --yes --force`);
      await terminal.type("deployments register ftp://localhost/ --yes");
      await terminal.type(`deployments register ${two.url} --gcp-id-token --yes`);

      await terminal.type(`deployments remove ${await idOf(one.url)} --yes`, [], { isUnordered });
      const drained = await idOf(two.url);
      await terminal.type(`deployments remove ${drained}`, [], { isUnordered });
      await terminal.type(`deployments remove ${drained} --yes`, [], { isUnordered });
      await terminal.type(`deployments remove ${drained} --yes`);
      await terminal.type(`deployments describe ${drained}`);
      await terminal.type(`deployments remove ${await idOf(one.url)} --force --yes`, [], { isUnordered });
      await terminal.type("invocations list --zombie");
      await terminal.type(`invocations describe ${await terminal.idOf("Stock/holds")}`);
      await terminal.type("deployments list", [], { isUnordered });
      await terminal.type("deployments remove dp_unknown --yes");
      await terminal.type("deployments describe dp_unknown");
      await terminal.type("invocations kill Stock --yes");
      await stand.untilStatuses("Stock/holds", "completed");
    },
  },
  {
    title: "configuration of services",
    async run(terminal) {
      await terminal.type("services config patch Counter --public false");
      await terminal.type("services config patch Counter --public false --yes");
      await terminal.type("services config view Counter");
      await terminal.type("services list --public-only", [], { isUnordered: true });
      await terminal.type(
        "services config patch Counter --public true --idempotency-retention 5d --journal-retention PT1H --yes",
      );
      await terminal.type("services config patch Counter --inactivity-timeout 30s --abort-timeout 1m15s --yes");
      await terminal.type("services config patch Flow --workflow-completion-retention 10d --yes");
      await terminal.type("services config view Counter");
      await terminal.type("services config view Flow");
      await terminal.type("services config patch Counter --abort-timeout nonsense --yes");
      await terminal.type("services config patch Counter --yes");
      await terminal.type("services config patch Unknown --public true --yes");
      await terminal.type("services config view Unknown");
      await terminal.type("services config edit Counter --yes", [], { edits: text('idempotency_retention = "6d"') });
      await terminal.type("services config view Counter");
      await terminal.type("services config edit Counter --yes", [], { edits: [] });
      await terminal.type("services config edit Counter --yes", [], { edits: text("public = not-toml") });
      await terminal.type("services config edit Counter", [], { edits: text("public = true") });
      await terminal.type("services config edit Unknown --yes", [], { edits: [] });
    },
  },
];
