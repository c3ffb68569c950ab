import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { nodePath, restateCliPath } from "../support/toolchain.ts";
import { ordered, unordered } from "./lines.ts";
import { Mask } from "./mask.ts";
import type { Stand } from "./stand.ts";

/** What one command printed, without what differs between any two runs. */
export interface Printed {
  /** The command as it was typed, masked too. */
  readonly command: string;
  readonly exit: number | string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** What the command showed in the editor. */
  readonly edited?: readonly string[];
}

export interface CommandOptions {
  /** What the user does in the editor: [pattern, replacement]; an empty pattern replaces the whole text. */
  readonly edits?: readonly (readonly [pattern: string, replacement: string])[];
  readonly stdin?: string;
  /** The order of names means nothing: they come out of hash maps on the real server. */
  readonly isUnordered?: boolean;
  /** What is printed now and then instead of the usual: then the command is typed once more. */
  readonly notYet?: RegExp;
}

const TRIES = 10;

const editorFile = fileURLToPath(new URL("editor.mjs", import.meta.url));
const limitMs = 30_000;

/** Types commands of the official CLI, with `RESTATE_ADMIN_URL` at one server, and keeps what they print. */
export class Terminal {
  readonly stand: Stand;
  readonly printed: Printed[] = [];
  readonly #home = mkdtempSync(path.join(tmpdir(), "restate-lite-cli-"));
  readonly #mask: Mask;
  #edits = 0;

  constructor(stand: Stand) {
    this.stand = stand;
    this.#mask = new Mask(stand, this.#home);
  }

  /** Runs one command, which is compared. Words of `line` are arguments; further ones are given as they are. */
  async type(line: string, rest: readonly string[] = [], options: CommandOptions = {}): Promise<Printed> {
    const args = [...line.split(" "), ...rest];
    const shown = path.join(this.#home, `edit-${++this.#edits}`);
    let ended = await this.#run(args, shown, options);
    for (let tries = 1; tries < TRIES && options.notYet?.test(ended.stderr) === true; tries++) {
      ended = await this.#run(args, shown, options);
    }
    const { exit, stdout, stderr } = ended;
    const lines = async (text: string): Promise<readonly string[]> => {
      const masked = await this.#mask.text(text);
      return options.isUnordered === true ? unordered(masked) : ordered(masked);
    };
    const printed: Printed = {
      command: await this.#mask.text(["restate", ...args].join(" ")),
      exit,
      stdout: await lines(stdout),
      stderr: await lines(stderr),
      ...(existsSync(shown) ? { edited: await lines(readFileSync(shown, "utf8")) } : {}),
    };
    this.printed.push(printed);
    return printed;
  }

  /** The id of the youngest invocation of a target. */
  async idOf(target: string): Promise<string> {
    const [row] = await this.stand.rows(
      `select id from sys_invocation where target = '${target}' order by created_at desc limit 1`,
    );
    if (row === undefined) throw new Error(`${this.stand.side} has no invocation of ${target}`);
    return String(row.id);
  }

  /** A file beside the user's configuration. */
  file(name: string, text: string): string {
    const file = path.join(this.#home, name);
    writeFileSync(file, text);
    return file;
  }

  async dispose(): Promise<void> {
    await this.stand.dispose();
    rmSync(this.#home, { recursive: true, force: true });
  }

  #run(
    args: readonly string[],
    shown: string,
    options: CommandOptions,
  ): Promise<{ exit: number | string; stdout: string; stderr: string }> {
    const editor = path.join(this.#home, "editor");
    if (!existsSync(editor)) {
      // The CLI takes the value of EDITOR for one program.
      writeFileSync(editor, `#!/bin/sh\nexec "${nodePath}" "${editorFile}" "$@"\n`);
      chmodSync(editor, 0o755);
    }
    return new Promise((resolve, reject) => {
      const child = spawn(restateCliPath, args, {
        cwd: this.#home,
        timeout: limitMs,
        killSignal: "SIGKILL",
        env: {
          PATH: process.env.PATH,
          HOME: this.#home,
          RESTATE_CLI_CONFIG_HOME: this.#home,
          RESTATE_ADMIN_URL: this.stand.server.adminUrl,
          DO_NOT_TRACK: "1",
          EDITOR: editor,
          EDITS: JSON.stringify(options.edits ?? []),
          SHOWN: shown,
        },
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ exit: code ?? signal ?? "unknown", stdout, stderr }));
      child.stdin.once("error", () => {});
      child.stdin.end(options.stdin ?? "");
    });
  }
}
