/** A handler as the path names it. How many segments belong to the target depends on the service's type. */
export interface TargetSegments {
  readonly service: string;
  /** Key and handler, or handler alone; still percent-encoded. */
  readonly rest: readonly string[];
}

/** Where a path leads, before anything is known about services. */
export type Route =
  | { readonly kind: "health" }
  | {
      readonly kind: "invoke";
      /** `undefined`: an older path, on which a trailing `send` segment decides. */
      readonly verb: "call" | "send" | undefined;
      readonly target: TargetSegments;
      readonly scope: string | undefined;
    }
  | { readonly kind: "result"; readonly operation: ResultOperation; readonly id: string | undefined }
  | { readonly kind: "lookup" }
  | { readonly kind: "invocationById"; readonly operation: string; readonly id: string }
  | { readonly kind: "invocationByTarget"; readonly service: string; readonly rest: readonly string[] }
  | { readonly kind: "workflow"; readonly name: string; readonly key: string; readonly operation: string }
  | { readonly kind: "awakeable"; readonly id: string; readonly operation: string }
  | { readonly kind: "signal"; readonly id: string; readonly name: string; readonly operation: string }
  | { readonly kind: "notFound" }
  | { readonly kind: "badPath"; readonly expected: string };

export type ResultOperation = "attach" | "output";

export const EXPECTED_CALL =
  "/restate/call/{service}/[{key}/]{handler}, /restate/send/{service}/[{key}/]{handler}, either of them with " +
  "/restate/scope/{scope}/ instead of /restate/, /restate/attach/{invocationId}, /restate/output/{invocationId} or /restate/lookup";
export const EXPECTED_OLD_CALL =
  "/{service}/{handler} for a service, or /{service}/{key}/{handler} for an object or workflow";
export const EXPECTED_INVOCATION =
  "/restate/invocation/{invocationId}/attach|output or /restate/invocation/{service}/[{key}/]{handler}/{idempotencyKey}/attach|output";
const EXPECTED_WORKFLOW = "/restate/workflow/{name}/{key}/attach|output";
const EXPECTED_AWAKEABLE = "/restate/awakeables/{id}/resolve|reject";
const EXPECTED_SIGNAL = "/restate/signals/{invocationId}/{name}/resolve|reject";

/**
 * Path and query of a request target. Clients of a proxy send it in absolute form; a fragment does not belong there,
 * and the real server cuts it off too.
 */
export function pathAndQuery(target: string): string {
  let text = target;
  if (!text.startsWith("/")) {
    const authority = text.indexOf("://");
    const slash = authority < 0 ? -1 : text.indexOf("/", authority + 3);
    text = slash < 0 ? "/" : text.slice(slash);
  }
  const fragment = text.indexOf("#");
  return fragment < 0 ? text : text.slice(0, fragment);
}

/** Reads a path (without query). One pass, no decoding: which segments are percent-decoded depends on the route. */
export function parsePath(path: string): Route {
  const segments = split(path);
  const first = segments[0];
  if (first !== "restate") {
    if (first === undefined || segments.length === 1) return { kind: "badPath", expected: EXPECTED_OLD_CALL };
    return { kind: "invoke", verb: undefined, target: { service: first, rest: segments.slice(1) }, scope: undefined };
  }
  switch (segments[1]) {
    case "call":
    case "send":
      return invocation(segments, 1, undefined);
    case "scope":
      return segments[3] === "call" || segments[3] === "send" ? invocation(segments, 3, segments[2]) : badCall();
    case "attach":
    case "output":
      return segments.length > 3 ? badCall() : { kind: "result", operation: segments[1], id: segments[2] };
    case "lookup":
      return segments.length > 2 ? badCall() : { kind: "lookup" };
    case "awakeables":
    case "a":
      return awakeable(segments);
    case "signals":
      return signal(segments);
    case "invocation":
      return existing(segments);
    case "workflow":
      return workflow(segments);
    case "health":
      return { kind: "health" };
    case undefined:
      return { kind: "badPath", expected: EXPECTED_CALL };
    default:
      return { kind: "notFound" };
  }
}

function invocation(segments: readonly string[], at: number, scope: string | undefined): Route {
  const service = segments[at + 1];
  if (service === undefined || segments.length < at + 3) return badCall();
  const verb = segments[at] as "call" | "send";
  return { kind: "invoke", verb, target: { service, rest: segments.slice(at + 2) }, scope };
}

function awakeable(segments: readonly string[]): Route {
  const [, , id, operation] = segments;
  if (id === undefined || operation === undefined) return { kind: "badPath", expected: EXPECTED_AWAKEABLE };
  return { kind: "awakeable", id, operation };
}

function signal(segments: readonly string[]): Route {
  const [, , id, name, operation] = segments;
  if (id === undefined || name === undefined || operation === undefined) {
    return { kind: "badPath", expected: EXPECTED_SIGNAL };
  }
  return { kind: "signal", id, name, operation };
}

function existing(segments: readonly string[]): Route {
  const [, , first, operation] = segments;
  if (first === undefined || operation === undefined) return { kind: "badPath", expected: EXPECTED_INVOCATION };
  if (segments.length === 4) return { kind: "invocationById", operation, id: first };
  return { kind: "invocationByTarget", service: first, rest: segments.slice(3) };
}

function workflow(segments: readonly string[]): Route {
  const [, , name, key, operation] = segments;
  if (name === undefined || key === undefined || operation === undefined) {
    return { kind: "badPath", expected: EXPECTED_WORKFLOW };
  }
  return { kind: "workflow", name, key, operation };
}

function badCall(): Route {
  return { kind: "badPath", expected: EXPECTED_CALL };
}

/** Segments of a path. Slashes at its ends do not count; an empty segment between others does (an empty key). */
function split(path: string): string[] {
  const segments: string[] = [];
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === SLASH) end--;
  let start = 0;
  while (start < end && path.charCodeAt(start) === SLASH) start++;
  if (start >= end) return segments;
  for (;;) {
    const slash = path.indexOf("/", start);
    if (slash < 0 || slash >= end) break;
    segments.push(path.slice(start, slash));
    start = slash + 1;
  }
  segments.push(path.slice(start, end));
  return segments;
}

const SLASH = 0x2f;
