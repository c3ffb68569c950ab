import http from "node:http";

const PAUSE_MS = 2;

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request on a connection of its own. A body makes it a POST of JSON. */
export function request(port: number, path: string, body?: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const method = body === undefined ? "GET" : "POST";
    const sent = http.request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A request whose answer must be 2xx; throws with what came instead. */
export async function requestOk(port: number, path: string, body?: string): Promise<Answered> {
  const answer = await request(port, path, body);
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${body === undefined ? "GET" : "POST"} ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
  }
  return answer;
}

/**
 * Tries `attempt` every two milliseconds until it does not throw.
 *
 * @param check called before each attempt; what it throws ends the waiting
 * @throws Error with the last failure after `timeoutMs`
 */
export async function eventually<T>(timeoutMs: number, check: () => void, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    check();
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
