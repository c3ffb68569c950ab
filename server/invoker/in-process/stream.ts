import type { RunningAttempt } from "../../../sdk/context/types.ts";
import { describeError } from "../failure.ts";
import type { AttemptReceiver, AttemptRequest, AttemptStream } from "../transport.ts";
import type { InProcessEndpoint } from "./endpoint.ts";
import { InProcessResponse } from "./response.ts";

/** Bytes that an endpoint may be given (a long journal, say) before other work of the process has its turn. */
const BURST_BYTES = 1024 * 1024;

/** Runs streams later in this tick: one microtask for all of them. */
export class Agenda {
  #due: InProcessStream[] = [];

  add(stream: InProcessStream): void {
    this.#due.push(stream);
    if (this.#due.length > 1) return;
    queueMicrotask(() => {
      const due = this.#due;
      this.#due = [];
      for (const each of due) each.run();
    });
  }
}

/**
 * One attempt in memory. What is written reaches the endpoint within the call; what the endpoint says reaches the
 * receiver later in the tick, because nobody who calls expects an answer before the call returns.
 */
export class InProcessStream implements AttemptStream {
  /** What is written has been taken. */
  readonly bufferedBytes = 0;
  readonly #endpoint: InProcessEndpoint;
  readonly #request: AttemptRequest;
  readonly #receiver: AttemptReceiver;
  readonly #agenda: Agenda;
  readonly #response: InProcessResponse;
  #attempt: RunningAttempt | undefined;
  #isDue = false;
  #isOpened = false;
  #isPaused = false;
  #isInputClosed = false;
  #isOver = false;
  /** Bytes taken since other work had its turn. */
  #burstBytes = 0;

  constructor(endpoint: InProcessEndpoint, request: AttemptRequest, receiver: AttemptReceiver, agenda: Agenda) {
    this.#endpoint = endpoint;
    this.#request = request;
    this.#receiver = receiver;
    this.#agenda = agenda;
    this.#response = new InProcessResponse(receiver, () => this.#runSoon());
    this.#runSoon();
  }

  /** What is on the agenda: opens the attempt, and passes on what the endpoint has said. */
  run(): void {
    this.#isDue = false;
    if (this.#isOver) return;
    if (!this.#isOpened) this.#open();
    if (!this.#isPaused) this.#response.deliver();
  }

  write(bytes: Buffer): boolean {
    if (this.#isInputClosed || this.#isOver) return true;
    this.#attempt?.push(bytes);
    const isFresh = this.#burstBytes < BURST_BYTES;
    this.#burstBytes += bytes.length;
    if (this.#burstBytes < BURST_BYTES) return true;
    if (isFresh) setImmediate(() => this.#drained());
    return false;
  }

  writeAll(chunks: readonly Buffer[]): boolean {
    let canTakeMore = true;
    for (const chunk of chunks) canTakeMore = this.write(chunk);
    return canTakeMore;
  }

  end(last?: Buffer): void {
    if (this.#isInputClosed || this.#isOver) return;
    if (last !== undefined) this.#attempt?.push(last);
    this.#isInputClosed = true;
    this.#attempt?.inputClosed();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#runSoon();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.close();
    if (!this.#response.isEnded) this.#attempt?.disconnected("the server has ended this attempt");
  }

  letGo(): void {
    if (this.#isOver) return;
    this.end();
    this.#isOver = true;
    this.#response.close();
  }

  #open(): void {
    this.#isOpened = true;
    try {
      this.#attempt = this.#endpoint.open(this.#request.path, this.#request.headers, this.#response);
    } catch (error) {
      this.#response.broken(describeError(error));
      return;
    }
    this.#receiver.opened(this);
  }

  #runSoon(): void {
    if (this.#isDue || this.#isOver) return;
    this.#isDue = true;
    this.#agenda.add(this);
  }

  #drained(): void {
    this.#burstBytes = 0;
    if (!this.#isOver) this.#receiver.drained();
  }
}
