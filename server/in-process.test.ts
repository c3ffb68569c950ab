import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as official from "@restatedev/restate-sdk";
import { createEndpointHandler } from "@restatedev/restate-sdk/fetch";
import { afterEach, describe, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateLite, type RestateLiteOptions } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Quick retries, so that no test waits for one. */
const RETRY = { retryInitialIntervalMs: 1, retryMaxIntervalMs: 5 };

async function started(options: RestateLiteOptions): Promise<RunningServer> {
  const server = await RestateLite.start({ log: () => {}, ...RETRY, ...options });
  closers.push(() => server.close());
  return server;
}

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "restate-lite-in-process-"));
  closers.push(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function request(url: string, body?: unknown, method = "POST"): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

const call = ({ ingressUrl }: RunningServer, path: string, body?: unknown) => request(`${ingressUrl}/${path}`, body);
const admin = ({ adminUrl }: RunningServer, path: string, method = "GET") =>
  request(`${adminUrl}/${path}`, undefined, method);

async function send(server: RunningServer, path: string, body?: unknown): Promise<string> {
  const { invocationId } = (await call(server, `${path}/send`, body)) as { invocationId: string };
  return invocationId;
}

const resultOf = ({ ingressUrl }: RunningServer, invocationId: string) =>
  request(`${ingressUrl}/restate/invocation/${invocationId}/attach`, undefined, "GET");

/** A promise that the test settles, and what a handler has said so far. */
function signal<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((yes) => {
    resolve = yes;
  });
  return { promise, resolve };
}

/** The address of a service of its own over HTTP/2. */
async function http2Endpoint(service: ReturnType<typeof restate.service>): Promise<string> {
  const http = createServer(restate.createEndpointHandler({ services: [service], logger: () => {} }));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  closers.push(async () => void http.close());
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const greeter = restate.service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: restate.Context, name: string) => `Hello ${name}!`,
    steps: async (ctx: restate.Context, count: number) => {
      let sum = 0;
      for (let step = 1; step <= count; step++) sum += await ctx.run(`step ${step}`, () => step);
      return sum;
    },
    nap: async (ctx: restate.Context) => {
      await ctx.sleep(5);
      return "rested";
    },
  },
});

const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const sum = ((await ctx.get<number>("sum")) ?? 0) + amount;
      ctx.set("sum", sum);
      return sum;
    },
  },
});

