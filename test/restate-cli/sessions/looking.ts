import { makeHistory } from "../history.ts";
import type { Session } from "./session.ts";

/** Invocations in every status, and every command that shows services, deployments or rows. */
export const looking: readonly Session[] = [
  {
    title: "an empty server",
    async run(terminal) {
      await terminal.type("whoami");
      for (const command of [
        "services list",
        "services status",
        "deployments list",
        "invocations list",
        "invocations list --all",
        "kafka-clusters list",
        "subscriptions list",
      ])
        await terminal.type(command);
    },
  },
  {
    title: "the first registration",
    async run(terminal) {
      const shop = await terminal.stand.startShop(["Pausing"]);
      await terminal.type(`deployments register ${shop.url} --yes`, [], { isUnordered: true });
      await makeHistory(terminal.stand);
    },
  },
  {
    title: "services",
    async run(terminal) {
      const isUnordered = true;
      await terminal.type("services list", [], { isUnordered });
      await terminal.type("svc ls --public-only", [], { isUnordered });
      await terminal.type("services list --extra", [], { isUnordered });
      for (const name of ["Greeter", "Hidden", "Counter", "Flow"])
        await terminal.type(`services describe ${name}`, [], { isUnordered });
      await terminal.type("services get Killing --table-style borders");
      // Keys are listed in any order, and what is said of them depends on how long they are held.
      const status = "services status --locked-key-held-threshold-second 86400";
      await terminal.type(status, [], { isUnordered });
      for (const name of ["Counter", "Waiter", "Failing", "Pausing", "Flow", "Killing"])
        await terminal.type(`${status} ${name}`, [], { isUnordered });
      await terminal.type(`${status} Flow --locked-keys-limit 0`, [], { isUnordered });
      await terminal.stand.untilHeld("Counter/b/hold", 1100);
      await terminal.type("services status Counter --locked-key-held-threshold-second 0", [], { isUnordered });
      await terminal.type("services status Greeter --sample-invocations-limit 1", [], { isUnordered });
      for (const name of ["Greeter", "Hidden", "Counter", "Flow", "Failing", "Killing"])
        await terminal.type(`services config view ${name}`);
    },
  },
  {
    title: "deployments",
    async run(terminal) {
      const isUnordered = true;
      await terminal.type("deployments list", [], { isUnordered });
      await terminal.type("dp ls --extra", [], { isUnordered });
      const [row] = await terminal.stand.rows("select id from sys_deployment");
      await terminal.type(`deployments describe ${row?.id}`, [], { isUnordered });
      await terminal.type(`deployments get ${row?.id} --extra`, [], { isUnordered });
    },
  },
  {
    title: "sql",
    async run(terminal) {
      const query = async (text: string, ...flags: string[]) => terminal.type("sql", [text, ...flags]);
      const shown =
        "select target, status, retry_count from sys_invocation where status <> 'completed' order by target, status";
      await query(shown);
      await query(shown, "--json");
      await query(shown, "--jsonl");
      await query(shown, "--table-style", "borders");
      await query("select id, created_at, completed_at from sys_invocation where target = 'Greeter/steps'");
      await query("select * from state order by service_name, service_key", "--json");
      await query("select 1 as one, 'two' as two, 2.5 as three, true as four, null as five");
      await query("select 1 as one, 'two' as two, 2.5 as three, true as four, null as five", "--json");
      await query("select arrow_typeof(1)");
      await query("select status, count(*) as n from sys_invocation group by status order by status");
      await query("select name, ty, revision, public from sys_service order by name");
      await query("select * from sys_invocation where id = 'nothing'");
      await query("select * from sys_inbox where service_name = 'none'", "--json");
      await query("select * from nowhere");
      await query("select nothing from sys_invocation");
      await query("selec 1");
      await query("delete from state");
      await query("");
    },
  },
  {
    title: "invocations list",
    async run(terminal) {
      const list = (flags: string) => terminal.type(`invocations list${flags === "" ? "" : ` ${flags}`}`);
      await list("");
      await list("--all");
      await list("--all --oldest-first");
      await list("--all --limit 3");
      await list("--oldest-first --limit 2");
      for (const status of [
        "scheduled",
        "pending",
        "ready",
        "running",
        "suspended",
        "backing-off",
        "completed",
        "paused",
      ])
        await list(`--status ${status}`);
      await list("--status running --status paused");
      await list("--status running,paused");
      await list("--completion-result success");
      await list("--completion-result failure");
      await list("--service Greeter");
      await list("--service Greeter --all");
      await list("--service Greeter --handler fail --all");
      await list("--service Counter,Flow --all");
      await list("--handler add");
      await list("--key b");
      await list("--service Counter --key b --handler hold");
      await list("--virtual-objects-only");
      await list("--virtual-objects-only --all");
      await list("--zombie");
      const [row] = await terminal.stand.rows("select id from sys_deployment");
      await list(`--deployment ${row?.id}`);
      await list(`--dp ${row?.id} --all --limit 2`);
      await list("--deployment dp_unknown");
      await list("--service Unknown");
      await list("--status nonsense");
      await list("--time-format iso8601 --limit 2");
      await list("--time-format rfc2822 --status backing-off");
      await list("--table-style borders --limit 2");
      await list("--quiet");
      await list("--limit 0");
    },
  },
  {
    title: "invocations describe",
    async run(terminal) {
      for (const target of [
        "Greeter/steps",
        "Greeter/fail",
        "Greeter/callsFailing",
        "Greeter/greet",
        "Counter/a/add",
        "Counter/b/hold",
        "Counter/b/add",
        "Waiter/w/awakeable",
        "Waiter/s/sleep",
        "Waiter/p/parent",
        "Waiter/p-child/awakeable",
        "Waiter/e/everything",
        "Failing/atOnce",
        "Failing/inStep",
        "Pausing/pauses",
        "Killing/kills",
        "Flow/waiting/run",
        "Flow/done/run",
      ])
        await terminal.type(`invocations describe ${await terminal.idOf(target)}`);
      await terminal.type(`invocations get ${await terminal.idOf("Greeter/steps")} --time-format iso8601`);
    },
  },
  {
    title: "a call without an idempotency key",
    async run(terminal) {
      await terminal.stand.post("Greeter/greet", "nobody");
      await terminal.type("invocations list --service Greeter --handler greet --all --limit 1");
    },
  },
];
