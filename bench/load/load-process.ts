import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Measured, Order, Reply } from "./order.ts";

/** The parent's side of the load process. */
export class LoadProcess {
  readonly #child: ChildProcess;

  constructor() {
    // Inherits this process's Node and its TypeScript loader. JSON would turn a NaN into null.
    this.#child = fork(fileURLToPath(new URL("./main.ts", import.meta.url)), { serialization: "advanced" });
  }

  /** Carries out an order; one at a time. Throws when it could not even begin, a refused connection for example. */
  async run(order: Order): Promise<Measured> {
    const reply = await new Promise<Reply>((resolve, reject) => {
      const onExit = () => reject(new Error("the load process has ended"));
      this.#child.once("exit", onExit);
      this.#child.once("message", (message) => {
        this.#child.off("exit", onExit);
        resolve(message as Reply);
      });
      this.#child.send(order);
    });
    if ("failure" in reply) throw new Error(`load: ${reply.failure}`);
    return reply.measured;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
