import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { HttpLog } from "./types.ts";

/**
 * What clients leave to the rest of the server: endpoints, the database, queries, and the modules of the admin API,
 * which are opened all at once with its first request. A quarter of all descriptors, within these bounds.
 */
function reservedOf(limit: number): number {
  return Math.min(2048, Math.max(limit / 4, Math.min(128, limit / 2)));
}

/** How many of what is reserved the connections to one endpoint may have: half of it, where descriptors are few. */
export function endpointConnections(limit = descriptorLimit()): number {
  return Math.max(1, Math.floor(limit / 8));
}

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
  /** Milliseconds from any beginning. Default: the system's. */
  readonly nowMs?: () => number;
}

/**
 * The connections of clients, those of all ports of a process together, held to its limit of descriptors.
 *
 * At the limit the system would close each new connection at once, without a word to anybody (libuv accepts and
 * closes them). So clients get no more than a part of the descriptors: beyond that a new connection takes the place of
 * the one that has been idle for longest, and when none is idle and half of what is reserved is in use, it is refused.
 *
 * A new connection has the lowest descriptor that was free. So a high one tells how many are in use, and with that how
 * many are not those of clients; between two high ones, clients are counted on top of that.
 */
export class Connections {
  readonly #log: HttpLog;
  readonly #nowMs: () => number;
  readonly #limit: number;
  /** With more descriptors in use, idle connections make room; with more than `#fullMark`, connections are refused. */
  readonly #tightMark: number;
  readonly #fullMark: number;
  #clients = 0;
  /** Descriptors in use that are not those of clients, as far as that is known. */
  #others = 0;
  /** The longest idle first. */
  readonly #idle = new Set<Tracked>();
  readonly #saidAtMs = new Map<string, number>();

  constructor(options: ConnectionsOptions) {
    this.#log = options.log;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#limit = options.descriptorLimit ?? descriptorLimit();
    const reserved = reservedOf(this.#limit);
    this.#tightMark = this.#limit - reserved;
    this.#fullMark = this.#limit - reserved / 2;
  }

  /** @returns `undefined` when there is no room: the connection is closed then */
  accept(socket: Socket): Connection | undefined {
    this.#clients++;
    socket.on("close", () => this.#clients--);
    const inUse = this.#inUse(descriptorOf(socket));
    if (inUse > this.#tightMark && !this.#closeIdle() && inUse > this.#fullMark) {
      this.#say("Connections are refused: almost all descriptors are in use, and no connection is idle.");
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

  /** How many descriptors are in use, now that a client has this one. */
  #inUse(descriptor: number): number {
    if (descriptor >= this.#tightMark) this.#others = descriptor + 1 - this.#clients;
    else if (this.#clients < this.#tightMark / 2) this.#others = 0;
    return Math.max(descriptor + 1, this.#others + this.#clients);
  }

  /** @returns whether there was one */
  #closeIdle(): boolean {
    const [longestIdle] = this.#idle;
    if (longestIdle === undefined) return false;
    this.#idle.delete(longestIdle);
    longestIdle.giveUp();
    this.#say("Idle connections are closed to make room for new ones: the descriptors are running out.");
    return true;
  }

  /** Once for as long as it goes on. */
  #say(message: string): void {
    const nowMs = this.#nowMs();
    const saidAtMs = this.#saidAtMs.get(message);
    this.#saidAtMs.set(message, nowMs);
    if (saidAtMs !== undefined && nowMs - saidAtMs < QUIET_MS) return;
    this.#log("warn", `${message} Raise the limit (ulimit -n) for more.`, {
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
function descriptorLimit(): number {
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
