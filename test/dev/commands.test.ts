import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { serverCliPath } from "../support/toolchain.ts";
import { until } from "../support/until.ts";
import { call, type Dev, dev, Project, query, send } from "./stand.ts";

const PROGRAM = `
import * as restate from "restate-lite/sdk";

export const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, n: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + n;
      ctx.set("value", value);
      return value;
    },
    again: async (ctx: restate.ObjectContext): Promise<number> => ctx.objectClient(counter, ctx.key).add(1),
  },
});

export const order = restate.workflow({
  name: "Order",
  handlers: {
    run: async (ctx: restate.WorkflowContext) => {
      ctx.set("step", 1);
      return await ctx.promise<string>("approval");
    },
    approve: (ctx: restate.WorkflowSharedContext, by: string) => ctx.promise<string>("approval").resolve(by),
  },
});

export const greeter = restate.service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: restate.Context, name: string) => {
      if (name === "") throw new restate.TerminalError("who?", { errorCode: 418 });
      const id = await ctx.run("choose an id", () => "id-1");
      const visits = await ctx.objectClient(counter, "a/b").add(2);
      return name + " " + id + " " + visits;
    },
    wait: async (ctx: restate.Context) => {
      await ctx.sleep({ days: 1 });
    },
    shout: async (ctx: restate.Context) => {
      ctx.objectSendClient(counter, "\\u001b[31mred\\u202e").add(1);
      throw new restate.TerminalError("\\u001b]0;title\\u0007" + "a".repeat(100_000));
    },
    deaf: async (ctx: restate.Context) => {
      await ctx.run("begin", () => {});
      await new Promise(() => {});
    },
  },
});
`;

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function lite(running: Dev | undefined, folder: string, args: readonly string[], input?: string): Result {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("RESTATE_")));
  const result = spawnSync(process.execPath, [serverCliPath(), ...args], {
    cwd: folder,
    env: { ...env, ...(running === undefined ? {} : { RESTATE_ADMIN_URL: running.admin }) },
    encoding: "utf8",
    ...(input === undefined ? {} : { input }),
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

async function admin(running: Dev, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(running.admin + path, {
    method,
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

async function serving(): Promise<{ running: Dev; project: Project; cli(...args: string[]): Result }> {
  const project = new Project({ "app.ts": PROGRAM });
  const running = await dev(project.folder, ["app.ts", "--data-dir", "data"]);
  await running.says(/Version 1 serves/);
  return { running, project, cli: (...args) => lite(running, project.folder, args) };
}

describe("the commands, with a server", () => {
  it("invoke, ls, describe, state and sql do what they say", async () => {
    const { running, project, cli } = await serving();

    expect(cli("invoke", "Greeter/greet", '"Ada"')).toEqual({ code: 0, out: '"Ada id-1 2"\n', err: "" });
    expect(cli("invoke", "Counter/a/b/add", "3")).toMatchObject({ code: 0, out: "5\n" });
    expect(lite(running, project.folder, ["invoke", "Counter/c/add", "-"], "4")).toMatchObject({ code: 0, out: "4\n" });
    const invoked = JSON.parse(cli("invoke", "--json", "Greeter/greet", '"Bob"').out) as Record<string, string>;
    expect(invoked).toEqual({ invocationId: expect.stringMatching(/^inv_/) as string, result: "Bob id-1 7" });
    const sent = cli("invoke", "--send", "Greeter/wait").out.trim();
    expect(sent).toMatch(/^inv_\w+$/);
    const later = cli("invoke", "--send", "--delay", "1h", "Greeter/wait");
    expect(later.code).toBe(0);
    const once = ["invoke", "--idempotency-key", "k", "Counter/once/add", "1"];
    expect([cli(...once).out, cli(...once).out]).toEqual(["1\n", "1\n"]);

    const listed = cli("ls");
    expect(listed.out).toMatch(/^id +target +status +created +note\n/);
    expect(listed.out).toMatch(new RegExp(`${sent} +Greeter/wait +(running|suspended)`));
    expect(listed.out).toMatch(/Greeter\/wait +scheduled/);
    const completed = JSON.parse(cli("ls", "--json", "--status", "completed", "--service", "Greeter").out) as unknown[];
    expect(completed).toHaveLength(2);
    expect(cli("ls", "services").out).toMatch(/Greeter +Service +1 +dp_\w+ +greet wait/);
    expect(cli("ls", "deployments").out).toMatch(/dp_\w+ +http:\/\/127\.0\.0\.1:\d+/);

    const tree = cli("describe", invoked.invocationId ?? "").out;
    expect(tree).toMatch(/^status +completed$/m);
    expect(tree).toMatch(/^input +"Bob"$/m);
    expect(tree).toMatch(/^├─ 1 Run choose an id → "id-1"$/m);
    expect(tree).toMatch(/^├─ \d Call Counter\/a\/b\/add inv_\w+ → 7$/m);
    expect(tree).toMatch(/^│ {2}├─ \d SetState value/m);
    expect(tree).toMatch(/^└─ \d+ Output → "Bob id-1 7"$/m);
    expect(cli("describe", sent).out).toMatch(/^└─ 1 Sleep until \S+ … pending$/m);
    const described = JSON.parse(cli("describe", "--json", sent).out) as { journal: { type: string }[] };
    expect(described.journal.map(({ type }) => type)).toEqual(["Input", "Sleep"]);

    expect(cli("state", "get", "Counter/a/b").out).toMatch(/^name +value\nvalue +7\n$/);
    expect(cli("state", "get", "Counter/a/b", "value").out).toBe("7\n");
    expect(cli("state", "set", "Counter/a/b", "value", "40").code).toBe(0);
    expect(await call(running, "Counter/a%2Fb/add", 2)).toBe(42);
    expect(cli("state", "set", "Counter/a/b", "other", '{"x": 1}').code).toBe(0);
    expect(JSON.parse(cli("state", "get", "--json", "Counter/a/b").out)).toEqual({ value: 42, other: { x: 1 } });
    expect(cli("state", "clear", "Counter/a/b", "other").code).toBe(0);
    expect(JSON.parse(cli("state", "get", "--json", "Counter/a/b").out)).toEqual({ value: 42 });
    expect(cli("state", "clear", "Counter/a/b").code).toBe(0);
    expect(cli("state", "get", "Counter/a/b").out).toBe("Counter/a/b has no state.\n");

    expect(cli("sql", "select 1 + 1 as two").out).toBe("two\n2\n1 row\n");
    expect(JSON.parse(cli("sql", "--json", "select name from sys_service order by name").out)).toEqual([
      { name: "Counter" },
      { name: "Greeter" },
      { name: "Order" },
    ]);
    // What is longer than a pipe holds, for somebody who has read enough.
    const long = `'${process.execPath}' '${serverCliPath()}' sql "select repeat('x', 1000000) as x" | head -c 1`;
    const env = { ...process.env, RESTATE_ADMIN_URL: running.admin };
    expect(spawnSync("bash", ["-c", long], { encoding: "utf8", env })).toMatchObject({ stdout: "x", stderr: "" });
    expect(await running.stop()).toBe(0);
  });

  it("state says what it leaves of a workflow, and reaches what a service that is gone has left", async () => {
    const { running, cli } = await serving();
    const run = await send(running, "Order/o1/run");
    await call(running, "Order/o1/approve", "Ada");
    await until("the end of the workflow", async () => {
      const rows = await query(running, `select status from sys_invocation where id = '${run}'`);
      return rows[0]?.status === "completed";
    });
    const cleared = cli("state", "clear", "Order/o1");
    expect(cleared).toMatchObject({ code: 0, err: "" });
    expect(cleared.out).toContain(`is left: the invocation ${run} of run (completed), the promise approval.`);
    expect(cleared.out).toContain("can run again once that invocation is purged");
    expect(JSON.parse(cli("state", "clear", "--json", "Order/o1").out)).toMatchObject({
      left: { run: { id: run, status: "completed" }, promises: ["approval"] },
    });

    const put = (scope: object, state: Record<string, string>) =>
      admin(running, "POST", "/services/Counter/state", {
        ...{ object_key: "x", ...scope },
        new_state: Object.fromEntries(Object.entries(state).map(([name, value]) => [name, [...Buffer.from(value)]])),
      });
    await put({}, { a: "1", b: "2" });
    await put({ scope: "eu" }, { c: "3" });
    const { deployments } = (await admin(running, "GET", "/deployments")) as { deployments: { id: string }[] };
    for (const { id } of deployments) await admin(running, "DELETE", `/deployments/${id}?force=true`);
    expect(JSON.parse(cli("state", "get", "--json", "Counter/x").out)).toEqual({ a: 1, b: 2 });
    expect(cli("state", "clear", "Counter/x", "a")).toMatchObject({
      code: 4,
      err: expect.stringMatching(
        /'Counter' does not exist: what it may have left behind can only be cleared/,
      ) as string,
    });
    expect(cli("state", "clear", "Counter/x").code).toBe(0);
    expect(cli("state", "get", "Counter/x").code).toBe(4);
    expect(cli("state", "clear", "--scope", "eu", "Counter/x", "c").code).toBe(0);
    expect(await query(running, "select key from state where service_name = 'Counter'")).toEqual([]);
    expect(await running.stop()).toBe(0);
  });

  it("tell a handler's error, an unknown name and a bad query apart by their exit codes", async () => {
    const { running, cli } = await serving();
    const failed = cli("invoke", "Greeter/greet", '""');
    expect(failed).toEqual({ code: 5, out: "", err: "restate-lite: Greeter/greet failed: [418] who?\n" });
    expect(JSON.parse(cli("invoke", "--json", "Greeter/greet", '""').out)).toEqual({
      error: { code: "418", message: "Greeter/greet failed: [418] who?" },
    });
    expect(cli("invoke", "Gretter/greet", '"A"')).toMatchObject({
      code: 4,
      err: expect.stringContaining("there is no service 'Gretter'; registered are Counter, Greeter") as string,
    });
    expect(cli("invoke", "Greeter/great", '"A"')).toMatchObject({
      code: 4,
      err: expect.stringContaining("the handlers of Greeter are greet, wait") as string,
    });
    expect(cli("describe", "inv_1nothing")).toMatchObject({ code: 4 });
    expect(cli("state", "get", "Counter/x", "value")).toMatchObject({ code: 4 });
    expect(cli("state", "get", "Nobody/x")).toMatchObject({ code: 4 });
    expect(cli("state", "get", "Greeter/x")).toMatchObject({ code: 2 });
    expect(cli("sql", "select nothing from nowhere")).toMatchObject({ code: 1, out: "" });
    expect(await running.stop()).toBe(0);
  });
});

describe("what handlers say", () => {
  it("reaches a terminal cut and without commands for it, and programs whole", async () => {
    const { running, cli } = await serving();
    const id = cli("invoke", "--send", "Greeter/shout").out.trim();
    await until("the end", () => Promise.resolve(/^status +failed/m.test(cli("describe", id).out)));
    for (const { out } of [cli("ls"), cli("describe", id), cli("sql", "select * from sys_invocation")]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
      expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
      expect(out).toContain("\\x1b[31mred\\u202e");
      expect(out).toContain("\\x1b]0;title\\x07aaa");
      expect(out).not.toContain("a".repeat(2000));
    }
    const [row] = JSON.parse(
      cli("sql", "--json", `select completion_failure as text from sys_invocation where id = '${id}'`).out,
    ) as { text: string }[];
    expect(row?.text).toContain(`\u001b]0;title\u0007${"a".repeat(100_000)}`);
    expect(await running.stop()).toBe(0);
  });
});

describe("describe", () => {
  it("says that an object waits for itself, with the ring and what to kill", async () => {
    const { running, cli } = await serving();
    const outer = cli("invoke", "--send", "Counter/k/again").out.trim();
    await until("the ring", () => Promise.resolve(cli("describe", outer).out.includes("can ever go on")));
    const { out } = cli("describe", outer);
    const inner = /^ {2}(inv_\w+) Counter\/k\/add waits for its key, which is held by (inv_\w+)$/m.exec(out);
    expect(inner?.[2]).toBe(outer);
    expect(out).toMatch(new RegExp(`^  ${outer} Counter/k/again waits for the result of ${inner?.[1]}$`, "m"));
    expect(out).toContain(`Kill ${inner?.[1]} `);
    const waiting = JSON.parse(cli("describe", "--json", inner?.[1] ?? "").out) as { standing: object };
    expect(waiting.standing).toMatchObject({ status: "inboxed", waitsFor: { kind: "key", holder: outer } });
    await fetch(`${running.admin}/invocations/${inner?.[1]}/kill`, { method: "PATCH" });
    await until("the end", () => Promise.resolve(/^failure +.*killed/m.test(cli("describe", outer).out)));
  });

  it("says that a cancellation has not been looked at, and that a kill needs no look", async () => {
    const { running, cli } = await serving();
    const id = cli("invoke", "--send", "Greeter/deaf").out.trim();
    await until("the step", () => Promise.resolve(/Run begin →/.test(cli("describe", id).out)));
    expect(cli("describe", id).out).not.toMatch(/^cancel/m);
    await fetch(`${running.admin}/invocations/${id}/cancel`, { method: "PATCH" });
    expect(cli("describe", id).out).toMatch(/^cancel +asked for at \S+, and its handler has done nothing since.*kill/m);
  });
});

describe("the whole database", () => {
  it("goes to a file while the server runs, and back into another folder, and reset deletes it", async () => {
    const { running, project, cli } = await serving();
    expect(await call(running, "Counter/kept/add", 11)).toBe(11);
    const waiting = await send(running, "Greeter/wait");
    expect(cli("export", "all.db", "--data-dir", "data")).toMatchObject({ code: 0, err: "" });
    expect(cli("export", "all.db", "--data-dir", "data")).toMatchObject({ code: 1 });
    expect(cli("export", "all.db", "--data-dir", "data", "--force")).toMatchObject({ code: 0 });
    expect(cli("import", "all.db", "--data-dir", "data", "--force").err).toMatch(/another server is using/);
    expect(cli("reset", "--yes", "--data-dir", "data").err).toMatch(/another server is using/);
    expect(await running.stop()).toBe(0);

    expect(cli("import", "all.db", "--data-dir", "copy")).toMatchObject({ code: 0, err: "" });
    expect(cli("import", "all.db", "--data-dir", "copy")).toMatchObject({ code: 1 });
    const again = await dev(project.folder, ["app.ts", "--data-dir", "copy"]);
    await again.says(/1 invocation goes on with version 1/);
    expect(await call(again, "Counter/kept/add", 1)).toBe(12);
    const there = lite(again, project.folder, ["ls", "--json"]).out;
    expect(there).toContain(waiting);
    expect(await again.stop()).toBe(0);

    // Without a server, too.
    expect(cli("export", "later.db", "--data-dir", "copy")).toMatchObject({ code: 0, err: "" });
    expect(cli("reset", "--data-dir", "copy")).toMatchObject({ code: 2 });
    expect(cli("reset", "--yes", "--data-dir", "copy")).toMatchObject({ code: 0 });
    expect(existsSync(path.join(project.folder, "copy", "restate.db"))).toBe(false);
    expect(cli("import", "later.db", "--data-dir", "copy")).toMatchObject({ code: 0 });
  });

  it("is not taken from files that hold none", () => {
    const project = new Project({
      "text.db": "no database at all, but long enough to be read as if it were one".repeat(50),
    });
    const cli = (...args: string[]) => lite(undefined, project.folder, args);
    expect(cli("import", "missing.db")).toMatchObject({ code: 4 });
    expect(cli("import", "text.db")).toMatchObject({ code: 1, err: expect.stringContaining("text.db") as string });
    expect(cli("export", "out.db")).toMatchObject({ code: 4, err: expect.stringContaining("--data-dir") as string });
    expect(cli("reset", "--yes")).toMatchObject({ code: 0 });
    expect(existsSync(path.join(project.folder, ".restate-lite"))).toBe(false);
    expect(existsSync(path.join(project.folder, "out.db"))).toBe(false);
  });
});

describe("a wrong command line", () => {
  const project = () => new Project({});

  it.each([
    [["invoke"], 2, "invoke SERVICE/HANDLER"],
    [["invoke", "Greeter"], 2, "'Greeter' names no handler"],
    [["invoke", "A/b", "{"], 2, "not JSON"],
    [["invoke", "A/b", "1", "2"], 2, "'2'"],
    [["invoke", "A/b", "--delay", "1s"], 2, "--send"],
    [["invoke", "A/b", "--nope"], 2, "--nope"],
    [["ls", "everything"], 2, "'everything'"],
    [["ls", "--status", "asleep"], 2, "'asleep'"],
    [["ls", "--limit", "0"], 2, "--limit"],
    [["describe", "17"], 2, "'17'"],
    [["state", "get"], 2, "state get|set|clear"],
    [["state", "put", "A/b"], 2, "'put'"],
    [["state", "get", "A"], 2, "SERVICE/KEY"],
    [["state", "set", "A/b", "n"], 2, "state set"],
    [["sql"], 2, "sql QUERY"],
    [["completion", "tcsh"], 2, "'tcsh'"],
    [["ls", "--admin-url", "localhost:1"], 2, "--admin-url"],
    [["ls", "--admin-url", "http://127.0.0.1:1"], 3, "no server answers at http://127.0.0.1:1"],
    [["dev", "nothing.ts"], 2, "there is no file 'nothing.ts'"],
  ])("%j exits with %d and names %s", (args, code, named) => {
    const result = lite(undefined, project().folder, args);
    expect(result).toMatchObject({ code, out: "" });
    expect(result.err).toContain(named);
    expect(result.err.split("\n").length).toBeLessThanOrEqual(3);
  });

  it("every command has a help", () => {
    for (const name of ["invoke", "ls", "describe", "state", "sql", "reset", "export", "import", "completion"]) {
      const help = lite(undefined, project().folder, [name, "--help"]);
      expect(help).toMatchObject({ code: 0, err: "" });
      expect(help.out).toContain(`restate-lite ${name}`);
    }
  });
});

describe("the completion", () => {
  it("of bash offers commands, options and their values", () => {
    const { folder } = new Project({});
    const file = path.join(folder, "completion.bash");
    writeFileSync(file, lite(undefined, folder, ["completion", "bash"]).out);
    const complete = (...words: string[]) => {
      const script = `source ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _restate_lite; echo "\${COMPREPLY[*]}"`;
      const result = spawnSync("bash", ["-c", script], { encoding: "utf8" });
      expect(result.stderr).toBe("");
      return result.stdout.trim().split(" ");
    };
    expect(complete("restate-lite", "de")).toEqual(["dev", "describe"]);
    expect(complete("restate-lite", "state", "s")).toEqual(["set"]);
    expect(complete("restate-lite", "invoke", "--id")).toEqual(["--idempotency-key"]);
    expect(complete("restate-lite", "ls", "--status", "pa")).toEqual(["paused"]);
  });

  it.each(["zsh", "fish", "powershell"])(
    "of %s is a script with every command, which the shell takes if it is here",
    (shell) => {
      const { folder } = new Project({});
      const result = lite(undefined, folder, ["completion", shell]);
      expect(result).toMatchObject({ code: 0, err: "" });
      for (const name of ["dev", "invoke", "describe", "export"]) expect(result.out).toContain(name);
      const check = { zsh: ["zsh", "-n"], fish: ["fish", "--no-execute"], powershell: ["pwsh", "-NoProfile", "-File"] }[
        shell
      ];
      const [program = "", ...args] = check ?? [];
      const file = path.join(folder, shell === "powershell" ? "completion.ps1" : "completion");
      writeFileSync(file, result.out);
      const run = spawnSync(program, [...args, file], { encoding: "utf8" });
      if (run.error === undefined) expect(run).toMatchObject({ status: 0, stderr: "" });
      if (run.error === undefined && shell === "fish") {
        const offered = (text: string) =>
          spawnSync(program, ["-c", `source '${file}'; complete -C '${text}'`], { encoding: "utf8" }).stdout;
        expect(offered("restate-lite de")).toMatch(/^describe\t.*\ndev\t/);
        expect(offered("restate-lite state s")).toMatch(/^set\b/);
        expect(offered("restate-lite ls --status pa")).toMatch(/^paused\b/);
      }
      expect(readFileSync(file, "utf8")).toBe(result.out);
    },
  );
});