describe("services in the server's process", () => {
  it("run, step by step, and keep their state", async () => {
    const server = await started({ services: [greeter, counter] });
    expect(await call(server, "Greeter/greet", "Ada")).toBe("Hello Ada!");
    expect(await call(server, "Greeter/steps", 4)).toBe(10);
    expect(await call(server, "Greeter/nap")).toBe("rested");
    await Promise.all(Array.from({ length: 10 }, () => call(server, "Counter/k/add", 2)));
    expect(await call(server, "Counter/k/add", 1)).toBe(21);
  });

  it("call one another and services over HTTP, and are called by those", async () => {
    const caller = (name: string) =>
      restate.service({
        name,
        handlers: {
          relay: async (ctx: restate.Context, [service, handler, argument]: [string, string, unknown]) =>
            await ctx.genericCall({
              service,
              method: handler,
              parameter: argument,
              inputSerde: restate.serde.json,
              outputSerde: restate.serde.json,
            }),
        },
      });
    const server = await started({ services: [greeter, caller("Inside")] });
    const uri = await http2Endpoint(caller("Outside"));
    await request(`${server.adminUrl}/deployments`, { uri });
    const greet = ["Greeter", "greet", "Ada"];
    expect(await call(server, "Inside/relay", greet)).toBe("Hello Ada!");
    expect(await call(server, "Inside/relay", ["Outside", "relay", greet])).toBe("Hello Ada!");
  });

  it("suspend when they wait for longer than the inactivity timeout", async () => {
    const awakeable = signal<string>();
    let attempts = 0;
    const waiter = restate.service({
      name: "Waiter",
      options: { inactivityTimeout: 0 },
      handlers: {
        wait: async (ctx: restate.Context) => {
          attempts++;
          const { id, promise } = ctx.awakeable<string>();
          ctx.request().attemptCompletedSignal.addEventListener("abort", () => awakeable.resolve(id));
          return await promise;
        },
      },
    });
    const server = await started({ services: [waiter] });
    const result = call(server, "Waiter/wait");
    // Only once the attempt is over: it has suspended.
    await call(server, `restate/awakeables/${await awakeable.promise}/resolve`, "woken");
    expect(await result).toBe("woken");
    expect(attempts).toBe(2);
  });

  it("are given up when they neither return nor suspend, and try again", async () => {
    let attempts = 0;
    const late = signal<string>();
    const stubborn = restate.service({
      name: "Stubborn",
      options: { inactivityTimeout: 0, abortTimeout: 0 },
      handlers: {
        stay: async (_ctx: restate.Context) => {
          attempts++;
          if (attempts > 1) return "gone";
          return await late.promise;
        },
      },
    });
    const server = await started({ services: [stubborn] });
    expect(await call(server, "Stubborn/stay")).toBe("gone");
    // What the first says at last is heard by nobody.
    late.resolve("late");
    expect(await call(server, "Stubborn/stay")).toBe("gone");
    expect(attempts).toBe(3);
  });

  it("that throw try again; with a terminal error they have failed", async () => {
    let attempts = 0;
    const brittle = restate.service({
      name: "Brittle",
      handlers: {
        sometimes: async () => {
          if (++attempts < 3) throw new Error("not yet");
          return attempts;
        },
        never: async () => {
          throw new restate.TerminalError("no luck", { errorCode: 418 });
        },
      },
    });
    const server = await started({ services: [brittle] });
    expect(await call(server, "Brittle/sometimes")).toBe(3);
    await expect(call(server, "Brittle/never")).rejects.toThrow("418");
  });

  it("can be cancelled and killed", async () => {
    const begun = [signal<void>(), signal<void>()] as const;
    const sleeper = restate.service({
      name: "Sleeper",
      handlers: {
        sleep: async (ctx: restate.Context, index: 0 | 1) => {
          begun[index].resolve();
          await ctx.sleep(86_400_000);
        },
      },
    });
    const server = await started({ services: [sleeper] });
    for (const [index, how] of ["cancel", "kill"].entries()) {
      const id = await send(server, "Sleeper/sleep", index);
      await begun[index as 0 | 1].promise;
      await admin(server, `invocations/${id}/${how}`, "PATCH");
      await expect(resultOf(server, id)).rejects.toThrow(/409|cancel|kill/i);
    }
  });
});

