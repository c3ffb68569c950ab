import type { IncomingHttpHeaders } from "node:http";
import type { ErrorCode } from "../error-codes/index.ts";
import type { Access } from "./access.ts";

/** A server on a developer's machine is called by these names, and below `.localhost`, unless its owner allows others. */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** A name that browsers take to the loopback address themselves, and that nobody can own (RFC 6761, 6.3). */
const BELOW_LOOPBACK = ".localhost";

/**
 * What containers call the machine that they run on. Nobody can own these names either; on a desktop their connections
 * come over loopback.
 */
const HOSTS_OF_CONTAINERS: ReadonlySet<string> = new Set(["host.docker.internal", "host.containers.internal"]);

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
   * Paths of pages that only show something: following a link from another site is fine there. Never where a GET has
   * effects.
   */
  readonly isPage?: (path: string) => boolean;
  /** Whether connections can come from other machines, so that where they come from is looked at. Default: no. */
  readonly isReachable?: boolean;
  /** Who can connect may do everything: the network in front of the port decides who that is. */
  readonly isInsecure?: boolean;
  /** The port is for administration; with `access`, for those who show the token. */
  readonly administration?: { readonly access: Access | undefined };
}

export type Verdict =
  | { readonly kind: "allowed" /** Answer with CORS headers for this origin. */; readonly origin: string | undefined }
  | { readonly kind: "refused"; readonly status: number; readonly code: ErrorCode; readonly message: string };

export interface Guard {
  /** Whether `check` wants to know the peer. */
  readonly looksAtPeers: boolean;
  /**
   * Judges one request by its headers, method and address. Tools that send neither `Origin` nor `Sec-Fetch-Site` pass.
   * @param peer the address at the other end of the connection
   */
  check(method: string | undefined, headers: IncomingHttpHeaders, url?: string, peer?: string): Verdict;
}

const ALLOWED: Verdict = { kind: "allowed", origin: undefined };

/**
 * Keeps web pages from driving a server that listens on the user's machine.
 *
 * - `Host` must be a loopback name or an allowed one: a page that rebinds its own name to 127.0.0.1 still sends its
 *   own name. And the loopback names are for connections that come over loopback: from other machines anybody can send
 *   them, so they say nothing about whether the server was meant to be open.
 * - Administration is for this machine, or for who shows the token.
 * - A request with `Origin` must come from a page served from a loopback name, from an allowed host, or from an
 *   allowed origin.
 * - Browsers send no `Origin` with plain GETs (images, frames, links), and a GET can invoke a handler; they do
 *   send `Sec-Fetch-Site` there (Fetch Metadata Request Headers, W3C).
 */
