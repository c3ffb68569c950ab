import http from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { send } from "../support/http.ts";
import { until } from "../support/until.ts";
import type { Contender, Profile, Variant } from "./contenders.ts";
import { type Normalised, Normaliser, type RawAnswer } from "./normalise.ts";

export interface ProbeRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON with that content type. */
  readonly body?: string | Uint8Array | undefined;
  readonly json?: unknown;
}

/** One line of a transcript: what a server answered at that step. */
export interface Line {
  readonly step: string;
  readonly seen: Normalised | { readonly value: unknown };
}

/** A script is written once and runs against both servers; each step has a name of its own. */
export interface Script {
  readonly name: string;
  /** Both when missing. */
  readonly profile?: Profile;
  run(probe: Probe): Promise<void>;
}

/** Sends the requests of a script to one server and writes the transcript. */
export class Probe {
  readonly lines: Line[] = [];
  readonly server: Contender;
  readonly #normaliser = new Normaliser();

  constructor(server: Contender) {
    this.server = server;
  }

  /** A request to the ingress whose answer is compared. */
  async ingress(step: string, path: string, request: ProbeRequest = {}): Promise<RawAnswer> {
    return this.#compared(step, await this.request(this.server.ingressUrl, path, request));
  }

  /** A request to the admin API whose answer is compared. */
  async admin(step: string, path: string, request: ProbeRequest = {}): Promise<RawAnswer> {
    return this.#compared(step, await this.request(this.server.adminUrl, path, request));
  }

  /** A body that is sent piece by piece until the server answers, which it may do before the end. */
  async ingressUntilAnswered(step: string, path: string, bytes: number): Promise<RawAnswer> {
    return this.#compared(step, await sendUntilAnswered(this.server.ingressUrl, path, bytes));
  }

  /** A request that only prepares something. */
  async prepare(path: string, request: ProbeRequest = {}): Promise<RawAnswer> {
    return this.request(this.server.ingressUrl, path, request);
  }

  /** Sends to a handler and returns the invocation's id. */
  async sent(path: string, json?: unknown): Promise<string> {
    const answer = await this.prepare(`/restate/send/${path}`, json === undefined ? { method: "POST" } : { json });
    const { invocationId } = JSON.parse(answer.text) as { invocationId?: string };
    if (invocationId === undefined) throw new Error(`a send to ${path} was answered ${answer.status} ${answer.text}`);
    return invocationId;
  }

  /** Opens a gate of the endpoint: what waits for it there goes on with `value`. */
  async open(name: string, value: unknown = "opened"): Promise<void> {
    await this.prepare("/restate/call/OracleHolder/open", { json: { name, value } });
  }

  /** What a handler said at a gate (the id of an awakeable, say). */
  async told(name: string): Promise<string> {
    const answer = await this.prepare("/restate/call/OracleHolder/read", { json: name });
    return JSON.parse(answer.text) as string;
  }

  async untilStatus(id: string, status: string): Promise<void> {
    await until(`${status} on ${this.server.side}`, async () => (await this.server.status(id)) === status);
  }

  /** Sends to a handler whose attempt fails, and waits until it waits for the next one. */
  async sentBackingOff(handler: "fails" | "once", name: string): Promise<string> {
    const id = await this.sent(`OracleBacksOff/${handler}`, name);
    await this.told(`attempted:${name}`);
    await until(`backing-off on ${this.server.side}`, async () =>
      this.server.backingOff.includes((await this.server.status(id)) ?? ""),
    );
    return id;
  }

  /** Completed, or gone: an invocation that never started leaves nothing behind when it is cancelled. */
  async untilEnded(id: string): Promise<void> {
    await until(`the end of ${id} on ${this.server.side}`, async () => {
      const status = await this.server.status(id);
      return status === undefined || status === "completed";
    });
  }

  /** For scripts that run steps side by side. */
  sortLines(): void {
    this.lines.sort((a, b) => (a.step < b.step ? -1 : 1));
  }

  /** A value beside answers, compared too. */
  note(step: string, value: unknown): void {
    this.#write(step, { value: this.#normaliser.value(value) });
  }

  startVariant(env: Readonly<Record<string, string>>): Promise<Variant> {
    return this.server.startVariant(env);
  }

  async request(baseUrl: string, path: string, { json, headers = {}, ...rest }: ProbeRequest): Promise<RawAnswer> {
    if (json === undefined) return send(baseUrl, path, { headers, ...rest });
    return send(baseUrl, path, {
      ...rest,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(json),
    });
  }

  /** An answer that a script got by other means. */
  answer(step: string, answer: RawAnswer): RawAnswer {
    return this.#compared(step, answer);
  }

  #compared(step: string, answer: RawAnswer): RawAnswer {
    this.#write(step, this.#normaliser.answer(answer));
    return answer;
  }

  #write(step: string, seen: Line["seen"]): void {
    if (this.lines.some((line) => line.step === step)) throw new Error(`two steps are called '${step}'`);
    this.lines.push({ step, seen });
  }
}

const PIECE = Buffer.alloc(256 * 1024, " ");

function sendUntilAnswered(baseUrl: string, path: string, bytes: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    // A server that refuses by the announced length answers before it asks for the body.
    const headers = { "content-type": "application/json", "content-length": bytes, expect: "100-continue" };
    const request = http.request(new URL(path, baseUrl), { method: "POST", headers, agent: false });
    let isAnswered = false;
    request.once("response", (response) => {
      isAnswered = true;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("end", () => {
        const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(named), text });
        request.destroy();
      });
    });
    request.on("error", (error) => {
      if (!isAnswered) reject(error);
    });
    const writePieces = async () => {
      for (let sent = 0; sent < bytes && !isAnswered; sent += PIECE.length) {
        await new Promise<void>((written) => request.write(PIECE, () => written()));
        await nextTurn();
      }
    };
    request.once("continue", () => writePieces().catch(reject));
    request.flushHeaders();
  });
}
