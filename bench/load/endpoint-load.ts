import { randomBytes } from "node:crypto";
import http2 from "node:http2";
import {
  encodeInvocationId,
  FrameDecoder,
  INVOCATION_ID_BYTES,
  InputCommand,
  MessageType,
  messageTypeName,
  OutputCommand,
  ProposeRunCompletion,
  RunCommand,
  RunCompletion,
  Start,
} from "../../sdk/protocol/index.ts";
import { nowUs } from "./clock.ts";
import type { EndpointOrder, Measured } from "./order.ts";
import { Window } from "./window.ts";

const CONTENT_TYPE = "application/vnd.restate.invocation.v6";
const LAST_ANSWER_MS = 30_000;
const MESSAGE_LIMIT_BYTES = 1 << 20;

/**
 * What an endpoint gives without a server: as many attempts as there are streams, each one started, its `run` results
 * handed back at once, and ended. No journal, no flush; the limit for any server in front of this endpoint.
 */
export async function endpointLoad(order: EndpointOrder): Promise<Measured> {
  const session = http2.connect(`http://127.0.0.1:${order.port}`);
  await new Promise<void>((resolve, reject) => session.once("connect", () => resolve()).once("error", reject));
  const window = new Window(order);
  const patience = setTimeout(() => session.destroy(new Error("no answer")), window.remainingMs + LAST_ANSWER_MS);
  await Promise.all(Array.from({ length: order.streams }, () => attempts(session, order, window)));
  clearTimeout(patience);
  session.destroy();
  return window.result();
}

async function attempts(session: http2.ClientHttp2Session, order: EndpointOrder, window: Window): Promise<void> {
  const journal = recordedJournal(order.recordedSteps ?? 0);
  try {
    for (;;) {
      const sentAtUs = nowUs();
      await attempt(session, order, journal);
      if (!window.answered(sentAtUs, nowUs())) return;
    }
  } catch (error) {
    window.failed(`${order.path}: ${(error as Error).message}`);
  }
}

function attempt(session: http2.ClientHttp2Session, order: EndpointOrder, journal: RecordedJournal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": order.path, "content-type": CONTENT_TYPE });
    const frames = new FrameDecoder(MESSAGE_LIMIT_BYTES);
    let output: string | undefined;
    stream.on("response", (headers) => {
      if (headers[":status"] !== 200) reject(new Error(`answered ${headers[":status"]}`));
    });
    stream.on("data", (chunk: Buffer) => {
      frames.push(chunk);
      const replies: Buffer[] = [];
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        switch (frame.type) {
          case MessageType.ProposeRunCompletion: {
            const { resultCompletionId, value } = ProposeRunCompletion.decode(frame.body);
            if (value !== undefined) replies.push(RunCompletion.frame({ completionId: resultCompletionId, value }));
            break;
          }
          case MessageType.OutputCommand:
            output = OutputCommand.decode(frame.body).value?.toString();
            break;
          case MessageType.End:
            // The endpoint closes its side only after ours has ended.
            stream.end();
            break;
          case MessageType.RunCommand:
            break;
          default:
            reject(new Error(`sent ${messageTypeName(frame.type)}`));
        }
      }
      if (replies.length > 0) stream.write(replies.length === 1 ? replies[0] : Buffer.concat(replies));
    });
    stream.on("error", reject);
    stream.on("end", () => {
      if (output === order.expectedBody) resolve();
      else reject(new Error(`gave ${output ?? "no output"}`));
    });
    stream.write(opening(order.body, journal));
  });
}

/** What follows the input in a journal that was recorded earlier. */
interface RecordedJournal {
  readonly entries: number;
  readonly frames: Buffer;
}

/** Each step's command and, behind it, its completion. */
function recordedJournal(steps: number): RecordedJournal {
  const frames: Buffer[] = [];
  for (let completionId = 1; completionId <= steps; completionId++) {
    frames.push(RunCommand.frame({ resultCompletionId: completionId, name: "step" }));
    frames.push(RunCompletion.frame({ completionId, value: Buffer.from("1") }));
  }
  return { entries: frames.length, frames: Buffer.concat(frames) };
}

/** Start, Input and what was recorded in one chunk, as a server sends them. */
function opening(body: string, journal: RecordedJournal): Buffer {
  const id = randomBytes(INVOCATION_ID_BYTES);
  const knownEntries = 1 + journal.entries;
  const start = Start.frame({ id, debugId: encodeInvocationId(id), knownEntries, randomSeed: 1n });
  return Buffer.concat([start, InputCommand.frame({ value: Buffer.from(body) }), journal.frames]);
}
