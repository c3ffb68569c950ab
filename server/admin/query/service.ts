import type { Engine, FlowSnapshot } from "../../engine/index.ts";
import type { Log } from "../../log.ts";
import type { Clock } from "../../seams.ts";
import type { Storage } from "../../storage/index.ts";
import { type Answer, Children } from "./children.ts";
import type { LiveRow } from "./messages.ts";

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
}

/** What a server's queries read. */
export function querySource(storage: Storage, engine: Engine, clock: Clock): QuerySource {
  const { db, turns } = storage;
  return {
    path: db.memory ? undefined : db.name,
    image: () => new Promise((resolve) => turns.betweenTurns(() => resolve(db.serialize()))),
    live: () => engine.running(),
    flow: () => engine.flow(),
    nowMs: () => clock.nowMs(),
  };
}

export interface QueryLimits {
  readonly timeMs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly processes: number;
  readonly idleMs: number;
}

export const QUERY_LIMITS: QueryLimits = {
  timeMs: 30_000,
  rows: 1_000_000,
  bytes: 256 * 1024 * 1024,
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
    const { timeMs, processes, idleMs } = this.#limits;
    this.#children = new Children({ path: source.path, timeLimitMs: timeMs, processes, idleMs, log });
  }

  /** Processes that are running, for tests. */
  get pids(): number[] {
    return this.#children.pids;
  }

  /** @throws QueryError */
  async ask(query: string, format: "json" | "arrow"): Promise<Answer> {
    const { path } = this.#source;
    const image = path === undefined ? await this.#source.image() : undefined;
    return await this.#children.ask({
      query,
      format,
      live: this.#source.live(),
      flow: this.#source.flow(),
      nowMs: this.#source.nowMs(),
      limits: { rows: this.#limits.rows, bytes: this.#limits.bytes },
      image,
    });
  }

  close(): void {
    this.#children.close();
  }
}
