import type { IncomingHttpHeaders } from "node:http";

/** A server on a developer's machine is called by these names unless its owner allows others. */
const LOOPBACK_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Names seen in `Host` are remembered once accepted, so that a request costs one look-up. */
const REMEMBERED_HOSTS = 64;

export interface GuardOptions {
  /**
   * Names besides the loopback ones that clients may use in `Host`: `name`, `name:port`, `*.suffix`, or `*` for any
   * (which gives up the protection against DNS rebinding).
   */
  readonly allowedHosts: readonly string[];
  /** Origins besides the loopback ones whose pages may send requests: `https://app.example`, `null`, or `*` for any. */
  readonly allowedOrigins: readonly string[];
  /**
   * Whether following a link from another site is fine, as it is for pages that only show something. Never where a
   * GET has effects.
   */
  readonly allowsNavigation?: boolean;
}

export type Verdict =
  | { readonly kind: "allowed" /** Answer with CORS headers for this origin. */; readonly origin: string | undefined }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

export interface Guard {
  /** Judges one request by its headers and method. Tools that send neither `Origin` nor `Sec-Fetch-Site` pass. */
  check(method: string | undefined, headers: IncomingHttpHeaders): Verdict;
}

const ALLOWED: Verdict = { kind: "allowed", origin: undefined };

/**
 * Keeps web pages from driving a server that listens on the user's machine.
 *
 * - `Host` must be a loopback name or an allowed one: a page that rebinds its own name to 127.0.0.1 still sends its
 *   own name.
 * - A request with `Origin` must come from a page served from a loopback name, from an allowed host, or from an
 *   allowed origin.
 * - Browsers send no `Origin` with plain GETs (images, frames, links), and a GET can invoke a handler; they do
 *   send `Sec-Fetch-Site` there (Fetch Metadata Request Headers, W3C).
 */
export function createGuard(options: GuardOptions): Guard {
  const hosts = hostRule(options.allowedHosts);
  const origins = new Set(options.allowedOrigins.map(normalOrigin));
  const allowsAnyOrigin = origins.has("*");
  const remembered = new Map<string, "loopback" | "named">();

  function hostKind(host: string): "loopback" | "named" | undefined {
    const known = remembered.get(host);
    if (known !== undefined) return known;
    const kind = hosts.kindOf(host.toLowerCase());
    if (kind === undefined) return undefined;
    if (remembered.size >= REMEMBERED_HOSTS) remembered.clear();
    remembered.set(host, kind);
    return kind;
  }

  function isAllowedOrigin(origin: string): boolean {
    if (allowsAnyOrigin || origins.has(normalOrigin(origin))) return true;
    const authority = authorityOfOrigin(origin);
    return authority !== undefined && hosts.names(authority);
  }

  return {
    check(method, headers) {
      // An HTTP/2 client names the host in `:authority`. A missing one (HTTP/1.0) never comes from a browser.
      const host = (headers[":authority"] as string | undefined) ?? headers.host;
      const kind = host === undefined ? "loopback" : hostKind(host);
      if (kind === undefined) return refusedHost(host as string);

      const { origin } = headers;
      if (origin !== undefined) {
        return isAllowedOrigin(origin) ? { kind: "allowed", origin } : refusedOrigin(origin);
      }
      const site = headers["sec-fetch-site"];
      if (site === undefined || site === "same-origin" || site === "none") return ALLOWED;
      // A site spans ports, so on a loopback name "same-site" is a page of this machine.
      if (site === "same-site" && kind === "loopback") return ALLOWED;
      if (allowsAnyOrigin || (options.allowsNavigation === true && isNavigation(method, headers))) return ALLOWED;
      return refusedOrigin(undefined);
    },
  };
}

function isNavigation(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return (
    (method === "GET" || method === "HEAD") &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document"
  );
}

function refusedHost(host: string): Verdict {
  const message =
    `requests to the host '${printable(host)}' are not allowed, because a web page could have pointed that name here;` +
    " use localhost or 127.0.0.1, or start the server with --allowed-host NAME";
  return { kind: "refused", code: "RL_FORBIDDEN_HOST", message };
}

function refusedOrigin(origin: string | undefined): Verdict {
  const from = origin === undefined ? "another site" : `the origin '${printable(origin)}'`;
  const message = `requests of web pages from ${from} are not allowed; start the server with --allowed-origin ORIGIN to allow them`;
  return { kind: "refused", code: "RL_FORBIDDEN_ORIGIN", message };
}

function printable(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

interface HostRule {
  /** Whether a lower-case `host[:port]` of a request is one of ours. */
  kindOf(host: string): "loopback" | "named" | undefined;
  /** Whether a page under this `host[:port]` is ours: wildcards do not count. */
  names(authority: string): boolean;
}

function hostRule(allowed: readonly string[]): HostRule {
  const loopback = new Set(LOOPBACK_HOSTS);
  const exact = new Set<string>();
  const suffixes: string[] = [];
  let isAny = false;
  for (const entry of allowed) {
    const name = normalHost(entry);
    if (name === "*") isAny = true;
    else if (name.startsWith("*.")) suffixes.push(name.slice(1));
    else exact.add(name);
  }
  return {
    kindOf(host) {
      const name = withoutPort(host);
      if (loopback.has(name)) return "loopback";
      if (isAny || exact.has(name) || exact.has(host)) return "named";
      return suffixes.some((suffix) => name.length > suffix.length && name.endsWith(suffix)) ? "named" : undefined;
    },
    names(authority) {
      const name = withoutPort(authority);
      return loopback.has(name) || exact.has(name) || exact.has(authority);
    },
  };
}

/** A host as the user may have written it, as browsers and tools send it. */
function normalHost(entry: string): string {
  const host = entry.trim().toLowerCase();
  const isBareIpv6 = !host.startsWith("[") && host.indexOf(":") !== host.lastIndexOf(":");
  return isBareIpv6 ? `[${host}]` : host;
}

/** `localhost:8080` and `localhost.:8080` are `localhost`; `[::1]:8080` is `[::1]`. */
function withoutPort(authority: string): string {
  const end = authority.startsWith("[") ? authority.indexOf("]") + 1 : authority.indexOf(":");
  if (authority.startsWith("[") && end > 0 && end < authority.length && authority[end] !== ":") return authority;
  const name = end > 0 ? authority.slice(0, end) : authority;
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

function normalOrigin(origin: string): string {
  const text = origin.trim().toLowerCase();
  return text.endsWith("/") ? text.slice(0, -1) : text;
}

/** `host[:port]` of an http(s) origin; `undefined` for `null` and everything else that is no origin of a server. */
function authorityOfOrigin(origin: string): string | undefined {
  const text = origin.toLowerCase();
  const start = text.startsWith("http://") ? 7 : text.startsWith("https://") ? 8 : -1;
  if (start < 0) return undefined;
  const authority = text.slice(start);
  return authority === "" || /[/@?#\s]/.test(authority) ? undefined : authority;
}
