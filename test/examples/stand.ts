import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  freePort,
  type HttpAnswer,
  json,
  Program,
  type ServerKind,
  send,
  TestServer,
  until,
} from "../support/index.ts";
import { node24Path, nodePath } from "../support/toolchain.ts";
import { type CurlLine, curlLines } from "./curl.ts";

export const examplesFolder = fileURLToPath(new URL("../../examples/", import.meta.url));
const testModules = fileURLToPath(new URL("../node_modules", import.meta.url));

export interface Place {
  readonly server: ServerKind;
  /** The Node of this test with tsx, or Node 24, which reads TypeScript itself. */
  readonly node: "tsx" | "node24";
  readonly sdk: Sdk;
}

/** `official`: the examples with nothing changed but the import. */
export type Sdk = "ours" | "official";

/** A server with one example at a time registered on it. */
export class ExampleStand {
  readonly #server: TestServer;
  readonly #place: Place;
  readonly #folders: Readonly<Record<Sdk, string>>;
  #program: Program | undefined;
  #name = "";
  #port = 0;
  #lines: CurlLine[] = [];
  #last: CurlLine | undefined;

  private constructor(server: TestServer, place: Place) {
    this.#server = server;
    this.#place = place;
    this.#folders = { ours: examplesFolder, official: withOfficialImport() };
  }

  static async start(place: Place): Promise<ExampleStand> {
    return new ExampleStand(await TestServer.start(place.server), place);
  }

  /** Starts an example in place of the one before and registers it. */
  async run(name: string): Promise<void> {
    await this.#program?.kill();
    this.#name = name;
    this.#lines = curlLines(path.join(examplesFolder, `${name}.ts`));
    this.#port = await freePort();
    this.#start(this.#place.sdk);
    const body = JSON.stringify({ uri: `http://127.0.0.1:${this.#port}` });
    const headers = { "content-type": "application/json" };
    await this.#untilUp(`the registration of ${name}`, async () => {
      const answer = await send(this.#server.adminUrl, "/deployments", { method: "POST", headers, body });
      if (answer.status === 201) return true;
      throw new Error(`registration: ${answer.status} ${answer.text}`);
    });
  }

  /** Ends the example that runs, as a crash would, and starts it again at the same address, written with that SDK. */
  async handOver(sdk: Sdk): Promise<void> {
    await this.#program?.kill();
    this.#start(sdk);
    await this.#untilUp(`${this.#name} with the other SDK`, async () => {
      const session = connect(`http://127.0.0.1:${this.#port}`);
      await once(session, "connect").finally(() => session.destroy());
      return true;
    });
  }

  /** The lines of the example's comment that nobody has called for yet. */
  get linesLeft(): readonly string[] {
    return this.#lines.map(({ line }) => line);
  }

  /** What the example printed. */
  get output(): string {
    return this.#program?.output ?? "";
  }

  /** Sends the line of the example's comment that was sent last once more. */
  async again(): Promise<HttpAnswer> {
    if (this.#last === undefined) throw new Error("no line was sent yet");
    return this.#send(this.#last, {});
  }

  /** Sends the next line of the example's comment; `fill` replaces what stands there for the reader to fill in. */
  async next(fill: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.#send(this.#nextLine(), fill);
  }

  /** Sends the next line again and again until its answer has this status and, where one is given, this value. */
  async nextUntil(status: number, isExpected: (value: unknown) => boolean = () => true): Promise<HttpAnswer> {
    const line = this.#nextLine();
    return until(`${status} for ${line.line}`, async () => {
      const answer = await this.#send(line, {});
      if (answer.status === status && isExpected(valueIn(answer))) return answer;
      throw new Error(`answers ${answer.status} ${answer.text}`);
    });
  }

  /** A call beyond the lines of the comment. */
  call(path: string, input?: unknown): Promise<HttpAnswer> {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    return send(this.#server.ingressUrl, path, { method: "POST", headers, body });
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#program?.kill(), this.#server.dispose()]);
    rmSync(this.#folders.official, { recursive: true, force: true });
  }

  #start(sdk: Sdk): void {
    const file = path.join(this.#folders[sdk], `${this.#name}.ts`);
    const [node, args] = this.#place.node === "tsx" ? [nodePath, ["--import", "tsx", file]] : [node24Path, [file]];
    const env = { ...process.env, PORT: String(this.#port), RESTATE_LOGGING: "WARN" };
    this.#program = new Program(this.#name, node, args, { env });
  }

  async #untilUp(what: string, probe: () => Promise<boolean>): Promise<void> {
    const program = this.#program;
    await until(what, () => program?.exitStatus !== undefined || probe());
    program?.assertRunning();
  }

  #nextLine(): CurlLine {
    this.#last = this.#lines.shift();
    if (this.#last === undefined) throw new Error("the comment has no more lines");
    return this.#last;
  }

  #send({ path, method, headers, body }: CurlLine, fill: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    let filled = path;
    for (const [word, text] of Object.entries(fill)) filled = filled.replace(word, text);
    return send(this.#server.ingressUrl, filled, { method, headers, body });
  }
}

/** A copy of the examples for the official SDK: the import is all that differs. */
function withOfficialImport(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "restate-lite-examples-"));
  for (const name of readdirSync(examplesFolder).filter((file) => file.endsWith(".ts"))) {
    const text = readFileSync(path.join(examplesFolder, name), "utf8");
    writeFileSync(path.join(folder, name), text.replace('"restate-lite/sdk"', '"@restatedev/restate-sdk"'));
  }
  writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
  symlinkSync(testModules, path.join(folder, "node_modules"), "junction");
  return folder;
}

/** The JSON in an answer, undefined when it is empty. */
export function valueIn(answer: HttpAnswer): unknown {
  return answer.body.length === 0 ? undefined : json(answer);
}
