import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateLite } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

/** Members of every object: names that a careless look-up finds where nobody put them. */
const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype", "then"] as const;
const name = fc.constantFrom(...NAMES);
const handlerNames = NAMES.filter((one) => one !== "__proto__");

const odd = restate.service({
  name: "constructor",
  handlers: Object.fromEntries(
    handlerNames.map((handler) => [handler, async (_ctx: restate.Context, input: string) => `${handler} ${input}`]),
  ),
});
const counter = restate.object({
  name: "Counter",
  handlers: {
    put: async (ctx: restate.ObjectContext, entry: string) => ctx.set(entry, `${ctx.key} ${entry}`),
    entries: async (ctx: restate.ObjectContext) => {
      const keys = await ctx.stateKeys();
      return await Promise.all(keys.map(async (key) => [key, await ctx.get(key)]));
    },
    fail: async (_ctx: restate.ObjectContext, entry: string) => {
      throw new restate.TerminalError(entry, { metadata: Object.fromEntries([[entry, "value"]]) });
    },
    caller: async (ctx: restate.ObjectContext, entry: string) => {
      const client = ctx.serviceClient<Record<string, (ctx: restate.Context, input: string) => Promise<string>>>({
        name: "constructor",
      });
      return await (client[entry] as unknown as (input: string) => Promise<string>)("called");
    },
  },
});

let server: RunningServer;
/** What the server has said of itself: a name is no error of its own. */
const errors: string[] = [];

beforeAll(async () => {
  server = await RestateLite.start({
    log: (level, message, fields) => void (level === "error" && errors.push(`${message} ${JSON.stringify(fields)}`)),
    services: [odd, counter],
  });
});
afterAll(() => server.close());

async function ask(url: string, method: string, body?: unknown, headers: Record<string, string> = {}) {
  const hasBody = body !== undefined;
  const answer = await fetch(url, {
    method,
    headers: { accept: "application/json", ...(hasBody ? { "content-type": "application/json" } : {}), ...headers },
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, text: await answer.text() };
}

const call = async (path: string, body: unknown, headers?: Record<string, string>) => {
  const { status, text } = await ask(`${server.ingressUrl}/${path}`, "POST", body, headers);
  expect(status, `${path}: ${text}`).toBe(200);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
};

it("no route of the admin API looks a name up in what every object has", async () => {
  const document = JSON.parse((await ask(`${server.adminUrl}/openapi`, "GET")).text) as {
    paths: Record<string, Record<string, { requestBody?: unknown }>>;
  };
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({ path, method, hasBody: requestBody !== undefined })),
  );
  expect(routes.length).toBeGreaterThan(30);
  const named = routes.filter(({ path, hasBody }) => path.includes("{") || hasBody);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...named), name, async ({ path, method, hasBody }, one) => {
      const url = server.adminUrl + path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(one));
      const body = hasBody ? JSON.parse(`{${JSON.stringify(one)}:{${JSON.stringify(one)}:1}}`) : undefined;
      const { status, text } = await ask(url, method.toUpperCase(), body);
      const isThere = path.startsWith("/services/{service}") && one === "constructor";
      expect(status < 500 && (isThere || status >= 400), `${method} ${url}: ${status} ${text}`).toBe(true);
    }),
    { numRuns: 3 * named.length },
  );
  expect(errors).toEqual([]);
});

it("nor does any of the ingress", async () => {
  const paths = [
    ["{}/greet", 404],
    ["Counter/k/{}", 404],
    ["Counter/k/{}/send", 404],
    ["restate/call/{}/x", 404],
    ["restate/invocation/{}/attach", 400],
    ["restate/awakeables/{}/resolve", 400],
    ["restate/workflow/Counter/{}/attach", 400],
  ] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), name, async ([path, expected], one) => {
      fc.pre(!(path === "{}/greet" && one === "constructor"));
      const { status } = await ask(`${server.ingressUrl}/${path.replace("{}", one)}`, "POST", one);
      expect([400, 404, 405, expected], path).toContain(status);
    }),
  );
});

it("keys, entries of state, handlers, idempotency keys and metadata have such names, and what they hold is whole", async () => {
  for (const one of NAMES) {
    for (const entry of NAMES) await call(`Counter/${one}/put`, entry);
    const all = NAMES.map((entry) => [entry, `${one} ${entry}`]).sort();
    expect(((await call(`Counter/${one}/entries`, null)) as string[][]).sort()).toEqual(all);
    const changed = JSON.parse(`{"object_key":"${one}","new_state":{"${one}":[49]}}`) as unknown;
    expect((await ask(`${server.adminUrl}/services/Counter/state`, "POST", changed)).status).toBe(202);
    expect(await call(`Counter/${one}/entries`, null)).toEqual([[one, 1]]);
    expect(await call(`Counter/${one}/put`, "once", { "idempotency-key": one })).toBeUndefined();
    const failure = await ask(`${server.ingressUrl}/Counter/${one}/fail`, "POST", one);
    expect(failure.text).toContain(`"${one}"`);
    const query = { query: `select 1 as "${one}"` };
    const rows = JSON.parse((await ask(`${server.adminUrl}/query`, "POST", query)).text) as { rows: object[] };
    expect(rows.rows.map((row) => Object.entries(row))).toEqual([[[one, 1]]]);
  }
  for (const handler of handlerNames) {
    expect(await call(`constructor/${handler}`, "Ada")).toBe(`${handler} Ada`);
    if (handler !== "then") expect(await call("Counter/k/caller", handler)).toBe(`${handler} called`);
    const { status, text } = await ask(`${server.adminUrl}/services/constructor/handlers/${handler}`, "GET");
    expect([status, (JSON.parse(text) as { name: string }).name]).toEqual([200, handler]);
  }
  expect(errors).toEqual([]);
});
