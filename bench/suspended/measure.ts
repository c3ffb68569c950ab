import fs from "node:fs";
import path from "node:path";
import type { Bed } from "../bed.ts";
import { GREET, orderOf } from "../calls/cells.ts";
import type { Options } from "../options.ts";
import type { Samples } from "../results/index.ts";
import { eventually, freePorts, request, requestOk, residentBytes, Server, type ServerKind } from "../servers/index.ts";

const CONNECTIONS = 64;
const RESULT = '"woken"';
const STALL_MS = 60_000;

export type Variant = "empty" | "full";

/**
 * One kind of server with two data directories: an empty one that knows the endpoint, and one that also holds the
 * suspended invocations.
 */
export class SuspendedBed {
  readonly kind: ServerKind;
  readonly samples: Samples;
  readonly #bed: Bed;
  readonly #options: Options;
  readonly #folder: string;
  #awakeable: { id: string; invocationId: string } | undefined;

  constructor(kind: ServerKind, bed: Bed, options: Options, samples: Samples) {
    this.kind = kind;
    this.samples = samples;
    this.#bed = bed;
    this.#options = options;
    this.#folder = fs.mkdtempSync(path.join(bed.folder, `${kind.name}-`));
  }

  /** Fills the data directories. Half of the invocations await an awakeable, half sleep for a day. */
  async prepare(): Promise<void> {
    const empty = await this.#start("empty");
    await empty.register(this.#bed.endpoint.port, "Greeter");
    await empty.program.kill();

    const server = await this.#start("full");
    await server.register(this.#bed.endpoint.port, "Greeter");
    await this.#settle();
    const idleBytes = residentBytes(server.pid);
    await this.#suspendAll(server);
    await this.#settle();
    this.samples.add("suspended memory", residentBytes(server.pid) - idleBytes);
    await server.program.kill();
    this.samples.add("data", folderBytes(path.join(this.#folder, "full")));
  }

  /** Starts one variant as after a crash: time to the first answer, memory, latency; and crashes it again. */
  async round(variant: Variant): Promise<void> {
    const server = await this.#start(variant);
    this.samples.add(`${variant} restart`, await this.#untilAnswering(server));
    await this.#settle();
    this.samples.add(`${variant} memory`, residentBytes(server.pid));
    for (const connections of [1, CONNECTIONS]) {
      const order = orderOf({ ...GREET, connections }, server.ports.ingress, this.#options);
      const measured = await this.#bed.load.run(order);
      if (measured.errors > 0 || measured.answers === 0) {
        throw new Error(`${this.kind.name}, greet: ${measured.answers} answers, error: ${measured.firstError}`);
      }
      this.samples.add(`${variant} p50 ${connections}`, measured.p50Us);
    }
    await server.program.kill();
  }

  /** Completes one of the suspended invocations: they are alive, and not only stored. */
  async wakeOne(): Promise<void> {
    if (this.#awakeable === undefined) throw new Error(`${this.kind.name}: no invocation awaits an awakeable`);
    const server = await this.#start("full");
    await this.#untilAnswering(server);
    const { id, invocationId } = this.#awakeable;
    await requestOk(server.ports.ingress, `/restate/awakeables/${id}/resolve`, RESULT);
    const answer = await request(server.ports.ingress, `/restate/invocation/${invocationId}/attach`);
    if (answer.status !== 200 || answer.body !== RESULT) {
      throw new Error(`${this.kind.name}: a woken invocation answered ${answer.status} ${answer.body}`);
    }
    await server.program.kill();
  }

  async #suspendAll(server: Server): Promise<void> {
    const { endpoint, load } = this.#bed;
    const { count } = this.#options;
    await endpoint.forgetWaiters();
    const sent = await load.run({
      kind: "http",
      method: "POST",
      port: server.ports.ingress,
      connections: Math.min(CONNECTIONS, count),
      paths: ["/Waiter/awakeable/send", "/Waiter/sleep/send"],
      body: "null",
      expectedStatus: 202,
      answers: count,
      warmUpMs: 0,
      measureMs: 0,
    });
    if (sent.errors > 0) throw new Error(`${this.kind.name}, send: ${sent.firstError}`);
    this.samples.add("sends", sent.answersPerSecond);

    let [seen, open] = [0, 0];
    let seenAtMs = performance.now();
    const check = () => {
      server.program.assertRunning();
      if (performance.now() - seenAtMs < STALL_MS) return;
      throw new Error(
        `${this.kind.name}: ${seen} of ${count} invocations came to the endpoint, ${open} are not suspended`,
      );
    };
    await eventually(Number.POSITIVE_INFINITY, check, async () => {
      const { invocations, openAttempts, awakeable } = await endpoint.waiters();
      open = openAttempts;
      if (invocations > seen) [seen, seenAtMs] = [invocations, performance.now()];
      this.#awakeable = awakeable;
      if (invocations >= count && openAttempts === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
      throw new Error("not yet");
    });
  }

  async #start(variant: Variant): Promise<Server> {
    const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
    const ports = { ingress, admin, node };
    return new Server(this.kind, ports, path.join(this.#folder, variant), path.join(this.#folder, `${variant}.log`));
  }

  #untilAnswering(server: Server): Promise<number> {
    return server.untilAnswering(GREET.paths[0] as string, GREET.body);
  }

  #settle(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#options.settleMs));
  }
}

function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    // Blocks, because a database may reserve a large file and use little of it.
    bytes += entry.isDirectory() ? folderBytes(file) : fs.statSync(file).blocks * 512;
  }
  return bytes;
}
