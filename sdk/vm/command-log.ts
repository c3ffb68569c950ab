import {
  type Draft,
  type Failure,
  type Frame,
  PROTOCOL_VIOLATION,
  ProtocolError,
  type StartMessage,
} from "../protocol/index.ts";
import { type Command, describeCommand, entryName } from "./command.ts";
import type { Exchange } from "./exchange.ts";
import { type FailedCommand, INTERNAL, UNSUPPORTED_FEATURE } from "./failures.ts";
import type { Intake } from "./intake.ts";
import type { Journal } from "./journal.ts";
import { describeRecorded, differentCommands, differentFields } from "./mismatch.ts";
import type { CallTarget, VmOptions } from "./types.ts";

/** Takes the commands of the handler, one after the other: compares those that are recorded, and sends the others. */
export class CommandLog {
  readonly #version: number;
  readonly #checkPayloads: boolean;
  readonly #exchange: Exchange;
  readonly #intake: Intake;
  readonly #journal: Journal;

  constructor(options: VmOptions, exchange: Exchange, intake: Intake, journal: Journal) {
    this.#version = options.version;
    this.#checkPayloads = options.checkPayloads ?? true;
    this.#exchange = exchange;
    this.#intake = intake;
    this.#journal = journal;
  }

  /**
   * The start message.
   *
   * @throws VmClosedError when the attempt has ended, or has not begun
   */
  start(): StartMessage {
    this.#exchange.assertOpen();
    const { start } = this.#intake;
    if (start === undefined) this.#exchange.refuse(PROTOCOL_VIOLATION, "The handler ran before its journal was there.");
    return start;
  }

  /** A command whose recorded form says no more than the attempted one. */
  make<T>(of: Command<T>, draft: Draft<T>): void {
    const recorded = this.next();
    if (recorded === undefined) this.send(of, draft);
    else this.replay(of, draft, recorded);
  }

  /** Begins the next command. Answers its recorded form, or undefined when the command is new. */
  next(): Frame | undefined {
    this.start();
    this.#journal.index++;
    return this.#journal.next();
  }

  send<T>(of: Command<T>, draft: Draft<T>): void {
    this.#journal.isAtEndOfReplay = false;
    this.#exchange.send(of.codec.frame(draft));
  }

  /**
   * Compares a command with its recorded form, which is answered.
   *
   * @throws JournalMismatchError when they differ
   */
  replay<T>(of: Command<T>, draft: Draft<T>, recorded: Frame): T {
    const { index } = this.#journal;
    if (recorded.type !== of.codec.type) {
      const attempted = describeCommand(of, draft);
      const message = differentCommands(index, describeRecorded(recorded.type, recorded.body), attempted);
      this.#exchange.mismatch(message, this.#current(of, draft));
    }
    const command = this.#decode(of, recorded);
    const { aspects } = of;
    for (let i = 0; i < aspects.length; i++) {
      // biome-ignore lint/style/noNonNullAssertion: the index is within the array
      if (!aspects[i]!.isEqual(command as Fields, draft as Fields, this.#checkPayloads)) {
        const message = differentFields(index, of, command, draft, this.#checkPayloads);
        this.#exchange.mismatch(message, this.#current(of, draft));
      }
    }
    return command;
  }

  /** @throws VmClosedError always: a recorded command lacks what it is there for */
  refuseEmpty<T>(of: Command<T>): never {
    const { index } = this.#journal;
    this.#exchange.refuse(PROTOCOL_VIOLATION, `Protocol violation: command ${index} (${of.verb}) has no result.`);
  }

  /** @throws VmClosedError when the protocol version does not allow such a failure */
  checkFailure(result: Uint8Array | Failure): void {
    this.#exchange.assertOpen();
    if (!(result instanceof Uint8Array) && (result.metadata?.length ?? 0) > 0) {
      this.#checkFeature("metadata of terminal errors", 6);
    }
  }

  /** @throws VmClosedError when the protocol version or the target's own fields do not allow such a call */
  checkTarget(target: CallTarget): void {
    this.#exchange.assertOpen();
    if (target.idempotencyKey === "") this.#refuseEmptyKey("idempotency key");
    if (target.scope === "") this.#refuseEmptyKey("scope");
    if (target.limitKey === "") this.#refuseEmptyKey("limit key");
    if (target.scope !== undefined) this.#checkFeature("scopes", 7);
    if (target.limitKey !== undefined) this.#checkFeature("limit keys", 7);
  }

  #decode<T>(of: Command<T>, recorded: Frame): T {
    try {
      return of.codec.decode(recorded.body);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const what = `Protocol violation: command ${this.#journal.index} of the journal is unreadable: ${error.message}.`;
      this.#exchange.refuse(PROTOCOL_VIOLATION, what);
    }
  }

  #current<T>(of: Command<T>, draft: Draft<T>): FailedCommand {
    return { index: this.#journal.index, type: of.codec.type, name: entryName(draft) };
  }

  #refuseEmptyKey(what: string): never {
    this.#exchange.refuse(INTERNAL, `The ${what} of a call is empty: leave it out, or give it at least one character.`);
  }

  #checkFeature(feature: string, since: number): void {
    if (this.#version >= since) return;
    this.#exchange.refuse(
      UNSUPPORTED_FEATURE,
      `The server cannot handle ${feature}: they came with version ${since} of the service protocol, and it speaks ` +
        `version ${this.#version} with this deployment. Update the server, or register the deployment again.`,
    );
  }
}

type Fields = Readonly<Record<string, unknown>>;
