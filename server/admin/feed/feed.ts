import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocketServer } from "ws";
import { endConnection } from "../../http/index.ts";
import type { Log } from "../../log.ts";
import type { Observer, ServerEvent } from "../../seams.ts";
import { type Change, changeOf, type StateChange, stateChangeOf } from "./messages.ts";
import { Readers } from "./readers.ts";
import { gather, Recent } from "./recent.ts";

export interface FeedParts {
  observe(observer: Observer): () => void;
  /** Something that no other run of the server has. */
  newEpoch(): string;
  readonly log: Log;
  readonly limits?: Partial<FeedLimits>;
}

export interface FeedLimits {
  /** How long changes are gathered before they are told. */
  readonly batchMs: number;
  /** Invocations in one batch; with more, readers fetch anew what they show. */
  readonly batchSize: number;
  /** Changes that are remembered for readers who are slow or come back. */
  readonly recentSize: number;
  /** How long changes are remembered when nobody listens any more. */
  readonly lingerMs: number;
  readonly checkMs: number;
  readonly readers: number;
}

const LIMITS: FeedLimits = {
  batchMs: 50,
  batchSize: 5000,
  recentSize: 20_000,
  lingerMs: 30_000,
  checkMs: 30_000,
  readers: 100,
};

export interface Feed {
  /** A request for another protocol that the guard of the port has let through. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Whether it observes the engine, which costs something. */
  readonly isWatching: boolean;
  close(): void;
}

const PATH = "/ui/feed";

export function createFeed(parts: FeedParts): Feed {
  const limits = { ...LIMITS, ...parts.limits };
  let server: Promise<WebSocketServer> | undefined;
  let watch: Watch | undefined;
  let isClosed = false;

  /** The library is loaded for the first reader. */
  async function acceptor(): Promise<WebSocketServer> {
    const { WebSocketServer } = await import("ws");
    return new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  }

  function watching(): Watch {
    watch ??= new Watch(parts, limits, () => (watch = undefined));
    return watch;
  }

  return {
    get isWatching() {
      return watch !== undefined;
    },
    onUpgrade(request, socket, head) {
      // Anything can stand in a request's first line, "//" for one, which is no URL.
      const [path, query] = (request.url ?? "").split("?", 2);
      const refusal =
        path !== PATH
          ? "404 Not Found"
          : !isSameOrigin(request)
            ? "403 Forbidden"
            : watch !== undefined && watch.readers.size >= limits.readers
              ? "503 Service Unavailable"
              : undefined;
      if (refusal !== undefined) {
        refuse(socket, refusal);
        return;
      }
      server ??= acceptor();
      server.then(
        (accept) => {
          if (isClosed) {
            socket.destroy();
            return;
          }
          accept.handleUpgrade(request, socket, head, (reader) => {
            const current = watching();
            const known = new URLSearchParams(query);
            current.add(reader, known.get("epoch"), known.get("seq"));
          });
        },
        (error: unknown) => {
          parts.log("error", "the live feed cannot be loaded", { error });
          socket.destroy();
        },
      );
    },
    close() {
      isClosed = true;
      watch?.end();
    },
  };
}

/** The time in which somebody listens, or may come back. What it remembers is of no use to anybody after it. */
class Watch {
  readonly readers: Readers;
  readonly #limits: FeedLimits;
  readonly #recent: Recent;
  readonly #epoch: string;
  readonly #onEnd: () => void;
  readonly #stopObserving: () => void;
  readonly #checks: NodeJS.Timeout;
  #changes: Map<string, Change> | undefined = new Map();
  #states: StateChange[] = [];
  #registry = false;
  #batch: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(parts: FeedParts, limits: FeedLimits, onEnd: () => void) {
    this.#limits = limits;
    this.#recent = new Recent(limits.recentSize);
    this.readers = new Readers(this.#recent);
    this.#epoch = parts.newEpoch();
    this.#onEnd = onEnd;
    this.#stopObserving = parts.observe((event) => this.#gather(event));
    this.#checks = setInterval(() => this.readers.check(), limits.checkMs);
    this.#checks.unref();
  }

  add(socket: Parameters<Readers["add"]>[0], epoch: string | null, seq: string | null): void {
    clearTimeout(this.#linger);
    // A newcomer fetches what it shows after its hello, so it need not hear of what was before.
    this.#flush();
    const known = epoch === this.#epoch && seq !== null && /^\d{1,15}$/.test(seq) ? Number(seq) : undefined;
    this.readers.add(socket, this.#epoch, known, () => this.#onGone());
  }

  end(): void {
    clearTimeout(this.#batch);
    clearTimeout(this.#linger);
    clearInterval(this.#checks);
    this.#stopObserving();
    this.#onEnd();
    this.readers.close();
  }

  #onGone(): void {
    if (this.readers.size > 0) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.end(), this.#limits.lingerMs);
    this.#linger.unref();
  }

  #gather(event: ServerEvent): void {
    if (event.kind === "registry") this.#registry = true;
    else if (this.#changes !== undefined) {
      if (event.kind === "state") this.#states.push(stateChangeOf(event));
      else gather(this.#changes, changeOf(event));
      if (this.#changes.size + this.#states.length > this.#limits.batchSize) this.#changes = undefined;
    }
    this.#batch ??= setTimeout(() => this.#flush(), this.#limits.batchMs).unref();
  }

  #flush(): void {
    clearTimeout(this.#batch);
    this.#batch = undefined;
    if (this.#changes?.size === 0 && this.#states.length === 0 && !this.#registry) return;
    const batch = this.#recent.add(this.#changes && [...this.#changes.values()], this.#registry, this.#states);
    this.#changes = new Map();
    this.#states = [];
    this.#registry = false;
    this.readers.tell(batch);
  }
}

/**
 * Browsers send `Origin` with every WebSocket, and nothing else keeps a page from opening one to another site. The port
 * takes requests from pages of this machine under any port; the feed only from the dashboard itself.
 */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  // The guard of the port looks at the name alone: what stands behind it may be no port.
  const own = `http://${host}`;
  return URL.canParse(origin) && URL.canParse(own) && new URL(origin).host === new URL(own).host;
}

function refuse(socket: Duplex, status: string): void {
  endConnection(socket, `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
