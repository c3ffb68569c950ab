import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeFrame, MessageType } from "../../sdk/protocol/index.ts";
import {
  attemptStart,
  type Bench,
  CONTENT_TYPE,
  createBench,
  END,
  type Endpoint,
  http2Endpoint,
  listening,
} from "../../server/invoker/testbed.fixture.ts";
import { dataFrame, Flag, FrameType, frame, headerBlock, settingsFrame } from "../support/http2-frames.ts";
import { until } from "../support/until.ts";
import { type AnswerProgram, answerProgram, commonBytesOf } from "./programs.ts";
import { type Run, runsOf } from "./scale.ts";

const OUTPUT = encodeFrame(MessageType.OutputCommand, Buffer.alloc(0));

function headFrame(stream: number, status: number, isEnd: boolean): Buffer {
  const block = headerBlock({ ":status": `${status}`, "content-type": CONTENT_TYPE });
  return frame(FrameType.Headers, Flag.EndHeaders | (isEnd ? Flag.EndStream : 0), stream, block);
}

/** What an endpoint says on each connection, whatever it is asked. */
function bytesOf({ isGreeting, steps, cut }: AnswerProgram): Buffer {
  const frames = steps.map((step) => {
    switch (step.kind) {
      case "head":
        return headFrame(step.stream, step.status, step.isEnd);
      case "messages":
        return dataFrame(step.stream, Buffer.concat([OUTPUT, END]), step.isEnd ? Flag.EndStream : 0);
      case "data":
        return dataFrame(step.stream, Buffer.alloc(step.bytes, 1), step.isEnd ? Flag.EndStream : 0);
      default:
        return commonBytesOf(step);
    }
  });
  const bytes = Buffer.concat([...(isGreeting ? [settingsFrame([])] : []), ...frames]);
  return bytes.subarray(0, Math.round(bytes.length * cut));
}

/** An endpoint on a port of its own that runs a program on each connection. */
class Hostile {
  program: AnswerProgram | undefined;
  uri = "";
  close: () => Promise<void> = async () => {};
  connections = 0;

  async listen(): Promise<this> {
    const { uri, close } = await listening(createServer((socket) => this.#answer(socket)));
    this.uri = uri;
    this.close = close;
    return this;
  }

  #answer(socket: Socket): void {
    this.connections++;
    socket.on("error", () => {});
    socket.on("close", () => this.connections--);
    const { program } = this;
    if (program === undefined) {
      socket.destroy();
      return;
    }
    const bytes = bytesOf(program);
    // What it says comes before, together with or after the request.
    const answer = () => {
      const size = Math.ceil(bytes.length / program.pieces) || 1;
      for (let start = 0; start < bytes.length; start += size) socket.write(bytes.subarray(start, start + size));
      socket.write("", () => {
        if (program.end === "end") socket.end();
        else if (program.end === "destroy") socket.destroy();
        else socket.resetAndDestroy();
      });
    };
    socket.resume();
    if (program.isEarly) answer();
    else socket.once("data", answer);
  }
}

/** Endpoints, and with them attempts, side by side. */
const BATCH = 50;
let bench: Bench;
let healthy: Endpoint;
let hostiles: Hostile[];

beforeAll(async () => {
  bench = createBench();
  hostiles = await Promise.all(Array.from({ length: BATCH }, () => new Hostile().listen()));
  healthy = await http2Endpoint((request) => {
    request.read();
    request.respond();
    request.stream.end(Buffer.concat([OUTPUT, END]));
  });
});
afterAll(async () => {
  await bench?.invoker.close();
  await healthy?.close();
  await Promise.all((hostiles ?? []).map((one) => one.close()));
});

/** Starts attempts, and resolves when each has ended, in one way or another. */
async function attempts(uris: readonly string[]): Promise<void> {
  const open = new Set<number>();
  for (const uri of uris) {
    const start = attemptStart(uri);
    open.add(start.attempt);
    bench.invoker.start(start);
  }
  let looked = 0;
  await bench.signals.until(() => {
    for (; looked < bench.events.length; looked++) {
      const event = bench.events[looked];
      if (event?.kind === "failed" || event?.kind === "closed") open.delete(event.attempt);
    }
    return open.size === 0;
  });
}

async function fuzz({ seed, cases }: Run): Promise<void> {
  const batches = fc.array(answerProgram, { minLength: BATCH, maxLength: BATCH });
  const property = fc.asyncProperty(batches, async (batch) => {
    for (const [index, program] of batch.entries()) (hostiles[index] as Hostile).program = program;
    const start = attemptStart(healthy.uri);
    bench.invoker.start(start);
    await Promise.all([bench.closed(start.attempt), attempts(hostiles.map(({ uri }) => uri))]);
    const messages = bench.events.filter(({ kind, attempt }) => kind === "messages" && attempt === start.attempt);
    expect(messages.flatMap((one) => (one.kind === "messages" ? one.types : []))).toEqual([
      MessageType.OutputCommand,
      MessageType.End,
    ]);
    bench.events.length = 0;
  });
  await fc.assert(property, { numRuns: Math.ceil(cases / BATCH), seed, endOnFailure: true });
}

it("ends each attempt, whatever frames an endpoint sends, and keeps no connection", async () => {
  for (const one of runsOf("client")) await fuzz(one);
  await until("all connections are closed", () => hostiles.every(({ connections }) => connections === 0));
  expect(healthy.sessions).toHaveLength(1);
});
