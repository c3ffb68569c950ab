import { type Frame, FrameDecoder, ProtocolError } from "../../sdk/protocol/index.ts";
import type { AttemptEvents, AttemptFailure, AttemptReads, AttemptStart } from "../engine/types.ts";
import type { Log } from "../log.ts";
import { Deliveries, JOIN_LIMIT_BYTES, totalBytes } from "./deliveries.ts";
import { headFailure, streamFailure, transportFailure, unfinishedFailure } from "./failure.ts";
import { isTerminal, takeFrames } from "./incoming.ts";
import { invocationContentType, startFrame } from "./request.ts";
import { type InvokerSettings, MESSAGE_OVERHEAD_BYTES } from "./settings.ts";
import type { Timeouts, Watched } from "./timeouts.ts";
import type { AttemptReceiver, AttemptStream, ResponseHead } from "./transport.ts";

/** What attempts share. */
export interface AttemptSurroundings {
  readonly reads: AttemptReads;
  readonly events: AttemptEvents;
  readonly settings: InvokerSettings;
  readonly timeouts: Timeouts;
  readonly nowMs: () => number;
  apply<T>(command: () => T): T;
  /** Calls `attempt.flush()` once at the end of the present tick. */
  flushSoon(attempt: Attempt): void;
  /** The attempt is out of the engine's sight. */
  forget(attempt: Attempt): void;
  readonly log: Log;
}

export type AttemptPhase =
  /** Waiting for a connection with a free stream. */
  | "connecting"
  /** The journal is being sent. */
  | "replaying"
  /** Both sides may send. */
  | "processing"
  /** The request has been ended: the SDK may only finish or suspend. */
  | "closing"
  /** A terminal message has come; the stream is closing. */
  | "terminated"
  /** Nothing more happens. */
  | "over";

/** Undelivered bytes above which the response is not read on. */
const PAUSE_ABOVE_BYTES = 1024 * 1024;
const NONE: readonly Buffer[] = [];

/** One attempt on its transport: sends the journal, passes messages both ways, and says how it ended. */
export class Attempt implements AttemptReceiver, Watched {
  readonly start: AttemptStart;
  readonly startedAtMs: number;
  phase: AttemptPhase = "connecting";
  expiresAtMs = 0;
  timeoutSlot: number | undefined = undefined;
  /** Withdraws the wish for a stream. */
  withdraw: () => void = () => {};

  readonly #around: AttemptSurroundings;
  readonly #isBidirectional: boolean;
  #stream: AttemptStream | undefined;
  #decoder: FrameDecoder | undefined;
  /** Index of the next journal entry to send. */
  #replayed = 0;
  readonly #deliveries = new Deliveries();
  #isFlushDue = false;
  #shouldCloseInput = false;
  /** What was left of the inactivity timeout when the engine asked for a suspension. */
  #leftMs = 0;
  #isPaused = false;
  #hasHead = false;
  /** Reported along with the first messages, in the same turn. */
  #server: string | undefined;

  constructor(start: AttemptStart, isBidirectional: boolean, around: AttemptSurroundings) {
    this.start = start;
    this.startedAtMs = around.nowMs();
    this.#isBidirectional = isBidirectional;
    this.#around = around;
  }

  // What the engine asks for

  deliver(frame: Buffer): void {
    // After the end of the request the SDK will suspend; the engine sees then that the result is there.
    if (this.phase === "closing" || this.phase === "terminated" || this.phase === "over") return;
    this.#deliveries.add(frame);
    const waitingBytes = this.#deliveries.bytes + (this.#stream?.bufferedBytes ?? 0);
    if (waitingBytes > this.#around.settings.deliveryLimitBytes) {
      const waiting = `${waitingBytes} bytes are waiting for ${this.start.deployment.uri}`;
      const failure = transportFailure("RT0010", `the endpoint does not take what is sent to it: ${waiting}`);
      // The end of the request would wait behind all that.
      this.#fail(failure, "cut off");
    } else if (this.phase === "processing") this.#flushSoon();
  }

  closeInput(): void {
    // It is early, because somebody waits for a place: nothing is taken from the time that the handler has.
    this.#leftMs = this.start.handlerSpec.inactivityTimeoutMs;
    this.#closeInput();
  }

