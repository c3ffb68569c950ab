/**
 * Runs inside the developer's program, before it: `node --import dev-preload.js app.ts`.
 *
 * - The program's module is the bundle that the loop has made of its files.
 * - Every port that it listens on becomes a free one, so that two versions can run at a time; the loop is told which.
 * - A program that only exports its services is served.
 * - It ends when the loop says so, or is gone. The channel to the loop does not keep it alive.
 */
import { readFileSync } from "node:fs";
import * as modules from "node:module";
import { type AddressInfo, Server } from "node:net";
import { pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";
import { serveExports } from "./exports.ts";
import { CODE, type FromProgram, LOAD_PACKAGE, PROGRAM, type ToProgram } from "./messages.ts";

const { [PROGRAM]: program, [CODE]: codeFile } = process.env;
// Processes that the program starts are none of ours.
delete process.env[PROGRAM];
delete process.env[CODE];

if (isMainThread && program !== undefined && codeFile !== undefined && process.send !== undefined) {
  const url = pathToFileURL(program).href;
  load(url, readFileSync(codeFile, "utf8"));
  listenOnFreePorts();
  obeyTheLoop();
  supplyWithResolvers();
  // When the program's own evaluation is under way: this import joins it.
  setImmediate(() => void afterEvaluation(url));
}

function tell(message: FromProgram): void {
  if (process.connected) process.send?.(message);
}

/** Lets `url` be loaded as `source`, with Node's synchronous hooks where it has them. */
function load(url: string, source: string): void {
  // reason: the declarations are those of Node 20, which has no synchronous hooks.
  const { registerHooks } = modules as unknown as { registerHooks?: (hooks: object) => void };
  if (registerHooks !== undefined) {
    registerHooks({
      load: (wanted: string, context: unknown, next: (url: string, context: unknown) => unknown) =>
        wanted === url ? { format: "module", source, shortCircuit: true } : next(wanted, context),
    });
    return;
  }
  const hooks = `
    let program;
    export function initialize(given) { program = given; }
    export function load(url, context, next) {
      return url === program.url ? { format: "module", source: program.source, shortCircuit: true } : next(url, context);
    }`;
  modules.register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url, { data: { url, source } });
}

let listens = 0;

function listenOnFreePorts(): void {
  // reason: `listen` has ten overloads; whatever it is called with is passed on, save for the port.
  const prototype = Server.prototype as unknown as { listen(...args: unknown[]): Server };
  const { listen } = prototype;
  prototype.listen = function (this: Server, ...args: unknown[]) {
    const wanted = portOf(args);
    if (wanted === undefined) return listen.apply(this, args);
    listens++;
    const host = hostOf(args);
    this.once("listening", () => {
      const { port } = this.address() as AddressInfo;
      tell({ kind: "listening", port, wanted, host });
    });
    const callback = args.findLast((argument) => typeof argument === "function");
    const options = typeof args[0] === "object" && args[0] !== null ? args[0] : {};
    return listen.call(this, { ...options, port: 0, host }, ...(callback === undefined ? [] : [callback]));
  };
}

/** `undefined`: no port but a pipe, a descriptor, or another server's handle. */
function portOf([first]: readonly unknown[]): number | undefined {
  if (first === undefined || first === null || typeof first === "function") return 0;
  if (typeof first === "object") {
    const { port, path: pipe, fd, _handle } = first as Record<string, unknown>;
    if (pipe !== undefined || fd !== undefined || _handle !== undefined) return undefined;
    return port === undefined ? undefined : portOf([port]);
  }
  if (typeof first === "string" && !/^\d+$/.test(first)) return undefined;
  const port = Number(first);
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined;
}

/** Of all addresses, this machine's own will do. */
function hostOf([first, second]: readonly unknown[]): string {
  const given = typeof first === "object" && first !== null ? (first as { host?: unknown }).host : second;
  return typeof given === "string" && !["0.0.0.0", "::", ""].includes(given) ? given : "127.0.0.1";
}

function obeyTheLoop(): void {
  process.on("message", (message: ToProgram) => {
    if (message.kind !== "stop") return;
    // What the program does at its end, it does where signals are unknown, too.
    if (process.listenerCount("SIGTERM") > 0) process.emit("SIGTERM");
    else process.exit(0);
  });
  process.on("disconnect", () => process.exit(0));
  process.channel?.unref();
}

async function afterEvaluation(url: string): Promise<void> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(url)) as Record<string, unknown>;
  } catch {
    // Node itself reports it, and ends the program.
    return;
  }
  // `serve` without `await` listens by then.
  await new Promise((resolve) => setImmediate(resolve));
  if (listens > 0) return;
  try {
    if (!(await serveExports(exported, loadOf()))) tell({ kind: "nothing-served" });
  } catch (error) {
    tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
}

/** How the program loads packages: the bundle left it here. */
function loadOf(): Parameters<typeof serveExports>[1] {
  return (globalThis as unknown as Record<symbol, Parameters<typeof serveExports>[1]>)[LOAD_PACKAGE] as never;
}

/** The official SDK needs it, and Node 20 lacks it. */
function supplyWithResolvers(): void {
  if ("withResolvers" in Promise) return;
  Object.defineProperty(Promise, "withResolvers", {
    configurable: true,
    writable: true,
    value: function withResolvers<T>(this: PromiseConstructor) {
      const parts: { resolve?: unknown; reject?: unknown } = {};
      const promise = new this<T>((resolve, reject) => Object.assign(parts, { resolve, reject }));
      return { promise, ...parts };
    },
  });
}
