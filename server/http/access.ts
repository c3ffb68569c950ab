import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** The dashboard's cookie lasts this long, or until the token changes. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60;
/** Links that nobody opened are forgotten, the oldest first. */
const OPEN_LINKS = 100;
const LINK = /[?&]access=([\w-]+)/;

/**
 * The access token of the admin port. Programs send it as `Authorization: Bearer`. A browser cannot do that for a page
 * or a WebSocket: it gets a cookie, which is derived from the token, so that it outlives a restart and no list of sessions
 * is kept. The way to the cookie is a link that works once, because links end up in histories.
 */
export class Access {
  readonly #token: Buffer;
  readonly #cookieText: string;
  readonly #cookie: Buffer;
  readonly #cookieName: string;
  readonly #links = new Set<string>();

  constructor(token: string) {
    this.#token = digest(token);
    const derived = (what: string) => createHmac("sha256", token).update(what).digest("base64url");
    this.#cookieText = derived("restate-lite dashboard");
    this.#cookie = digest(this.#cookieText);
    // Cookies do not know ports: two servers of one machine need two names.
    this.#cookieName = `restate-lite-${derived("restate-lite cookie name").slice(0, 8)}`;
  }

  /** Whether a program shows the token. A web page cannot, unless it was told it. */
  isBearer(headers: IncomingHttpHeaders): boolean {
    const given = /^Bearer +(.+)$/i.exec(headers.authorization ?? "")?.[1];
    return given !== undefined && isSame(given, this.#token);
  }

  /** Whether a browser shows the cookie of the dashboard. */
  hasCookie(headers: IncomingHttpHeaders): boolean {
    for (const part of headers.cookie?.split(";") ?? []) {
      const [name, value = ""] = part.trim().split("=", 2);
      if (name === this.#cookieName && isSame(value, this.#cookie)) return true;
    }
    return false;
  }

  /** Makes a link to the dashboard that works once. @returns its path */
  link(): string {
    const code = randomBytes(24).toString("base64url");
    this.#links.add(code);
    for (const oldest of this.#links) {
      if (this.#links.size <= OPEN_LINKS) break;
      this.#links.delete(oldest);
    }
    return `/ui/?access=${code}`;
  }

  /**
   * Uses such a link up.
   * @returns the value of `Set-Cookie`, `undefined` for a link that was used or never made; nothing for other addresses
   */
  redeem(url: string): { readonly cookie: string | undefined } | undefined {
    const code = LINK.exec(url)?.[1];
    if (code === undefined) return undefined;
    if (!this.#links.delete(code)) return { cookie: undefined };
    const attributes = `Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict`;
    return { cookie: `${this.#cookieName}=${this.#cookieText}; ${attributes}` };
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** In a time that does not depend on how much of it is right. */
function isSame(given: string, expected: Buffer): boolean {
  return timingSafeEqual(digest(given), expected);
}