describe("the deployment of in-process services", () => {
  const named = (name: string, ...handlers: string[]) =>
    restate.service({
      name,
      handlers: Object.fromEntries(handlers.map((handler) => [handler, async () => `${name}/${handler}`])),
    });
  const revisions = (server: RunningServer) =>
    Object.fromEntries(server.registry.services().map(({ name, revision }) => [name, revision]));

  it("stands in the admin API", async () => {
    const server = await started({ services: [greeter], endpoint: { name: "mine" } });
    const { deployments } = (await admin(server, "deployments")) as { deployments: { id: string }[] };
    expect(deployments).toMatchObject([
      {
        uri: "in-process://mine",
        protocol_type: "BidiStream",
        services: [{ name: "Greeter", revision: 1 }],
        sdk_version: expect.stringMatching(/^restate-lite-sdk\//),
      },
    ]);
    // And can be discovered again by its address.
    await request(`${server.adminUrl}/deployments`, { uri: "in-process://mine", force: true });
    expect(revisions(server)).toEqual({ Greeter: 2 });
    await expect(request(`${server.adminUrl}/deployments`, { uri: "in-process://other" })).rejects.toThrow("META0003");
  });

  it("takes more services and new code; what has changed gets a new revision", async () => {
    const server = await started({ services: [named("A", "one")] });
    await server.register([named("B", "one")]);
    expect(revisions(server)).toEqual({ A: 2, B: 1 });
    expect(await call(server, "A/one")).toBe("A/one");
    const { isNew } = await server.register([named("B", "one")]);
    expect([isNew, revisions(server)]).toEqual([false, { A: 2, B: 1 }]);
    await server.register([named("B", "two")]);
    expect(revisions(server)).toEqual({ A: 3, B: 2 });
    expect(await call(server, "B/two")).toBe("B/two");
    expect(server.registry.deployments()).toHaveLength(1);
  });

  it("keeps what it has when a registration is refused", async () => {
    const server = await started({ services: [named("A", "one")] });
    await expect(server.register([named("restate", "one")])).rejects.toThrow("reserved");
    await expect(server.register([named("A", "two"), named("A", "two")])).rejects.toThrow("A");
    await expect(server.register([])).rejects.toThrow("no services");
    await expect(server.register([named("A", "two")], { name: "No Name" })).rejects.toThrow("lower-case");
    expect(await call(server, "A/one")).toBe("A/one");
    expect(revisions(server)).toEqual({ A: 1 });
  });

  it("can move to an endpoint over HTTP", async () => {
    const server = await started({ services: [named("A", "one")] });
    const [deployment] = server.registry.deployments();
    const uri = await http2Endpoint(named("A", "one"));
    await request(`${server.adminUrl}/deployments/${deployment?.id}`, { uri }, "PATCH");
    expect(await call(server, "A/one")).toBe("A/one");
    expect(server.registry.deployments()).toMatchObject([{ id: deployment?.id, uri }]);
  });

  it("survives a restart: invocations wait for their services, then go on with the new code", async () => {
    const folder = dataDir();
    const begun = signal<void>();
    const flow = (afterwards: string) =>
      restate.service({
        name: "Flow",
        handlers: {
          run: async (ctx: restate.Context) => {
            const first = await ctx.run("first", () => "first");
            begun.resolve();
            const { id, promise } = ctx.awakeable<string>();
            if (afterwards !== "wait") ctx.resolveAwakeable(id, afterwards);
            return `${first} ${await promise}`;
          },
        },
      });
    const before = await started({ dataDir: folder, services: [flow("wait")] });
    const id = await send(before, "Flow/run");
    await begun.promise;
    await before.close();

    const waits = signal<string>();
    const after = await started({
      dataDir: folder,
      log: (_level, message) => {
        if (message.includes("nothing has been registered there")) waits.resolve(message);
      },
    });
    expect(await waits.promise).toContain("Flow is served in the server's own process (in-process://services)");
    await expect(call(after, "Flow/unknown")).rejects.toThrow("404");
    const { isNew } = await after.register([flow("again")]);
    expect(isNew).toBe(false);
    expect(await resultOf(after, id)).toBe("first again");
  });
});

describe("services of the official SDK", () => {
  type GreeterHandlers = { greet(ctx: official.Context, name: string): Promise<string> };
  const ourGreeter: official.ServiceDefinition<"Greeter", GreeterHandlers> = { name: "Greeter" };
  const officialGreeter = official.service({
    name: "OfficialGreeter",
    handlers: {
      greet: async (ctx: official.Context, name: string) => await ctx.run("hello", () => `Hello ${name}!`),
      relay: async (ctx: official.Context, name: string) => await ctx.serviceClient(ourGreeter).greet(name),
      fail: async () => {
        throw new official.TerminalError("no luck", { errorCode: 418 });
      },
      nap: async (ctx: official.Context) => {
        await ctx.sleep(5);
        return "rested";
      },
    },
  });

  it("run in-process beside ours, as the definitions they are", async () => {
    const server = await started({ services: [officialGreeter, greeter] });
    expect(await call(server, "OfficialGreeter/greet", "Ada")).toBe("Hello Ada!");
    expect(await call(server, "OfficialGreeter/relay", "Ada")).toBe("Hello Ada!");
    expect(await call(server, "OfficialGreeter/nap")).toBe("rested");
    await expect(call(server, "OfficialGreeter/fail")).rejects.toThrow("418");
    expect(server.registry.deployments()).toHaveLength(1);
  });

  it.each([true, false])("run in-process behind their fetch handler (bidirectional: %s)", async (bidirectional) => {
    const handler = createEndpointHandler({ services: [officialGreeter], bidirectional, logger: () => {} });
    const server = await started({ services: [handler] });
    expect(await call(server, "OfficialGreeter/greet", "Ada")).toBe("Hello Ada!");
    expect(await call(server, "OfficialGreeter/nap")).toBe("rested");
  });
});
