import { connect, createServer, type Server } from "node:net";

/**
 * A port that a program asked for and that does not serve Restate, a web API of its own say: every version listens on
 * a free port, and what comes to the asked one goes to the newest.
 */
export class Forwards {
  readonly #targets = new Map<number, { host: string; port: number }>();
  readonly #servers = new Map<number, Server>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** From now on connections to `wanted` go to `port`. */
  point(wanted: number, host: string, port: number): void {
    this.#targets.set(wanted, { host, port });
    if (this.#servers.has(wanted)) return;
    const server = createServer((client) => {
      const target = this.#targets.get(wanted) ?? { host, port };
      const upstream = connect(target);
      // Whoever of the two breaks off, the other one is told.
      client.on("error", () => upstream.destroy());
      upstream.on("error", () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    server.on("error", (error) => {
      this.#servers.delete(wanted);
      this.#say(`Port ${wanted} of the program cannot be had (${error.message}); it listens on ${port}.`);
    });
    server.listen(wanted, "127.0.0.1");
    server.unref();
    this.#servers.set(wanted, server);
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
  }
}
