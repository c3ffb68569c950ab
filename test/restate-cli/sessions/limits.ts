import type { Session } from "./session.ts";

/** Rules and virtual queues, which the real server has behind its flags. */
export const limits: readonly Session[] = [
  {
    title: "rules",
    async run(terminal) {
      for (const command of [
        "rules list",
        "rules set tenant/* --concurrency 1",
        "rules set tenant/* --concurrency 1 --yes",
        "rules set tenant/* --concurrency 1 --yes",
        "rules set tenant/* --concurrency 2 --yes",
        "rules set * --concurrency 100 --yes",
        "rules set tenant/a/b --unlimited --yes",
        "rules set parked --concurrency 3 --disabled --yes",
        "rules list",
        "rule ls --extra",
        "rules list --table-style borders",
        "rules set tenant/* --disabled --yes",
        "rules set tenant/* --concurrency 0 --yes",
        "rules set tenant/*/a/b/c --concurrency 1 --yes",
        "rules set tenant/* --concurrency 1 --unlimited --yes",
        "rules set tenant/* --yes",
        "rules disable tenant/*",
        "rules disable tenant/* --yes",
        "rules disable tenant/* --yes",
        "rules list --extra",
        "rules enable tenant/* --yes",
        "rules enable tenant/* --yes",
        "rules enable unknown --yes",
        "rules disable unknown --yes",
        "rules delete parked",
        "rules delete parked --yes",
        "rules rm parked --yes",
        "rules delete tenant/a/b --yes",
        "rules delete * --yes",
        "rules list",
      ])
        await terminal.type(command);
      await terminal.type("rules set described --concurrency 4 --yes", ["--description", "four at a time"]);
      await terminal.type("rules set described --yes", ["--description", "still four"]);
      await terminal.type("rules list --extra");
      await terminal.type("rules delete described --yes");
    },
  },
  {
    title: "virtual queues",
    async run(terminal) {
      const { stand } = terminal;
      await terminal.type("vqueues list");
      const shop = await stand.startShop([]);
      await terminal.type(`deployments register ${shop.url} --yes`, [], { isUnordered: true });
      await terminal.type("rules set tenant/* --concurrency 1 --yes");
      const send = (target: string, limitKey: string) =>
        stand.post(`restate/scope/tenant/send/${target}`, undefined, {
          "x-restate-limit-key": limitKey,
          "idempotency-key": target,
        });
      await send("Counter/v/hold", "a");
      await stand.untilStatuses("Counter/v/hold", "running");
      await terminal.type("vqueues ls --limit 1");
      await send("Waiter/v/awakeable", "a");
      await stand.sent("Counter/u/hold/send");
      await stand.untilStatuses("Counter/u/hold", "running");
      await stand.sent("Counter/u/add/send", 1);
      await stand.untilStatuses("Counter/u/add", "pending");
      await terminal.type("vqueues list", [], { isUnordered: true });
      const [queue] = await stand.rows("select id from sys_vqueue_meta where lock_name = 'Counter/u'");
      // Its entries come in any order, unless the newest are to come first.
      await terminal.type(`vqueues describe ${queue?.id}`, [], { isUnordered: true });
      await terminal.type(`vqueues get ${queue?.id} --newest-first --limit 1`);
      await terminal.type("vqueues describe vq_nonsense");
      await terminal.type("invocations list");
      await terminal.type("services status --locked-key-held-threshold-second 86400", [], { isUnordered: true });
      await terminal.type("invocations cancel Counter/u/add --yes");
      await terminal.type("invocations kill Counter --yes", [], { isUnordered: true });
      await terminal.type("rules delete tenant/* --yes");
    },
  },
];