  #closeInput(): void {
    this.#shouldCloseInput = true;
    if (this.phase === "processing") this.#flushSoon();
  }

  abort(): void {
    // The handler is through, and half of what it said is on its way: a peer such as Node's goes on counting the rest
    // against its whole connection when the stream is cut off (restatedev/restate#4130).
    this.#end((this.#decoder?.pendingBytes ?? 0) > 0 ? "let go" : "cut off");
  }

  letGo(): void {
    this.#end("let go");
  }

  /** Ends the attempt and reports why, unless its terminal message has come. */
  fail(failure: AttemptFailure): void {
    this.#fail(failure, "let go");
  }

  #fail(failure: AttemptFailure, how: "cut off" | "let go"): void {
    if (this.phase === "over") return;
    if (this.phase === "terminated") {
      this.#conclude();
      return;
    }
    this.#end(how);
    this.#report(() => this.#around.events.failed(this.start.attempt, failure));
  }

  /** The terminal message has come and the stream is of no more use. */
  #conclude(): void {
    this.letGo();
    this.#around.events.closed(this.start.attempt);
  }

  #end(how: "cut off" | "let go"): void {
    if (this.phase === "over") return;
    this.phase = "over";
    this.#around.timeouts.unwatch(this);
    this.#deliveries.drop();
    this.#decoder = undefined;
    if (this.#stream === undefined) this.withdraw();
    else if (how === "cut off") this.#stream.abort();
    else this.#stream.letGo();
    this.#stream = undefined;
    this.#around.forget(this);
  }

  // What the transport reports

  opened(stream: AttemptStream): void {
    if (this.phase !== "connecting") {
      stream.abort();
      return;
    }
    this.#stream = stream;
    this.phase = "replaying";
    this.#stayAwake();
    this.#around.timeouts.watch(this);
    try {
      this.#sendFirst(stream, startFrame(this.start, this.#around.reads, this.#around.settings));
    } catch (error) {
      this.#failInternally("the journal cannot be read", error);
    }
  }

  refused(): void {
    if (this.phase === "over") return;
    this.phase = "connecting";
    this.#stream = undefined;
    this.#around.timeouts.unwatch(this);
    this.#replayed = 0;
    this.#isPaused = false;
    this.#deliveries.takeBack();
  }

  head(head: ResponseHead): void {
    if (this.phase === "over") return;
    this.#hasHead = true;
    this.#deliveries.answered();
    const { protocolVersion, deployment } = this.start;
    const contentType = invocationContentType(protocolVersion);
    const expected = { contentType, protocolVersion, uri: deployment.uri };
    const failure = headFailure(head, expected, this.#around.nowMs());
    if (failure !== undefined) this.fail(failure);
    else this.#server = head.server;
  }

  chunk(bytes: Buffer): void {
    // Whatever follows a terminal message is of no interest, to the real server either.
    if (this.phase === "over" || this.phase === "terminated") return;
    this.#stayAwake();
    this.#decoder ??= new FrameDecoder(this.#around.settings.messageLimitBytes + MESSAGE_OVERHEAD_BYTES);
    this.#decoder.push(bytes);
    const frames: Frame[] = [];
    const violation = takeFrames(this.#decoder, frames);
    if (frames.length > 0 && !this.#handOver(frames)) return;
    // The engine ends an attempt from the outbox, later; the state may not have changed by now.
    if (violation !== undefined) this.fail(violation);
  }

  drained(): void {
    if (this.phase === "replaying") {
      this.#stayAwake();
      this.#continueReplay();
    } else if (this.#isPaused) {
      this.#isPaused = false;
      this.#stream?.resume();
    }
  }

  ended(): void {
    if (this.phase === "over" || this.phase === "terminated") return;
    const isCut = (this.#decoder?.pendingBytes ?? 0) > 0;
    this.fail(unfinishedFailure(isCut));
  }

  finished(broken: string | undefined): void {
    if (this.phase === "over") return;
    if (this.phase === "terminated") {
      this.#conclude();
      return;
    }
    if (broken === undefined && this.#hasHead) {
      this.ended();
      return;
    }
    this.fail(streamFailure(this.start.deployment.uri, broken, this.#hasHead));
  }

  expired(nowMs: number): void {
    const { abortTimeoutMs, inactivityTimeoutMs } = this.start.handlerSpec;
    switch (this.phase) {
      case "processing":
        this.#around.log("debug", "no messages: asking the SDK to suspend", {
          invocation: this.start.id,
          inactivityTimeoutMs,
        });
        this.#closeInput();
        return;
      case "replaying":
      case "closing":
        this.fail(
          transportFailure(
            "RT0001",
            `the invocation stream was closed after the 'abort timeout' (${abortTimeoutMs} ms) fired`,
          ),
        );
        return;
      case "terminated":
        // All is said: an endpoint that leaves its response open only wastes a stream.
        this.#around.log("debug", "the endpoint did not close its response", { invocation: this.start.id, nowMs });
        this.#conclude();
        return;
      case "connecting":
      case "over":
        return;
    }
  }

  /** Sends what was delivered in this tick. */
  flush(): void {
    this.#isFlushDue = false;
    const stream = this.#stream;
    if (this.phase !== "processing" || stream === undefined) return;
    if (!this.#deliveries.isEmpty) this.#stayAwake();
    const { last, canTakeMore } = this.#deliveries.writeTo(stream, this.#hasHead);
    if (this.#shouldCloseInput) {
      this.phase = "closing";
      stream.end(last);
      this.#stayAwake();
      this.#around.timeouts.watch(this);
      return;
    }
    const isSlow = last !== undefined ? !stream.write(last) : !canTakeMore;
    if (isSlow && !this.#isPaused && stream.bufferedBytes > PAUSE_ABOVE_BYTES) {
      this.#isPaused = true;
      stream.pause();
    }
  }

  /** The start frame and as much of the journal as is at hand. */
  #sendFirst(stream: AttemptStream, first: Buffer): void {
    const { replay, knownEntries } = this.start;
    const frames = replay ?? (knownEntries > 0 ? this.#readJournal(this.#around.settings.replayChunkBytes) : NONE);
    if (replay !== undefined) this.#replayed = knownEntries;
    this.#sendReplay(stream, [first, ...frames]);
  }

  #continueReplay(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    try {
      this.#sendReplay(stream, this.#readJournal(this.#around.settings.replayChunkBytes));
    } catch (error) {
      this.#failInternally("the journal cannot be read", error);
    }
  }

  #readJournal(limitBytes: number): readonly Buffer[] {
    const { seq, knownEntries } = this.start;
    const frames = this.#around.reads.replay(seq, this.#replayed, knownEntries, limitBytes);
    if (frames.length === 0) throw new Error(`entry ${this.#replayed} of ${knownEntries} is missing`);
    this.#replayed += frames.length;
    return frames;
  }

  #sendReplay(stream: AttemptStream, first: readonly Buffer[]): void {
    let frames = first;
    for (;;) {
      const isLast = this.#replayed >= this.start.knownEntries;
      const bytes = totalBytes(frames);
      const joined = bytes <= JOIN_LIMIT_BYTES ? Buffer.concat(frames, bytes) : undefined;
      if (isLast) {
        this.phase = "processing";
        // An inactivity timeout of zero asks for a suspension wherever the handler would wait.
        if (!this.#isBidirectional || this.start.handlerSpec.inactivityTimeoutMs === 0) this.#shouldCloseInput = true;
        if (joined === undefined) stream.writeAll(frames);
        else if (this.#shouldCloseInput && this.#deliveries.isEmpty) {
          this.phase = "closing";
          stream.end(joined);
          this.#stayAwake();
          return;
        } else stream.write(joined);
        if (this.#shouldCloseInput || !this.#deliveries.isEmpty) this.flush();
        this.#stayAwake();
        this.#around.timeouts.watch(this);
        return;
      }
      if (!(joined === undefined ? stream.writeAll(frames) : stream.write(joined))) return;
      frames = this.#readJournal(this.#around.settings.replayChunkBytes);
    }
  }

  /** Gives messages to the engine. `false`: that ended the attempt. */
  #handOver(frames: readonly Frame[]): boolean {
    const { events } = this.#around;
    const { attempt } = this.start;
    const server = this.#server;
    this.#server = undefined;
    try {
      this.#around.apply(() => {
        if (server !== undefined) events.server(attempt, server);
        events.messages(attempt, frames);
      });
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.fail(transportFailure("RT0012", `message encoding error: ${error.message}`));
      } else this.#failInternally("the messages of the SDK cannot be processed", error);
      return false;
    }
    // (Aborting is for the outbox, but an engine in a test may call back at once.)
    if (this.#isOver()) return false;
    if (!isTerminal(frames.at(-1)?.type ?? 0xffff)) return true;
    this.phase = "terminated";
    this.#decoder = undefined;
    this.#deliveries.drop();
    // The official endpoints close their response only after the request has ended.
    this.#stream?.end();
    this.expiresAtMs = this.#around.nowMs() + this.#around.settings.lingerMs;
    this.#around.timeouts.watch(this);
    return false;
  }

  #isOver(): boolean {
    return this.phase === "over";
  }

  #failInternally(what: string, error: unknown): void {
    this.#around.log("error", `Invocation ${this.start.id}: ${what}`, { error });
    this.fail(transportFailure("RT0006", `${what}: ${error instanceof Error ? error.message : String(error)}`));
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#around.flushSoon(this);
  }

  /** Something has moved: the timeout starts again. */
  #stayAwake(): void {
    const { inactivityTimeoutMs, abortTimeoutMs } = this.start.handlerSpec;
    const timeoutMs = this.phase === "processing" ? inactivityTimeoutMs : abortTimeoutMs + this.#leftMs;
    this.expiresAtMs = this.#around.nowMs() + timeoutMs;
  }

  #report(events: () => void): void {
    try {
      this.#around.apply(events);
    } catch (error) {
      this.#around.log("error", `Invocation ${this.start.id}: the end of an attempt cannot be processed`, { error });
    }
  }
}
