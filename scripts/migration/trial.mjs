// Tries the programs of one folder out on a server of ours: starts each, registers what it serves, calls every handler
// and writes down what came back.
import { fork } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, freePorts, start } from "../processes.mjs";
import { inputs, patienceMs, racing } from "./inputs.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const cli = path.resolve(here, "../../dist/cli.js");
/** How long a program may take to start, and a handler to answer. */
const startLimitMs = 20_000;
const answerLimitMs = 3000;
const firstError = /^(Error: Cannot find .*|\w*Error(:| \[).*|Missing .*)$/m;

export class Trial {
  #server;
  #started = [];

  /** Starts a server for the programs of one folder. */
  static async start() {
    const trial = new Trial();
    const [ingress, admin] = await freePorts(2);
    trial.ingressUrl = `http://127.0.0.1:${ingress}`;
    trial.adminUrl = `http://127.0.0.1:${admin}`;
    const args = [cli, "start", "--ephemeral", "--ingress-port", String(ingress), "--admin-port", String(admin)];
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("RESTATE_")));
    trial.#server = start(process.execPath, args, { env });
    for (const url of [`${trial.adminUrl}/health`, `${trial.ingressUrl}/restate/health`])
      await eventually(url, 10_000, async () => (await fetch(url)).ok || undefined);
    return trial;
  }

  async end() {
    for (const program of this.#started) program.kill("SIGKILL");
    this.#server.signal("SIGKILL");
    await this.#server.ended;
  }

  /**
   * Starts a program and calls what it serves.
   * @returns `{ way, answers }` (`answers`: target → what came back), or `{ failed }` when it does not start
   */
  async run(starter, file, sdk) {
    const { way, ports, failed, output } = await this.#launch(starter, file, sdk);
    if (failed !== undefined) return { failed };
    const answers = output === undefined ? {} : { output };
    for (const port of ports) {
      const services = await this.#register(port);
      if (typeof services === "string") answers[`port ${ports.indexOf(port) + 1}`] = services;
      else for (const service of services) Object.assign(answers, await this.#callAll(service));
    }
    return { way, answers };
  }

  async #launch(starter, file, sdk) {
    const args = ["--import", path.join(here, "preload.mjs"), "--import", import.meta.resolve("tsx")];
    const child = fork(starter, [file, sdk], {
      cwd: path.dirname(file),
      execArgv: args,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, INGRESS_URL: this.ingressUrl, RESTATE_LOGGING: "ERROR", PORT: "9080" },
    });
    this.#started.push(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const ports = [];
    let way;
    let status;
    child.on("message", (message) => {
      if (message.listening !== undefined) ports.push(message.listening);
      else way = message.way;
    });
    child.once("close", (code, signal) => (status = code ?? signal));
    await eventually(`the start of ${file}`, startLimitMs, async () => {
      if (status !== undefined || way === "ended" || (way !== undefined && ports.length > 0)) return true;
    }).catch(() => undefined);
    if (ports.length > 0 && status === undefined) return { way: way ?? "listens", ports };
    if (way === "ended") {
      await eventually(`the end of ${file}`, startLimitMs, async () => status).catch(() => child.kill("SIGKILL"));
      return status === 0 && output === ""
        ? { failed: "nothing to start" }
        : { ports, way: `ends with ${status}`, output: normalised(output) };
    }
    child.kill("SIGKILL");
    const error = firstError.exec(output)?.[0] ?? output.slice(0, 200);
    return { failed: `does not start: ${normalised(error).trim() || `ends with ${status}`}` };
  }

  async #register(port) {
    for (const useHttp11 of [false, true]) {
      const answer = await this.#admin("POST", "/deployments", {
        uri: `http://127.0.0.1:${port}`,
        use_http_11: useHttp11,
        force: true,
        breaking: true,
      });
      if (answer.status === 200 || answer.status === 201) return JSON.parse(answer.text).services;
      if (useHttp11) return `not registered: ${answer.status} ${normalised(answer.text).slice(0, 300)}`;
    }
  }

  async #callAll({ name, ty, handlers }) {
    const answers = {};
    const running = [];
    for (const handler of handlers) {
      const target = `${name}/${handler.name}`;
      const input = inputs[target] ?? inputs[handler.name] ?? "Ada";
      const key = ty === "Service" ? "" : "/key-1";
      const sent = await this.#request("POST", this.ingressUrl, `/${name}${key}/${handler.name}/send`, input);
      if (sent.status !== 202) answers[target] = `${sent.status} ${normalised(sent.text)}`;
      else {
        const { invocationId } = JSON.parse(sent.text);
        // A workflow's run goes on while its other handlers are called.
        if (handler.ty === "Workflow") running.push([target, invocationId]);
        else answers[target] = await this.#resultOf(invocationId, target);
      }
    }
    for (const [target, id] of running) answers[target] = await this.#resultOf(id, target);
    return answers;
  }

  /** The result of an invocation; one that takes longer is cancelled, so that it frees its key. */
  async #resultOf(id, target) {
    const result = await this.#attach(id, target);
    if (result !== undefined) return result;
    const seen = await this.#admin("GET", `/invocations/${id}`);
    const lastFailure = JSON.parse(seen.text || "{}").last_failure;
    await this.#admin("PATCH", `/invocations/${id}/cancel`);
    if ((await this.#attach(id)) === undefined) {
      await this.#admin("PATCH", `/invocations/${id}/kill`);
      return lastFailure === undefined ? "goes on; killed" : `is retried; killed`;
    }
    return "waits; cancelled";
  }

  async #attach(id, target) {
    const aborted = AbortSignal.timeout(patienceMs[target] ?? answerLimitMs);
    try {
      const answer = await fetch(`${this.ingressUrl}/restate/invocation/${id}/attach`, { signal: aborted });
      const text = await answer.text();
      return racing.has(target) ? `${answer.status}` : `${answer.status} ${normalised(text)}`;
    } catch (error) {
      if (aborted.aborted) return undefined;
      throw error;
    }
  }

  #admin(method, route, body) {
    return this.#request(method, this.adminUrl, route, body);
  }

  async #request(method, base, route, body) {
    const content =
      body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(`${base}${route}`, { method, ...content });
    return { status: answer.status, text: await answer.text() };
  }
}

/** What differs between two runs of one program is replaced or left out: ids, dates, ports, the SDK's stack frames. */
function normalised(text) {
  return text
    .replace(/^ +at .*(\n|$)/gm, "")
    .replace(/\b(inv|sign|prom)_[0-9A-Za-z]+/g, "$1_…")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "uuid")
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z?/g, "date")
    .replace(/\d{9,}/g, "number")
    .replace(/127\.0\.0\.1:\d+/g, "address")
    .replace(/[^ '"(]*\/migration-\w+\/(official|ours)\//g, "")
    .replace(/[^ '"(]*\/node_modules\//g, "");
}
