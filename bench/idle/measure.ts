import fs from "node:fs";
import path from "node:path";
import type { Bed } from "../bed.ts";
import type { Samples } from "../results/index.ts";
import { eventually, freePorts, requestOk, Server, type ServerKind, type WaiterCounts } from "../servers/index.ts";

const CONNECTIONS = 64;
const CALLS = 21;
const STALL_MS = 120_000;
const POLL_MS = 20;

export interface IdleCounts {
  /** Handlers that sleep, and children of the one that is cancelled. */
  readonly sleepers: number;
  /** Nested calls. */
  readonly depth: number;
  /** Places for running attempts, where there are fewer than who want one. */
  readonly fewPlaces: number;
}

/** What the measures of a server with few places begin with. */
export const FEW = "few: ";

/** Ours with so many places for running attempts. */
function withPlaces(kind: ServerKind, places: number): ServerKind {
  const launch: ServerKind["launch"] = (ports, dataDir) => {
    const usual = kind.launch(ports, dataDir);
    const limit = { RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: String(places) };
    return { ...usual, env: { ...usual.env, ...limit } };
  };
  return { ...kind, launch };
}

/** Measures one kind of server once, on a fresh data directory for each figure. */
export class IdleBed {
  readonly kind: ServerKind;
  readonly samples: Samples;
  readonly #bed: Bed;
  readonly #counts: IdleCounts;

  constructor(kind: ServerKind, bed: Bed, counts: IdleCounts, samples: Samples) {
    this.kind = kind;
    this.samples = samples;
    this.#bed = bed;
    this.#counts = counts;
  }

  async round(): Promise<void> {
    await this.#on(this.kind, (server) => this.#behindSleepers(server, ""));
    await this.#on(this.kind, (server) => this.#chain(server));
    await this.#on(this.kind, (server) => this.#cancelled(server, ""));
    if (this.kind.name !== "restate-lite") return;
    const few = withPlaces(this.kind, this.#counts.fewPlaces);
    await this.#on(few, (server) => this.#behindSleepers(server, FEW));
    await this.#on(few, (server) => this.#cancelled(server, FEW));
  }

  /** Calls, one after the other, while so many handlers sleep. */
  async #behindSleepers(server: Server, of: string): Promise<void> {
    const { sleepers } = this.#counts;
    const startedAtMs = performance.now();
    const sent = await this.#bed.load.run({
      kind: "http",
      method: "POST",
      port: server.ports.ingress,
      connections: Math.min(CONNECTIONS, sleepers),
      paths: ["/Idler/sleep/send"],
      body: "null",
      expectedStatus: 202,
      answers: sleepers,
      warmUpMs: 0,
      measureMs: 0,
    });
    if (sent.errors > 0) throw new Error(`${this.kind.name}, send: ${sent.firstError}`);
    await this.#begun(server, sleepers);
    this.samples.add(`${of}asleep`, performance.now() - startedAtMs);
    const took: number[] = [];
    for (let i = 0; i < CALLS; i++) {
      const calledAtMs = performance.now();
      await requestOk(server.ports.ingress, "/Greeter/greet", '"Ada"');
      took.push((performance.now() - calledAtMs) * 1000);
    }
    this.samples.add(`${of}first call`, took[0] as number);
    took.sort((a, b) => a - b);
    this.samples.add(`${of}call p50`, took[CALLS >> 1] as number);
    this.samples.add(`${of}call max`, took.at(-1) as number);
  }

  async #chain(server: Server): Promise<void> {
    const { depth } = this.#counts;
    const calledAtMs = performance.now();
    const { body } = await requestOk(server.ports.ingress, "/Idler/chain", String(depth));
    if (body !== String(depth)) throw new Error(`${this.kind.name}: the chain answered ${body}`);
    this.samples.add("chain", performance.now() - calledAtMs);
  }

  /** From the cancellation of the parent until the handlers of all its children have ended. */
  async #cancelled(server: Server, of: string): Promise<void> {
    const { sleepers } = this.#counts;
    const sent = await requestOk(server.ports.ingress, "/Idler/parent/send", String(sleepers));
    const { invocationId } = JSON.parse(sent.body) as { invocationId: string };
    await this.#begun(server, sleepers);
    const cancelledAtMs = performance.now();
    const admin = `http://127.0.0.1:${server.ports.admin}`;
    const answer = await fetch(`${admin}/invocations/${invocationId}/cancel`, { method: "PATCH" });
    if (!answer.ok) throw new Error(`${this.kind.name}: cancel answered ${answer.status}`);
    await this.#until(server, `of ${sleepers} children ended`, sleepers, ({ ended }) => ended);
    this.samples.add(`${of}cancel`, performance.now() - cancelledAtMs);
  }

  /** Waits until attempts of so many invocations have begun at the endpoint. */
  #begun(server: Server, count: number): Promise<void> {
    return this.#until(server, `of ${count} invocations came to the endpoint`, count, ({ invocations }) => invocations);
  }

  /** Waits until the endpoint has counted so many. */
  async #until(server: Server, what: string, count: number, of: (counts: WaiterCounts) => number): Promise<void> {
    let [seen, seenAtMs] = [0, performance.now()];
    const check = () => {
      server.program.assertRunning();
      if (performance.now() - seenAtMs >= STALL_MS) throw new Error(`${this.kind.name}: ${seen} ${what}`);
    };
    await eventually(Number.POSITIVE_INFINITY, check, async () => {
      const now = of(await this.#bed.endpoint.waiters());
      if (now > seen) [seen, seenAtMs] = [now, performance.now()];
      if (now >= count) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      throw new Error("not yet");
    });
  }

  async #on(kind: ServerKind, work: (server: Server) => Promise<void>): Promise<void> {
    const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
    const folder = fs.mkdtempSync(path.join(this.#bed.folder, `${this.kind.name}-`));
    await this.#bed.endpoint.forgetWaiters();
    const server = new Server(kind, { ingress, admin, node }, folder, `${folder}.log`);
    await server.register(this.#bed.endpoint.port, "Greeter");
    await work(server);
    await server.program.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
