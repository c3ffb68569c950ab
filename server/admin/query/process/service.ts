import type { Engine, FlowSnapshot } from "../../../engine/index.ts";
import type { Log } from "../../../log.ts";
import type { Clock } from "../../../seams.ts";
import type { Storage } from "../../../storage/index.ts";
import type { Format } from "../answers/index.ts";
import type { LiveRow } from "../tables/index.ts";
import { type Answer, Children, type WriteAheadLog } from "./children.ts";

/** What queries read. */
export interface QuerySource {
  /** Path of the database; `undefined`: it is in memory, and {@link image} copies it. */
  readonly path: string | undefined;
  image(): Promise<Buffer>;
  /** The attempts that are running. */
  live(): LiveRow[];
  /** What counts at scopes and limit keys, and what waits there. */
  flow(): FlowSnapshot;
  nowMs(): number;
  readonly writeAheadLog: WriteAheadLog;
}

/** Four checkpoints that readers have kept from their end. */
const LONG_LOG_BYTES = 64 * 1024 * 1024;
/** The tables that show something of flow control: it is not taken along for others. */
const FLOW_TABLES = /\bsys_(scheduler|user_limits)\b/i;
const NO_FLOW: FlowSnapshot = { levels: [], queues: [] };

/** What a server's queries read. */
export function querySource(storage: Storage, engine: Engine, clock: Clock): QuerySource {
  const { db, turns } = storage;
  return {
    path: db.memory ? undefined : db.name,
    image: () => new Promise((resolve) => turns.betweenTurns(() => resolve(db.serialize()))),
    live: () => engine.running(),
    flow: () => engine.flow(),
    nowMs: () => clock.nowMs(),
    writeAheadLog: {
      get isTooLong() {
        return storage.writeAheadLog.uncopiedBytes > 0 && storage.writeAheadLog.lengthBytes > LONG_LOG_BYTES;
      },
      copy: () => storage.writeAheadLog.copy(),
    },
  };
}

export interface QueryLimits {
  readonly timeMs: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of the whole process of a query. */
  readonly memoryBytes: number;
  readonly processes: number;
  readonly idleMs: number;
}

const QUERY_LIMITS: QueryLimits = {
  timeMs: 30_000,
  rows: 1_000_000,
  bytes: 256 * 1024 * 1024,
  memoryBytes: 1024 * 1024 * 1024,
  processes: 2,
  idleMs: 30_000,
};

/** SQL over what the server knows. Each query runs in a process of its own kind, so that it can be ended. */
export class QueryService {
  readonly #source: QuerySource;
  readonly #limits: QueryLimits;
  readonly #children: Children;

  constructor(source: QuerySource, log: Log, limits: Partial<QueryLimits> = {}) {
    this.#source = source;
    this.#limits = { ...QUERY_LIMITS, ...limits };
    const { timeMs, memoryBytes, processes, idleMs } = this.#limits;
    const { path, writeAheadLog } = source;
    this.#children = new Children({ path, timeLimitMs: timeMs, memoryBytes, processes, idleMs, writeAheadLog, log });
  }

  /** Processes that are running, for tests. */
  get pids(): number[] {
    return this.#children.pids;
  }

  /** How long a query, and a client that reads nothing of its answer, are waited for. */
  get timeLimitMs(): number {
    return this.#limits.timeMs;
  }

  /**
   * @param abandoned when nobody wants the answer any more
   * @throws QueryError
   */
  async ask(query: string, format: Format, abandoned?: AbortSignal): Promise<Answer> {
    const { path } = this.#source;
    return await this.#children.ask(
      async () => ({
        query,
        format,
        image: path === undefined ? await this.#source.image() : undefined,
        live: this.#source.live(),
        flow: FLOW_TABLES.test(query) ? this.#source.flow() : NO_FLOW,
        nowMs: this.#source.nowMs(),
        limits: { rows: this.#limits.rows, bytes: this.#limits.bytes, memoryBytes: this.#limits.memoryBytes },
      }),
      abandoned,
    );
  }

  close(): void {
    this.#children.close();
  }
}
