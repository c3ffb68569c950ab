import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterEach } from "vitest";
import { serverCliPath } from "../support/toolchain.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ANY_PORTS = ["--ingress-port", "0", "--admin-port", "0"];

const PATIENCE_MS = 30_000;

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A program's folder, with both SDKs installed; gone after the test. */
export class Project {
  readonly folder = mkdtempSync(path.join(tmpdir(), "restate-lite-dev-test-"));

  constructor(files: Readonly<Record<string, string>>) {
    const modules = path.join(this.folder, "node_modules");
    mkdirSync(modules);
    symlinkSync(ROOT, path.join(modules, "restate-lite"), "junction");
    symlinkSync(path.join(ROOT, "test", "node_modules", "@restatedev"), path.join(modules, "@restatedev"), "junction");
    this.write("package.json", '{ "type": "module" }');
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    endings.push(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

export interface Running {
  /** All that has been written so far, without colors. */
  output(): string;
  /** The same with all that controls a terminal. */
  raw(): string;
  /** Resolves with the first match, from `from` on, of what has been or will be written. */
  says(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** Keys, as the terminal sends them. */
  press(keys: string): void;
  stop(): Promise<number | null>;
  /** Closes this end of its output. */
  stopReading(): void;
  readonly exited: Promise<number | null>;
  readonly pid: number;
}

export interface RunOptions {
  readonly terminal?: boolean;
  /** Width of the terminal; default: 160. */
  readonly columns?: number;
  /** The terminal says in the end how it is set. */
  readonly isFollowedByStty?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly node?: string;
  readonly cli?: string;
}

/** Runs `restate-lite` in a folder: with pipes, or in a pseudo-terminal of util-linux's `script`. */
export function run(folder: string, args: readonly string[], options: RunOptions = {}): Running {
  const { terminal = false, columns = 160, isFollowedByStty = false } = options;
  const { environment = {}, node = process.execPath, cli = serverCliPath() } = options;
  const env = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(RESTATE_|RUST_LOG$|NO_COLOR$|FORCE_COLOR$|PORT$)/.test(name)),
    ),
    ...environment,
  };
  const command = [node, cli, ...args];
  const end = isFollowedByStty ? "; stty -a" : "";
  const shell = `stty cols ${columns} rows 40; ${isFollowedByStty ? "" : "exec "}${command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")}${end}`;
  const child: ChildProcess = terminal
    ? spawn("script", ["-qefc", shell, "/dev/null"], { cwd: folder, env })
    : spawn(node, command.slice(1), { cwd: folder, env });
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const output = () => stripVTControlCharacters(text).replaceAll(/\r+\n/g, "\n").replaceAll("\r", "\n");
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  endings.push(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const says = (pattern: RegExp, from = 0) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output().slice(from));
        if (match === null) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      look();
      // Says what was there instead, before the test runner ends the test without a word.
      setTimeout(() => reject(new Error(`never came: ${pattern}\n${output()}`)), PATIENCE_MS).unref();
      void exited.then((code) => reject(new Error(`ended with ${code} before ${pattern}:\n${output()}`)));
    });
  return {
    output,
    raw: () => text,
    says,
    exited,
    press: (keys) => void child.stdin?.write(keys),
    pid: child.pid ?? 0,
    stopReading: () => void child.stdout?.destroy(),
    async stop() {
      if (terminal) child.stdin?.write("q");
      else child.kill("SIGINT");
      return await exited;
    },
  };
}

export interface Dev extends Running {
  readonly ingress: string;
  readonly admin: string;
}

/** Runs `restate-lite dev` and waits for its server. */
export async function dev(folder: string, args: readonly string[], options: RunOptions = {}): Promise<Dev> {
  const isKept = args.includes("--data-dir");
  const running = run(folder, ["dev", ...(isKept ? [] : ["--ephemeral"]), ...ANY_PORTS, ...args], options);
  const [, ingress = "", admin = ""] = await running.says(/ingress +(http:\S+)\n +admin +(http:\S+)\n/);
  return { ...running, ingress, admin };
}

/** Calls a handler with JSON; gives its result. */
export async function call(dev: Dev, handler: string, input?: unknown): Promise<unknown> {
  const response = await fetch(`${dev.ingress}/${handler}`, {
    method: "POST",
    ...(input === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(input) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${handler}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Sends to a handler; gives the id of the invocation. */
export async function send(dev: Dev, handler: string, input?: unknown): Promise<string> {
  const { invocationId } = (await call(dev, `${handler}/send`, input)) as { invocationId: string };
  return invocationId;
}

export async function attach(dev: Dev, id: string): Promise<unknown> {
  const response = await fetch(`${dev.ingress}/restate/invocation/${id}/attach`);
  return JSON.parse(await response.text());
}

export async function query(dev: Dev, sql: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${dev.admin}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: sql }),
  });
  return ((await response.json()) as { rows: Record<string, unknown>[] }).rows;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
