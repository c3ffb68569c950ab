import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { EndpointOptions } from "../../../sdk/endpoint/types.ts";
import { ServerError } from "../../errors.ts";
import type { FetchHandler } from "./endpoint.ts";

const PACKAGE = "@restatedev/restate-sdk";

/** What `@restatedev/restate-sdk/fetch` exports, as far as it is needed. */
interface OfficialFetch {
  createEndpointHandler(options: EndpointOptions & { bidirectional?: boolean }): FetchHandler;
}

/**
 * A fetch handler for services of the official SDK, made by the very copy of it that defined them: the one installed
 * for the program, as an ES module or as CommonJS.
 *
 * @throws ServerError RL_OFFICIAL_SDK_NOT_FOUND when that copy is not found; the caller can pass a fetch handler then
 */
export async function officialHandler(options: EndpointOptions): Promise<FetchHandler> {
  let refusal: unknown;
  for (const load of installedCopies()) {
    try {
      const { createEndpointHandler } = await load();
      return createEndpointHandler({ ...options, bidirectional: true });
    } catch (error) {
      // Another copy does not know the handlers of this one.
      refusal = error;
    }
  }
  const names = options.services.map(({ name }) => name).join(", ");
  const reason = refusal === undefined ? "it is not installed for this program" : (refusal as Error).message;
  throw new ServerError(
    500,
    "RL_OFFICIAL_SDK_NOT_FOUND",
    `${names} come from ${PACKAGE}, whose fetch handler cannot be made here: ${reason}. Pass it instead of the services: ` +
      `createEndpointHandler({ services, bidirectional: true }) of ${PACKAGE}/fetch`,
  );
}

/** Ways to load the official SDK: where the program was started, where it lies, and where this package lies. */
function* installedCopies(): Generator<() => Promise<OfficialFetch>> {
  const bases = [path.join(process.cwd(), "_"), ...(process.argv[1] === undefined ? [] : [process.argv[1]])];
  const folders = new Set<string>();
  for (const base of [...bases.map((file) => pathToFileURL(file).href), import.meta.url]) {
    const require = createRequire(base);
    let manifestFile: string;
    try {
      manifestFile = require.resolve(`${PACKAGE}/package.json`);
    } catch {
      continue;
    }
    const folder = path.dirname(manifestFile);
    if (folders.has(folder)) continue;
    folders.add(folder);
    const { exports } = JSON.parse(readFileSync(manifestFile, "utf8")) as {
      exports?: Record<string, { import?: string } | undefined>;
    };
    const module = exports?.["./fetch"]?.import;
    // reason: what is imported here is known by name only; `createEndpointHandler` of anything else throws.
    if (module !== undefined)
      yield () => import(pathToFileURL(path.join(folder, module)).href) as Promise<OfficialFetch>;
    yield async () => require(`${PACKAGE}/fetch`) as OfficialFetch;
  }
}

/** The official SDK calls `Promise.withResolvers` with its first request; Node 20 does not have it. */
export function supplyWithResolvers(): void {
  if ("withResolvers" in Promise) return;
  Object.defineProperty(Promise, "withResolvers", {
    configurable: true,
    writable: true,
    value: function withResolvers<T>(this: PromiseConstructor) {
      let resolve: ((value: T | PromiseLike<T>) => void) | undefined;
      let reject: ((reason?: unknown) => void) | undefined;
      const promise = new this<T>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      return { promise, resolve, reject };
    },
  });
}
