import { SERVER_HEADER } from "./version.ts";

/** Headers of a request as the platform has them, with lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers of a response, with lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** A complete response. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Uint8Array;
}

const encoder = new TextEncoder();

export function answer(status: number, contentType: string, body: string | Uint8Array): Answer {
  return {
    kind: "answer",
    status,
    headers: { "content-type": contentType, "x-restate-server": SERVER_HEADER },
    body: typeof body === "string" ? encoder.encode(body) : body,
  };
}

/** A refusal, in the form that Restate's server shows to whoever asked. */
export function errorAnswer(status: number, message: string): Answer {
  return answer(status, "application/json", JSON.stringify({ message }));
}

/** The value of a header; of one that came several times, the first. */
export function headerValue(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "object" ? value[0] : value;
}
