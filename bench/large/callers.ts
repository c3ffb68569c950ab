import http from "node:http";

/** What callers of a large result have received within their time. */
export interface Received {
  readonly answers: number;
  readonly perSecond: number;
}

/**
 * Callers in this process, each asking anew when it has its answer: bodies of many megabytes are counted and thrown
 * away, where the load process would keep and compare them.
 *
 * @param whileRunning ends the load when it resolves
 * @throws Error when an answer is not 200 with a body of that length
 */
export async function callLarge(
  port: number,
  callers: number,
  kilobytes: number,
  whileRunning: Promise<unknown>,
): Promise<Received> {
  let isOver = false;
  let answers = 0;
  const startedAtMs = performance.now();
  const agent = new http.Agent({ keepAlive: true });
  const over = whileRunning.finally(() => {
    isOver = true;
  });
  const call = async () => {
    // At least one, however short the time is.
    do {
      await received(agent, port, kilobytes);
      answers++;
    } while (!isOver);
  };
  try {
    await Promise.all([over, ...Array.from({ length: callers }, call)]);
    return { answers, perSecond: (answers * 1000) / (performance.now() - startedAtMs) };
  } finally {
    agent.destroy();
  }
}

function received(agent: http.Agent, port: number, kilobytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const path = "/Greeter/large";
    const sent = http.request({ host: "127.0.0.1", port, path, method: "POST", headers, agent }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
      answer.on("error", reject);
      answer.on("end", () => {
        // A JSON string: with its quotes.
        if (answer.statusCode === 200 && bytes === kilobytes * 1024 + 2) resolve();
        else reject(new Error(`${path}: answered ${answer.statusCode} with ${bytes} bytes`));
      });
    });
    sent.on("error", reject);
    sent.end(String(kilobytes));
  });
}
