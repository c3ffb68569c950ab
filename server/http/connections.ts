import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { HttpLog } from "./types.ts";

/** The part of all descriptors that clients leave to the rest of the server: endpoints, the database, queries. */
const RESERVED_SHARE = 1 / 4;
/** More than this the rest of the server does not need, however many there are. */
const RESERVED_MOST = 512;
/** A shortage that was quiet for as long as this is over: the next one is said again. */
const QUIET_MS = 60_000;

/** The connection of one client, from its acceptance to the end of its socket. */
export interface Connection {
  /** A request begins. Until as many have ended, the connection is not idle. */
  begin(): void;
  end(): void;
  /** How the connection is closed in favour of another; a plain close unless somebody knows better. */
  giveUp: () => void;
}

interface Tracked extends Connection {
  requests: number;
}

export interface ConnectionsOptions {
  /** How many descriptors the process may have open. Default: what the system says. */
  readonly descriptorLimit?: number | undefined;
  readonly log: HttpLog;
}

/**
 * The connections of clients, those of all ports of a process together, held to its limit of descriptors.
 *
 * At the limit the system would close each new connection at once, without a word to anybody (libuv accepts and
 * closes them). So three quarters of the descriptors are for clients: beyond that a new connection takes the place of
 * the one that has been idle for longest, and when none is idle and half of the rest is in use, it is refused.
 *
 * A new connection has the lowest descriptor that was free, so its number tells, without counting, how many are in use.
 */
export class Connections {
  readonly #log: HttpLog;
  readonly #limit: number;
  /** From this descriptor on, idle connections make room; from `#fullMark` on, connections are refused. */
  readonly #tightMark: number;
  readonly #fullMark: number;
  /** The longest idle first. */
  readonly #idle = new Set<Tracked>();
  readonly #saidAtMs = new Map<string, number>();

  constructor(options: ConnectionsOptions) {
    this.#log = options.log;
    this.#limit = options.descriptorLimit ?? descriptorLimit();
    const reserved = Math.ceil(Math.min(RESERVED_MOST, this.#limit * RESERVED_SHARE));
    this.#tightMark = this.#limit - reserved;
    this.#fullMark = this.#limit - reserved / 2;
  }

  /** @returns `undefined` when there is no room: the connection is closed then */
  accept(socket: Socket): Connection | undefined {
    const descriptor = descriptorOf(socket);
    if (descriptor >= this.#tightMark && !this.#closeIdle(1) && descriptor >= this.#fullMark) {
      this.#say("warn", "Connections are refused: almost all descriptors are in use, and no connection is idle.");
      socket.destroy();
      return undefined;
    }
    const connection: Tracked = {
      requests: 0,
      begin: () => {
        if (connection.requests++ === 0) this.#idle.delete(connection);
      },
      end: () => {
        if (--connection.requests === 0 && !socket.destroyed) this.#idle.add(connection);
      },
      giveUp: () => socket.destroy(),
    };
    this.#idle.add(connection);
    socket.on("close", () => this.#idle.delete(connection));
    return connection;
  }

  /** Some other part of the server got no descriptor (EMFILE): makes room for it. */
  exhausted(): void {
    this.#closeIdle(Math.ceil((this.#limit * RESERVED_SHARE) / 4));
  }

  #closeIdle(count: number): boolean {
    let closed = 0;
    for (const connection of this.#idle) {
      if (closed === count) break;
      this.#idle.delete(connection);
      connection.giveUp();
      closed++;
    }
    if (closed > 0) {
      this.#say("warn", "Idle connections are closed to make room for others: the descriptors are running out.");
    }
    return closed > 0;
  }

  /** Once for as long as it goes on. */
  #say(level: "warn", message: string): void {
    const nowMs = performance.now();
    const saidAtMs = this.#saidAtMs.get(message);
    this.#saidAtMs.set(message, nowMs);
    if (saidAtMs !== undefined && nowMs - saidAtMs < QUIET_MS) return;
    this.#log(level, `${message} Raise the limit (ulimit -n) for more.`, {
      code: "RL_DESCRIPTORS",
      descriptorLimit: this.#limit,
    });
  }
}

/** The number of the socket's descriptor; -1 where there are none (Windows). */
function descriptorOf(socket: Socket): number {
  // reason: Node tells it nowhere else.
  return (socket as unknown as { _handle?: { fd?: number } })._handle?.fd ?? -1;
}

/** How many descriptors this process may have open. Node has raised the soft limit to the hard one at its start. */
export function descriptorLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    // No Linux. The report knows too, but takes longer.
    const report = process.report?.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
    const soft = report?.userLimits?.open_files?.soft;
    return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
  }
}
