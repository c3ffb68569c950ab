import { createServer } from "node:http2";

const OFFICIAL = "@restatedev/restate-sdk";
const OWN = "restate-lite/sdk";

/** A service, virtual object or workflow, of either SDK. */
interface Definition {
  readonly name: string;
}

/** What an SDK's package exports, as far as it is needed. */
interface Sdk {
  serve(options: { services: unknown[]; port: number }): Promise<unknown>;
}

/** Loads a package as the program does. */
type Load = (name: string) => Promise<Sdk>;

/**
 * Serves what a module exports: an endpoint of either SDK, or services, alone, in lists or in objects.
 *
 * @returns whether there was anything to serve
 */
export async function serveExports(exported: Readonly<Record<string, unknown>>, load: Load): Promise<boolean> {
  const values = new Set(Object.values(exported));
  for (const value of values) {
    if (isEndpoint(value)) {
      await value.listen(0);
      return true;
    }
    if (isServer(value)) {
      value.listen(0);
      return true;
    }
  }
  const services = [...new Set([...values].flatMap(definitionsIn))];
  if (services.length === 0) return handle(exported.default);
  const { serve } = await sdkOf(services, load);
  await serve({ services, port: 0 });
  return true;
}

/** What `createEndpointHandler` of an SDK makes. */
function handle(value: unknown): boolean {
  if (typeof value !== "function") return false;
  createServer(value as Parameters<typeof createServer>[0]).listen(0);
  return true;
}

function isEndpoint(value: unknown): value is { listen(port: number): unknown } {
  return hasMethods(value, "bind", "listen");
}

/** One of Node's own. */
function isServer(value: unknown): value is { listen(port: number): unknown } {
  return hasMethods(value, "listen", "address", "close");
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}

function definitionsIn(value: unknown): Definition[] {
  if (isDefinition(value)) return [value];
  if (Array.isArray(value)) return value.filter(isDefinition);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).filter(isDefinition);
}

/** Both SDKs keep the handlers under the kind of the definition. */
function isDefinition(value: unknown): value is Definition {
  if (typeof value !== "object" || value === null || typeof (value as Definition).name !== "string") return false;
  return ["service", "object", "workflow"].some((kind) => hasHandlers((value as Record<string, unknown>)[kind]));
}

function hasHandlers(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).some((one) => typeof one === "function");
}

/** The SDK that defined the services: only that one can serve them. */
async function sdkOf(services: readonly Definition[], load: Load): Promise<Sdk> {
  const { isOfficialDefinition } = await import("../../sdk/authoring/index.ts");
  const isOfficial = services.filter(isOfficialDefinition).length;
  if (isOfficial > 0 && isOfficial < services.length) {
    throw new Error("Some of the exported services come from the official SDK and some do not: serve them yourself");
  }
  const name = isOfficial > 0 ? OFFICIAL : OWN;
  try {
    return await load(name);
  } catch (error) {
    if (isOfficial > 0) throw error;
    // A program that got its services from somewhere else has no installation of its own.
    return (await import("../../sdk/index.ts")) as unknown as Sdk;
  }
}
