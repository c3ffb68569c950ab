import {
  codecOf,
  type Frame,
  FrameDecoder,
  INVOCATION_ID_BYTES,
  isCommand,
  isNotification,
  MessageType,
  messageTypeName,
  Notification,
  PROTOCOL_VIOLATION,
  ProposeRunCompletionAck,
  ProtocolError,
  Start,
  type StartMessage,
} from "../protocol/index.ts";
import type { Exchange } from "./exchange.ts";
import type { Journal } from "./journal.ts";
import type { Notifications } from "./notifications.ts";
import type { Runs } from "./runs.ts";

/** A Buffer cannot be larger on all platforms; the server has limits of its own. */
const MAX_MESSAGE_BYTES = 0x7fffffff;

/** Reads what the server sends: the start, the known journal, and then the answers as they come. */
export class Intake {
  readonly #frames = new FrameDecoder(MAX_MESSAGE_BYTES);
  readonly #exchange: Exchange;
  readonly #journal: Journal;
  readonly #notifications: Notifications;
  readonly #runs: Runs;
  #start: StartMessage | undefined;
  #missingEntries = 0;
  isClosed = false;

  constructor(exchange: Exchange, journal: Journal, notifications: Notifications, runs: Runs) {
    this.#exchange = exchange;
    this.#journal = journal;
    this.#notifications = notifications;
    this.#runs = runs;
  }

  /** The start message, once it is here and the known journal with it. */
  get start(): StartMessage | undefined {
    return this.#missingEntries === 0 ? this.#start : undefined;
  }

  push(bytes: Uint8Array): void {
    if (this.#exchange.isClosed) return;
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
        this.#receive(frame);
        if (this.#exchange.isClosed) return;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#violation(`the server sent what is not the service protocol: ${error.message}`);
    }
  }

  close(): void {
    this.isClosed = true;
    if (this.start !== undefined) return;
    const missing = this.#start === undefined ? "before the start message" : `${this.#missingEntries} entries short`;
    this.#violation(`the request ended ${missing}`);
  }

  #receive(frame: Frame): void {
    const { type, body } = frame;
    if (this.#start === undefined) {
      if (type === MessageType.Start) this.#begin(Start.decode(body));
      else this.#violation(`the first message was ${messageTypeName(type)} instead of Start`);
    } else if (codecOf(type) === undefined) {
      this.#violation(`the server sent a message of an unknown type: ${messageTypeName(type)}`);
    } else if (isNotification(type)) {
      if (!this.#notifications.arrive(Notification.decode(body))) {
        this.#violation(`the server sent a ${messageTypeName(type)} without an id or without a result`);
      }
      this.#countEntry();
    } else if (isCommand(type)) {
      if (this.#missingEntries === 0) {
        this.#violation(`the server sent a ${messageTypeName(type)} after the known journal`);
      }
      this.#journal.add(frame);
      this.#countEntry();
    } else if (type === MessageType.ProposeRunCompletionAck) {
      this.#acknowledge(ProposeRunCompletionAck.decode(body).completionId);
    } else {
      this.#violation(`the server sent a ${messageTypeName(type)}, which it never should`);
    }
  }

  #begin(start: StartMessage): void {
    this.#start = start;
    this.#missingEntries = start.knownEntries;
    if (start.knownEntries === 0) this.#violation("the start message announces no entries, not even the input");
    if (start.id.length !== INVOCATION_ID_BYTES) {
      this.#violation(`the invocation id has ${start.id.length} bytes instead of ${INVOCATION_ID_BYTES}`);
    }
  }

  #countEntry(): void {
    if (this.#missingEntries > 0) this.#missingEntries--;
  }

  /** The server has stored a result that it does not send back, as we have it (v7). */
  #acknowledge(completionId: number): void {
    const result = this.#runs.acknowledge(completionId);
    if (result !== undefined) this.#notifications.arriveCompletion(completionId, result);
    else
      this.#violation(`the server acknowledged a run (completion ${completionId}) that this attempt did not propose`);
  }

  #violation(what: string): void {
    this.#exchange.fail(PROTOCOL_VIOLATION, `Protocol violation: ${what}.`);
  }
}
