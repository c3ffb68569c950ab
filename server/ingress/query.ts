import { decodeQueryText } from "./percent.ts";

/** The parameters that mean something to the ingress. Others go to the handler with `x-restate-ingress-path`. */
export interface QueryParameters {
  readonly delay: string | undefined;
  readonly limitKey: string | undefined;
}

export const NO_PARAMETERS: QueryParameters = { delay: undefined, limitKey: undefined };

/** Reads a query without its `?`. Names are compared without case, the first of several wins, as on the real server. */
export function parseQuery(query: string): QueryParameters {
  let delay: string | undefined;
  let limitKey: string | undefined;
  let start = 0;
  while (start <= query.length) {
    const ampersand = query.indexOf("&", start);
    const end = ampersand < 0 ? query.length : ampersand;
    const equals = query.indexOf("=", start);
    const nameEnd = equals < 0 || equals > end ? end : equals;
    const name = decodeQueryText(query.slice(start, nameEnd)).toLowerCase();
    if (name === "delay") delay ??= decodeQueryText(query.slice(Math.min(nameEnd + 1, end), end));
    else if (name === "limit-key") limitKey ??= decodeQueryText(query.slice(Math.min(nameEnd + 1, end), end));
    start = end + 1;
  }
  return { delay, limitKey };
}
