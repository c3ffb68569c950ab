import type { AttemptSink, RunningAttempt } from "../../context/index.ts";
import type { Answer, RequestHeaders, ResponseHeaders } from "../answer.ts";
import type { ProtocolMode } from "../discovery.ts";
import type { Accepted, EndpointHandler, Preview } from "../handler.ts";

const NO_ARGUMENTS: readonly unknown[] = [];
const DISCONNECTED = "the connection was closed before the attempt had ended";

/**
 * A request and its response, on one of Node's servers. What an attempt writes leaves once per tick, in one piece; of
 * an attempt that ends within the tick of its input, head, bytes and end leave together.
 */
export abstract class Exchange implements AttemptSink {
  #attempt: RunningAttempt | undefined;
  /** The attempt has called `end`, or the connection is gone. */
  #isOver = false;
  #isFlushDue = false;
  /** Until it has been sent. */
  #head: ResponseHeaders | undefined;
  /** Bytes to send: mostly one piece, or none. */
  #first: Uint8Array | undefined;
  #more: Uint8Array[] | undefined;

  /**
   * Sends a part of the response; does nothing when the connection is gone.
   *
   * @param head absent when it was in an earlier part; its status is 200
   * @param isLast the response ends here
   */
  protected abstract send(head: ResponseHeaders | undefined, bytes: Uint8Array | undefined, isLast: boolean): void;
  protected abstract sendAnswer(answer: Answer): void;
  /** Gives the request's bytes to `received`, its end to `receivedAll`, and its loss to `disconnected`. */
  protected abstract receive(): void;
  /** Reads the request's bytes and forgets them. */
  protected abstract drain(): void;
  protected abstract body(): Promise<Uint8Array>;

  /** Answers the request, or runs its attempt. Never throws. */
  serve(handler: EndpointHandler, target: string, headers: RequestHeaders, mode: ProtocolMode): void {
    const decision = handler.handle(target, headers, mode);
    if (decision instanceof Promise) decision.then((decided) => this.#follow(decided, handler, headers));
    else this.#follow(decision, handler, headers);
  }

  #follow(decision: Answer | Preview | Accepted, handler: EndpointHandler, headers: RequestHeaders): void {
    switch (decision.kind) {
      case "attempt":
        this.#head = decision.headers;
        this.#attempt = handler.start(decision, headers, NO_ARGUMENTS, this);
        this.receive();
        this.#flushLater();
        return;
      case "answer":
        this.sendAnswer(decision);
        this.drain();
        return;
      case "preview":
        this.body()
          .then((body) => decision.respond(body))
          .then((answer) => this.sendAnswer(answer))
          .catch((error) => handler.log.error(`Cannot read a request for a preview: ${String(error)}`));
    }
  }

  protected received(bytes: Uint8Array): void {
    if (!this.#isOver) this.#attempt?.push(bytes);
  }

  protected receivedAll(): void {
    if (!this.#isOver) this.#attempt?.inputClosed();
  }

  protected disconnected(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#first = this.#more = undefined;
    this.#attempt?.disconnected(DISCONNECTED);
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#first === undefined) this.#first = bytes;
    else if (this.#more === undefined) this.#more = [bytes];
    else this.#more.push(bytes);
    this.#flushLater();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sendAll(true);
  }

  /** Called at the end of the tick. */
  flush(): void {
    this.#isFlushDue = false;
    if (!this.#isOver) this.#sendAll(false);
  }

  #flushLater(): void {
    if (this.#isFlushDue || this.#isOver) return;
    this.#isFlushDue = true;
    flushAtEndOfTick(this);
  }

  #sendAll(isLast: boolean): void {
    const head = this.#head;
    const bytes = this.#more === undefined ? this.#first : Buffer.concat([this.#first as Uint8Array, ...this.#more]);
    this.#head = this.#first = this.#more = undefined;
    this.send(head, bytes, isLast);
  }
}

let due: Exchange[] = [];

/** A tick scheduled by a microtask runs when no microtask is left: whatever handlers can do at once is done by then. */
function flushAtEndOfTick(exchange: Exchange): void {
  if (due.push(exchange) === 1) queueMicrotask(scheduleFlush);
}

function scheduleFlush(): void {
  process.nextTick(flushAll);
}

function flushAll(): void {
  const exchanges = due;
  due = [];
  for (let i = 0; i < exchanges.length; i++) (exchanges[i] as Exchange).flush();
}
