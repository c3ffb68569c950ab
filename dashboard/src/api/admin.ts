/** The admin API is where the page came from. */

/** What the server said instead of an answer, or that it said nothing. */
export class AdminError extends Error {
  /** 0: the server cannot be reached. */
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.name = "AdminError";
    this.status = status;
    this.code = code;
  }
}

export interface AdminRequest {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Reads the answer, when not as `JSON.parse` does. */
  readonly parse?: (text: string) => unknown;
}

/** Sends a request to the admin API. @returns its JSON, `undefined` for an empty answer @throws AdminError */
export async function admin<T = unknown>(path: string, request: AdminRequest = {}): Promise<T> {
  const { method = "GET", body, headers, signal, parse = JSON.parse } = request;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { accept: "application/json", ...(body === undefined ? {} : JSON_BODY), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new AdminError(0, "The server does not answer. Is it still running?");
  }
  const text = await response.text();
  if (!response.ok) throw errorOf(response.status, text);
  // reason: the shape is that of the admin API's document, which the server's own tests hold it to.
  return (text === "" ? undefined : parse(text)) as T;
}

const JSON_BODY = { "content-type": "application/json" } as const;

function errorOf(status: number, text: string): AdminError {
  try {
    const { message, restate_code: code } = JSON.parse(text) as { message?: unknown; restate_code?: unknown };
    if (typeof message === "string")
      return new AdminError(status, message, typeof code === "string" ? code : undefined);
  } catch {
    // Not JSON: the text itself says it.
  }
  return new AdminError(status, text === "" ? `The server answered ${status}.` : text);
}
