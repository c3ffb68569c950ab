/** A request as a server would see it. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What the fetch answers: a response, or an error that it throws. */
export type Answer =
  | Error
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string };

/**
 * A `fetch` that keeps what it was asked and gives the answers one after the other, the last of them again and again.
 */
export function recordingFetch(answers: readonly Answer[]): { fetch: typeof globalThis.fetch; recorded: Recorded[] } {
  const recorded: Recorded[] = [];
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    if (typeof input !== "string") throw new Error("both clients pass the URL as text");
    init.signal?.throwIfAborted();
    const answer = answers[Math.min(recorded.length, answers.length - 1)] ?? {};
    recorded.push({
      method: init.method ?? "GET",
      // As it goes out: fetch resolves and encodes.
      url: new URL(input).href,
      headers: Object.fromEntries([...new Headers(init.headers).entries()].sort()),
      body: await textOf(init.body),
    });
    if (answer instanceof Error) throw answer;
    const { status = 200, headers = {}, body = "" } = answer;
    return new Response(body, { status, headers });
  };
  return { fetch, recorded };
}

async function textOf(body: RequestInit["body"]): Promise<string | undefined> {
  if (body === undefined || body === null) return undefined;
  return Buffer.from(await new Response(body).arrayBuffer()).toString("latin1");
}