export function createGuard(options: GuardOptions): Guard {
  const hosts = hostRule(options.allowedHosts);
  const origins = new Set(options.allowedOrigins.map(normalOrigin));
  const allowsAnyOrigin = origins.has("*");
  const remembered = new Map<string, HostKind>();
  const { isReachable: looksAtPeers = false, isInsecure = false, administration, isPage } = options;
  const access = administration?.access;

  function hostKind(host: string): HostKind | undefined {
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

  function checkOrigin(
    method: string | undefined,
    headers: IncomingHttpHeaders,
    path: string,
    isLoopback: boolean,
  ): Verdict {
    const { origin } = headers;
    if (origin !== undefined) {
      return isAllowedOrigin(origin) ? { kind: "allowed", origin } : refusedOrigin(origin);
    }
    const site = headers["sec-fetch-site"];
    if (site === undefined || site === "same-origin" || site === "none") return ALLOWED;
    // A site spans ports, so on a loopback name "same-site" is a page of this machine.
    if (site === "same-site" && isLoopback) return ALLOWED;
    if (allowsAnyOrigin || (isPage?.(path) === true && isNavigation(method, headers))) return ALLOWED;
    return refusedOrigin(undefined);
  }

  return {
    looksAtPeers,
    check(method, headers, url = "/", peer) {
      const isNear = !looksAtPeers || isInsecure || isLoopbackAddress(peer);
      if (!isNear && administration !== undefined && access === undefined) return refusedAdministration();
      const hasToken = access?.isBearer(headers) === true;
      // An HTTP/2 client names the host in `:authority`. A missing one (HTTP/1.0) never comes from a browser.
      const host = (headers[":authority"] as string | undefined) ?? headers.host;
      const kind = host === undefined ? "loopback" : hostKind(host);
      // No page of a rebound name has the token to send.
      if (!hasToken) {
        if (kind === undefined) return refusedHost(host as string);
        if (!isNear && (kind === "loopback" || kind === "container")) return refusedFarHost(host);
      }
      const path = url.split("?", 1)[0] as string;
      const isLoopback = kind === "loopback" || kind === "open loopback";
      const verdict = checkOrigin(method, headers, path, isLoopback);
      if (verdict.kind === "refused" || access === undefined || hasToken) return verdict;
      return isForEverybody(method, headers, path, isPage) || access.hasCookie(headers)
        ? verdict
        : refusedWithoutToken();
    },
  };
}

/** Whether a request tells and does nothing: a health check, a browser's question beforehand, a page without its data. */
function isForEverybody(
  method: string | undefined,
  headers: IncomingHttpHeaders,
  path: string,
  isPage: GuardOptions["isPage"],
): boolean {
  if (method === "OPTIONS")
    return headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
  return (method === "GET" || method === "HEAD") && (path === "/health" || isPage?.(path) === true);
}

/** Whether an address is one of the loopback interface, also as IPv6 spells those of IPv4. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === "::1" || address === "localhost" || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
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
  return { kind: "refused", status: 403, code: "RL_FORBIDDEN_HOST", message };
}

function refusedFarHost(host: string | undefined): Verdict {
  const message =
    `the host '${printable(host ?? "")}' is for connections from the server's own machine, and this one comes from another;` +
    " start the server with --allowed-host NAME for the name or address that others know it by, or with --insecure when" +
    " only those can connect who may do everything (a port that Docker publishes on 127.0.0.1)";
  return { kind: "refused", status: 403, code: "RL_FORBIDDEN_HOST", message };
}

function refusedAdministration(): Verdict {
  const message =
    "administration is open to the server's own machine only; start the server with --admin-token-file FILE to open it" +
    " to those who have the token, or with --insecure when only those can connect who may do everything (a port that" +
    " Docker publishes on 127.0.0.1)";
  return { kind: "refused", status: 403, code: "RL_FORBIDDEN_ADMINISTRATION", message };
}

function refusedWithoutToken(): Verdict {
  const message =
    "administration needs the access token of the server: send it as Authorization: Bearer TOKEN (the CLI takes it from" +
    " RESTATE_AUTH_TOKEN); for the dashboard open the link that the server printed at its start";
  return { kind: "refused", status: 401, code: "RL_UNAUTHORIZED", message };
}

function refusedOrigin(origin: string | undefined): Verdict {
  const from = origin === undefined ? "another site" : `the origin '${printable(origin)}'`;
  const message = `requests of web pages from ${from} are not allowed; start the server with --allowed-origin ORIGIN to allow them`;
  return { kind: "refused", status: 403, code: "RL_FORBIDDEN_ORIGIN", message };
}

function printable(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** How a request names the server: by a loopback name, which may have been allowed to everybody, or by another one. */
type HostKind = "loopback" | "open loopback" | "container" | "named";

interface HostRule {
  /** Whether a lower-case `host[:port]` of a request is one of ours. */
  kindOf(host: string): HostKind | undefined;
  /** Whether a page under this `host[:port]` is ours: wildcards do not count. */
  names(authority: string): boolean;
}

function hostRule(allowed: readonly string[]): HostRule {
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
      const isAllowed =
        isAny ||
        exact.has(name) ||
        exact.has(host) ||
        suffixes.some((suffix) => name.length > suffix.length && name.endsWith(suffix));
      if (isLoopbackName(name)) return isAllowed ? "open loopback" : "loopback";
      if (isAllowed) return "named";
      return HOSTS_OF_CONTAINERS.has(name) ? "container" : undefined;
    },
    names(authority) {
      const name = withoutPort(authority);
      return isLoopbackName(name) || exact.has(name) || exact.has(authority);
    },
  };
}

function isLoopbackName(name: string): boolean {
  return LOOPBACK_HOSTS.has(name) || (name.endsWith(BELOW_LOOPBACK) && name.length > BELOW_LOOPBACK.length);
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
