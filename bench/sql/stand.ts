import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import type { Bed } from "../bed.ts";
import { GREET, orderOf } from "../calls/cells.ts";
import type { Options } from "../options.ts";
import { median, Samples } from "../results/index.ts";
import { eventually, freePorts, Server, type ServerKind } from "../servers/index.ts";
import { ask, type MeasuredQuery, PATHS, QUERIES } from "./queries.ts";

const CONNECTIONS = 64;
/** Of each query in a round; the first one is not measured. */
const REPEATS = 5;
const STALL_MS = 60_000;

/** One kind of server, filled with invocations that have ended. */
export class SqlStand {
  readonly kind: ServerKind;
  readonly samples = new Samples();
  readonly #bed: Bed;
  readonly #options: Options;
  readonly #server: Server;
  readonly #agent = new http.Agent({ keepAlive: true });

  private constructor(kind: ServerKind, bed: Bed, options: Options, server: Server) {
    this.kind = kind;
    this.#bed = bed;
    this.#options = options;
    this.#server = server;
  }

  static async start(kind: ServerKind, bed: Bed, options: Options): Promise<SqlStand> {
    const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
    const folder = fs.mkdtempSync(path.join(bed.folder, `${kind.name}-`));
    const server = new Server(kind, { ingress, admin, node }, path.join(folder, "data"), path.join(folder, "log"));
    await server.untilHealthy();
    await server.register(bed.endpoint.port, "Greeter");
    return new SqlStand(kind, bed, options, server);
  }

  /** Sends all invocations over the ingress and waits until each of them has ended. */
  async fill(): Promise<void> {
    const { count } = this.#options;
    const sent = await this.#bed.load.run({
      kind: "http",
      method: "POST",
      port: this.#server.ports.ingress,
      connections: Math.min(CONNECTIONS, count),
      paths: PATHS,
      body: GREET.body,
      expectedStatus: 202,
      answers: count,
      warmUpMs: 0,
      measureMs: 0,
    });
    if (sent.errors > 0) throw new Error(`${this.kind.name}, send: ${sent.firstError}`);
    let [open, changedAtMs] = [Number.POSITIVE_INFINITY, performance.now()];
    const check = () => {
      this.#server.program.assertRunning();
      if (performance.now() - changedAtMs > STALL_MS) throw new Error(`${this.kind.name}: ${open} do not end`);
    };
    await eventually(Number.POSITIVE_INFINITY, check, async () => {
      const rows = await this.#ask("SELECT count(*) AS open FROM sys_invocation WHERE status <> 'completed'");
      const now = Number(rows[0]?.open);
      if (now < open) [open, changedAtMs] = [now, performance.now()];
      if (now === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
      throw new Error("not yet");
    });
  }

  /** Each query some times, with nothing else to do. */
  async query(): Promise<void> {
    for (const query of QUERIES) {
      const tookUs: number[] = [];
      for (let repeat = 0; repeat <= REPEATS; repeat++) {
        const took = await this.#time(query);
        if (repeat > 0) tookUs.push(took);
      }
      this.samples.add(query.name, median(tookUs));
    }
  }

  /** Calls, without queries and with them one after the other. */
  async load(round: number): Promise<void> {
    for (const isQueried of round % 2 === 0 ? [false, true] : [true, false]) {
      const order = orderOf({ ...GREET, connections: CONNECTIONS }, this.#server.ports.ingress, this.#options);
      let isOver = false;
      const load = this.#bed.load.run(order).finally(() => {
        isOver = true;
      });
      const startedAtMs = performance.now();
      let answered = 0;
      while (isQueried && !isOver) {
        await this.#time(QUERIES[answered % QUERIES.length] as MeasuredQuery);
        answered++;
      }
      const measured = await load;
      if (measured.errors > 0 || measured.answers === 0) {
        throw new Error(`${this.kind.name}, greet: ${measured.answers} answers, error: ${measured.firstError}`);
      }
      const state = isQueried ? "queried" : "unqueried";
      this.samples.add(`${state} p50`, measured.p50Us);
      this.samples.add(`${state} p99`, measured.p99Us);
      this.samples.add(`${state} calls`, measured.answersPerSecond);
      if (isQueried) this.samples.add("queries", answered / ((performance.now() - startedAtMs) / 1000));
    }
    const last = (measure: string) => this.samples.all(measure).at(-1) ?? Number.NaN;
    this.samples.add("p99 growth", last("queried p99") / last("unqueried p99"));
    this.samples.add("p50 growth", last("queried p50") / last("unqueried p50"));
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#server.program.kill();
  }

  async #time({ sql, title, mistake }: MeasuredQuery): Promise<number> {
    const startMs = performance.now();
    const rows = await this.#ask(sql);
    const tookUs = (performance.now() - startMs) * 1000;
    const wrong = mistake(rows, this.#options.count);
    if (wrong !== undefined) throw new Error(`${this.kind.name}, ${title}: ${wrong}`);
    return tookUs;
  }

  #ask(sql: string) {
    return ask(this.#server.ports.admin, this.#agent, sql);
  }
}
