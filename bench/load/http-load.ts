import net from "node:net";
import { AnswerReader } from "./answer-reader.ts";
import { nowUs } from "./clock.ts";
import type { HttpOrder, Measured } from "./order.ts";
import { Window } from "./window.ts";

/** How long an answer may be due after the measured time before it counts as missing. */
const LAST_ANSWER_MS = 30_000;
const CHUNK_BYTES = 16 * 1024;

/** Runs an HTTP order to its end. Resolves whatever the server does: errors are counted. */
export async function httpLoad(order: HttpOrder): Promise<Measured> {
  const sockets = await Promise.all(
    Array.from({ length: order.connections }, (_, index) => {
      return connect(order, order.paths[index % order.paths.length] as string);
    }),
  );
  const window = new Window(order, order.answers);
  const budget = { unsent: window.answersWanted };
  await Promise.all(sockets.map((socket) => socket.run(window, budget)));
  return window.result();
}

interface Connection {
  run(window: Window, budget: { unsent: number }): Promise<void>;
}

async function connect(order: HttpOrder, path: string): Promise<Connection> {
  const request = requestBytes(order, path);
  const reader = new AnswerReader();
  let onChunk: (chunk: Buffer) => void = () => undefined;
  // `onread` with a buffer of its own spares the stream machinery and an allocation for every answer.
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const onread: net.OnReadOpts = {
    buffer,
    callback: (bytes, target) => {
      onChunk((target as Buffer).subarray(0, bytes));
      return true;
    },
  };
  const socket = net.connect({ host: "127.0.0.1", port: order.port, noDelay: true, onread });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));

  const run = (window: Window, budget: { unsent: number }) =>
    new Promise<void>((resolve) => {
      let sentAtUs = 0;
      let isOver = false;
      const over = (error?: string) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(patience);
        if (error !== undefined) window.failed(`${path}: ${error}`);
        socket.destroy();
        resolve();
      };
      // Counted answers have no end in time, so there the patience starts anew with each of them.
      const patience = setTimeout(
        () => over(`no answer within ${LAST_ANSWER_MS / 1000} s`),
        (order.answers === undefined ? window.remainingMs : 0) + LAST_ANSWER_MS,
      );
      const send = (atUs: number) => {
        if (budget.unsent <= 0) return over();
        budget.unsent--;
        sentAtUs = atUs;
        if (order.answers !== undefined) patience.refresh();
        socket.write(request);
      };
      onChunk = (chunk) => {
        const atUs = nowUs();
        try {
          const answer = reader.push(chunk);
          if (answer === undefined) return;
          const error = mistakeIn(answer, order);
          if (error !== undefined) return over(error);
          const hasMore = window.answered(sentAtUs, atUs);
          if (!hasMore) return over();
          if (answer.isLast) return over("the server closes the connection");
          send(nowUs());
        } catch (error) {
          over((error as Error).message);
        }
      };
      socket.on("error", (error) => over(error.message));
      socket.on("close", () => over("the server closed the connection"));
      send(nowUs());
    });
  return { run };
}

function requestBytes(order: HttpOrder, path: string): Buffer {
  const body = Buffer.from(order.body);
  const head = [`${order.method} ${path} HTTP/1.1`, `host: 127.0.0.1:${order.port}`];
  if (order.method === "POST") head.push("content-type: application/json", `content-length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), order.method === "POST" ? body : Buffer.alloc(0)]);
}

function mistakeIn(answer: { status: number; body: string }, order: HttpOrder): string | undefined {
  const isRight =
    answer.status === order.expectedStatus && (order.expectedBody === undefined || answer.body === order.expectedBody);
  return isRight ? undefined : `answered ${answer.status} ${answer.body.slice(0, 300)}`;
}
