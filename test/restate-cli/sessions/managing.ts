import type { Session } from "./session.ts";

/** What changes invocations: by id, by service, by service and handler, by key, several at once. */
export const managing: readonly Session[] = [
  {
    title: "cancel",
    async run(terminal) {
      const { stand } = terminal;
      const isUnordered = true;
      await stand.sent("Waiter/c1/awakeable/send");
      await stand.untilStatuses("Waiter/c1/awakeable", "suspended");
      const id = await terminal.idOf("Waiter/c1/awakeable");
      await terminal.type(`invocations cancel ${id}`);
      await terminal.type(`invocations cancel ${id}`, [], { stdin: "no\n" });
      await terminal.type(`invocations cancel ${id} --yes`);
      await stand.untilStatuses("Waiter/c1/awakeable", "completed");
      await terminal.type(`invocations describe ${id}`);
      await terminal.type(`invocations cancel ${id} --yes`);
      await stand.sent("Waiter/c2/parent/send");
      await stand.untilStatuses("Waiter/c2-child/awakeable", "suspended");
      await stand.untilStatuses("Waiter/c2/parent", "suspended");
      await terminal.type("invocations cancel Waiter/c2 --yes", [], { isUnordered });
      await stand.untilStatuses("Waiter/c2/parent", "completed");
      await stand.untilStatuses("Waiter/c2-child/awakeable", "completed");
      await stand.sent("Waiter/c3/sleep/send");
      await stand.sent("Waiter/c3/awakeable/send");
      await stand.untilStatuses("Waiter/c3/sleep", "suspended");
      await stand.untilStatuses("Waiter/c3/awakeable", "pending");
      await terminal.type("invocations cancel Waiter/c3/sleep --yes", [], { isUnordered });
      await stand.untilStatuses("Waiter/c3/sleep", "completed");
      await stand.untilStatuses("Waiter/c3/awakeable", "suspended");
      await terminal.type("invocations cancel Waiter/c3 --yes --limit 1", [], { isUnordered });
      await stand.untilStatuses("Waiter/c3/awakeable", "completed");
      await terminal.type("invocations cancel Greeter/greet --yes", [], { isUnordered });
      await stand.untilStatuses("Greeter/greet", "completed", "completed", "completed", "completed");
      await terminal.type("invocations cancel Greeter --yes", [], { isUnordered });
      await terminal.type("invocations cancel Unknown --yes", [], { isUnordered });
      await terminal.type("invocations cancel Unknown/handler --yes", [], { isUnordered });
      await terminal.type("invocations cancel inv_nonsense --yes", [], { isUnordered });
    },
  },
  {
    title: "pause and resume",
    async run(terminal) {
      const { stand } = terminal;
      const isUnordered = true;
      const paused = await terminal.idOf("Pausing/pauses");
      await terminal.type(`invocations pause ${paused} --yes`);
      await terminal.type("invocations pause Failing/inStep --yes", [], { isUnordered });
      await stand.untilStatuses("Failing/inStep", "paused");
      await terminal.type(`invocations describe ${await terminal.idOf("Failing/inStep")}`);
      await terminal.type("invocations list --status paused");
      await terminal.type("invocations pause Greeter --yes", [], { isUnordered });
      await terminal.type("invocations pause Unknown --yes", [], { isUnordered });
      await terminal.type("invocations pause Waiter/w --yes", [], { isUnordered });
      await terminal.type("invocations resume Waiter/w --yes", [], { isUnordered });
      await stand.untilStatuses("Waiter/w/awakeable", "suspended");
      await terminal.type("invocations resume Failing/inStep --yes", [], { isUnordered });
      await stand.untilStatuses("Failing/inStep", "backing-off");
      await terminal.type("invocations resume Waiter/w", [], { isUnordered });
      await terminal.type("invocations resume Greeter/steps --yes", [], { isUnordered });
      await terminal.type("invocations resume Unknown --yes", [], { isUnordered });
      await terminal.type(`invocations resume ${paused} --deployment dp_unknown --yes`);
      await terminal.type(`invocations resume ${paused} --deployment keep --yes`);
      await stand.untilStatuses("Pausing/pauses", "paused");
      const repaired = await stand.startShop([]);
      await terminal.type(`deployments register ${repaired.url} --yes`, [], { isUnordered });
      await terminal.type("services status Pausing", [], { isUnordered });
      await terminal.type(`invocations resume ${paused} --yes`);
      await stand.untilStatuses("Pausing/pauses", "paused");
      await terminal.type(`invocations resume ${paused} --deployment latest --yes`);
      await stand.untilStatuses("Pausing/pauses", "completed");
      await terminal.type(`invocations describe ${paused}`);
      await terminal.type(`invocations resume ${paused} --yes`);
    },
  },
  {
    title: "restart as new",
    async run(terminal) {
      const { stand } = terminal;
      const isUnordered = true;
      await stand.post("Greeter/fail", undefined, { "idempotency-key": "restarted" });
      const id = await terminal.idOf("Greeter/fail");
      await terminal.type(`invocations restart-as-new ${id}`);
      await terminal.type(`invocations restart-as-new ${id} --yes`);
      await stand.untilStatuses("Greeter/fail", "completed", "completed", "completed", "completed");
      await terminal.type("invocations list --all --service Greeter --handler fail --limit 1");
      await terminal.type("invocations restart Greeter/steps --yes", [], { isUnordered });
      await stand.untilStatuses("Greeter/steps", "completed", "completed");
      await terminal.type("invocations restart-as-new Flow/done --yes", [], { isUnordered });
      await terminal.type("invocations restart-as-new Counter/a --yes", [], { isUnordered });
      await stand.untilStatuses("Counter/a/add", "completed", "completed");
      await terminal.type(`invocations restart-as-new ${await terminal.idOf("Counter/b/hold")} --yes`);
      await terminal.type("invocations restart-as-new Unknown --yes", [], { isUnordered });
    },
  },
  {
    title: "kill",
    async run(terminal) {
      const { stand } = terminal;
      const isUnordered = true;
      const held = await terminal.idOf("Counter/b/hold");
      await terminal.type(`invocations kill ${held}`);
      await terminal.type(`invocations kill ${held} --yes`);
      await stand.untilStatuses("Counter/b/hold", "completed");
      await stand.untilStatuses("Counter/b/add", "completed", "completed");
      await terminal.type(`invocations describe ${held}`);
      await terminal.type(`invocations kill ${held} --yes`);
      await terminal.type("invocations cancel --kill Waiter/p --yes", [], { isUnordered });
      await stand.untilStatuses("Waiter/p/parent", "completed");
      await stand.untilStatuses("Waiter/p-child/awakeable", "completed");
      await terminal.type("invocations kill Failing/atOnce --yes", [], { isUnordered });
      await stand.untilStatuses("Failing/atOnce", "completed");
      await terminal.type("invocations kill Failing --yes", [], { isUnordered });
      await stand.untilStatuses("Failing/inStep", "completed");
      await terminal.type("invocations kill Flow/waiting --yes", [], { isUnordered });
      await stand.untilStatuses("Flow/waiting/run", "completed");
      await terminal.type("invocations kill Waiter/s/sleep --yes", [], { isUnordered });
      await stand.untilStatuses("Waiter/s/sleep", "completed");
      await terminal.type("invocations kill Unknown --yes", [], { isUnordered });
      await terminal.type("invocations list");
    },
  },
  {
    title: "purge",
    async run(terminal) {
      const { stand } = terminal;
      const isUnordered = true;
      const id = await terminal.idOf("Killing/kills");
      await terminal.type(`invocations purge ${id}`);
      await terminal.type(`invocations purge ${id} --yes`);
      await stand.untilStatuses("Killing/kills");
      await terminal.type(`invocations describe ${id}`);
      await terminal.type(`invocations purge ${id} --yes`);
      await terminal.type("invocations rm Flow/done --yes", [], { isUnordered });
      await stand.untilStatuses("Flow/done/run");
      await terminal.type("kv get Flow done");
      await terminal.type("invocations purge Counter/b --yes", [], { isUnordered });
      await stand.untilStatuses("Counter/b/hold");
      await terminal.type("invocations purge Failing/inStep --yes", [], { isUnordered });
      await stand.untilStatuses("Failing/inStep");
      await terminal.type("invocations purge Waiter/w --yes", [], { isUnordered });
      await terminal.type("invocations purge Unknown --yes", [], { isUnordered });
      await terminal.type("invocations list --all");
    },
  },
];
