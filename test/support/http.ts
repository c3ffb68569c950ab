import http from "node:http";

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
}

/**
 * One HTTP/1.1 request, sent as written: the path is not normalised and no header is added but those that HTTP asks
 * for. (`fetch` resolves `..`, encodes characters and adds headers.)
 */
export async function send(baseUrl: string, path: string, request: HttpRequest = {}): Promise<HttpAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const { method = request.body === undefined ? "GET" : "POST", headers = {}, body } = request;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = http.request(
      { hostname, port, path, method, headers: { ...headers, ...length }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.once("error", reject);
        answer.once("end", () => {
          const whole = Buffer.concat(chunks);
          const entries = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(entries) as Record<string, string>,
            body: whole,
            text: whole.toString("utf8"),
          });
        });
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}

/** Parses the body of an answer that must be JSON; the error shows the answer. */
export function json<T = unknown>(answer: HttpAnswer): T {
  try {
    return JSON.parse(answer.text) as T;
  } catch (cause) {
    throw new Error(`not JSON: ${answer.status} ${answer.text.slice(0, 500)}`, { cause });
  }
}
