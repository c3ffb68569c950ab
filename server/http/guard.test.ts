import { describe, expect, it } from "vitest";
import { Access } from "./access.ts";
import { createGuard, type GuardOptions } from "./guard.ts";

const LOCAL = { host: "localhost:8080" };

function verdict(
  headers: Record<string, string>,
  options: Partial<GuardOptions> = {},
  method = "POST",
  url = "/",
  peer?: string,
) {
  const guard = createGuard({ allowedHosts: [], allowedOrigins: [], ...options });
  const result = guard.check(method, headers, url, peer);
  return result.kind === "allowed" ? "allowed" : result.code;
}

describe("Host", () => {
  it.each([
    "localhost",
    "localhost:8080",
    "LOCALHOST:8080",
    "localhost.",
    "127.0.0.1:8080",
    "[::1]:8080",
    "[::1]",
    "app.localhost:8080",
  ])("lets the loopback name %s in", (host) => {
    expect(verdict({ host })).toBe("allowed");
  });

  it.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    ".localhost",
    "evillocalhost",
    "localhost@evil.example",
    "[::1]evil.example",
    "[::1].evil.example:80",
    "0.0.0.0:8080",
    "192.168.0.7:8080",
    "127.0.0.2",
    "",
  ])("refuses the rebound name '%s'", (host) => {
    expect(verdict({ host })).toBe("RL_FORBIDDEN_HOST");
  });

  it("reads the authority of an HTTP/2 request", () => {
    expect(verdict({ ":authority": "evil.example", host: "localhost" })).toBe("RL_FORBIDDEN_HOST");
    expect(verdict({ ":authority": "localhost:8080" })).toBe("allowed");
  });

  it("lets an HTTP/1.0 client without Host in, which is no browser", () => {
    expect(verdict({})).toBe("allowed");
  });

  it("lets allowed hosts in, by name, by name and port, and by suffix", () => {
    const allowedHosts = ["Restate", "box.corp:8080", "*.ngrok.app", "fd00::1"];
    for (const host of ["restate:8080", "RESTATE", "box.corp:8080", "a.b.ngrok.app", "[fd00::1]:8080"]) {
      expect([host, verdict({ host }, { allowedHosts })]).toEqual([host, "allowed"]);
    }
    for (const host of ["box.corp:9", "ngrok.app", ".ngrok.app", "evilngrok.app"]) {
      expect([host, verdict({ host }, { allowedHosts })]).toEqual([host, "RL_FORBIDDEN_HOST"]);
    }
  });

  it("gives the same verdict for a name that it remembers, however many there were", () => {
    const guard = createGuard({ allowedHosts: ["*.a"], allowedOrigins: [] });
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 200; n++) expect(guard.check("POST", { host: `h${n}.a` }).kind).toBe("allowed");
      expect(guard.check("POST", { host: "evil.example" }).kind).toBe("refused");
    }
  });
});

describe("Origin", () => {
  it.each([
    "http://localhost:9070",
    "http://127.0.0.1:3000",
    "https://localhost",
    "http://[::1]:5173",
    "http://app.localhost:3000",
  ])("lets pages of this machine in: %s", (origin) => {
    const guard = createGuard({ allowedHosts: [], allowedOrigins: [] });
    expect(guard.check("POST", { ...LOCAL, origin })).toEqual({ kind: "allowed", origin });
  });

  it.each([
    "http://evil.example",
    "https://localhost.evil.example",
    "http://evillocalhost",
    "null",
    "",
    "file://",
    "http://",
    "http://localhost@evil.example",
    "http://localhost/evil",
    "http://evil.example#localhost",
    "chrome-extension://localhost",
    "http://192.168.0.7:8080",
  ])("refuses '%s'", (origin) => {
    expect(verdict({ ...LOCAL, origin })).toBe("RL_FORBIDDEN_ORIGIN");
  });

  it("refuses a foreign page also when a rebound or allowed name is its Host", () => {
    expect(verdict({ host: "evil.example", origin: "http://evil.example" })).toBe("RL_FORBIDDEN_HOST");
    expect(verdict({ host: "restate", origin: "http://evil.example" }, { allowedHosts: ["restate"] })).toBe(
      "RL_FORBIDDEN_ORIGIN",
    );
  });

  it("lets pages of an allowed host in on any port, but not those that only a wildcard covers", () => {
    expect(verdict({ host: "box:8080", origin: "http://box:9070" }, { allowedHosts: ["box"] })).toBe("allowed");
    const allowedHosts = ["*.ngrok.app", "*"];
    expect(verdict({ host: "me.ngrok.app", origin: "https://evil.ngrok.app" }, { allowedHosts })).toBe(
      "RL_FORBIDDEN_ORIGIN",
    );
    expect(verdict({ host: "x", origin: "http://x" }, { allowedHosts })).toBe("RL_FORBIDDEN_ORIGIN");
  });

  it("lets allowed origins in, exactly", () => {
    const allowedOrigins = ["https://App.example/", "null"];
    expect(verdict({ ...LOCAL, origin: "https://app.example" }, { allowedOrigins })).toBe("allowed");
    expect(verdict({ ...LOCAL, origin: "null" }, { allowedOrigins })).toBe("allowed");
    expect(verdict({ ...LOCAL, origin: "http://app.example" }, { allowedOrigins })).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...LOCAL, origin: "https://app.example:444" }, { allowedOrigins })).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...LOCAL, origin: "https://any.example" }, { allowedOrigins: ["*"] })).toBe("allowed");
  });
});

describe("Sec-Fetch-Site of requests without Origin", () => {
  const image = { ...LOCAL, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
  const link = { ...LOCAL, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

  it("refuses what another site embeds or links to", () => {
    expect(verdict({ ...image, "sec-fetch-site": "cross-site" }, {}, "GET")).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...link, "sec-fetch-site": "cross-site" }, {}, "GET")).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...image, "sec-fetch-site": "nonsense" }, {}, "GET")).toBe("RL_FORBIDDEN_ORIGIN");
  });

  it("lets the user's own navigation and pages of this machine in", () => {
    for (const site of ["none", "same-origin", "same-site"]) {
      expect(verdict({ ...image, "sec-fetch-site": site }, {}, "GET")).toBe("allowed");
    }
  });

  it("does not take a neighbour of an allowed host for the host itself", () => {
    const headers = { ...image, host: "restate.corp.example", "sec-fetch-site": "same-site" };
    expect(verdict(headers, { allowedHosts: ["restate.corp.example"] }, "GET")).toBe("RL_FORBIDDEN_ORIGIN");
  });

  it("lets links to pages in, but no frames, forms or embedded requests, and no links to anything else", () => {
    const options = { isPage: (path: string) => path === "/ui/" };
    expect(verdict({ ...link, "sec-fetch-site": "cross-site" }, options, "GET", "/ui/?a=b")).toBe("allowed");
    expect(verdict({ ...link, "sec-fetch-site": "cross-site" }, options, "POST", "/ui/")).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...image, "sec-fetch-site": "cross-site" }, options, "GET", "/ui/?a=b")).toBe(
      "RL_FORBIDDEN_ORIGIN",
    );
    const frame = { ...link, "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" };
    expect(verdict(frame, options, "GET", "/ui/?a=b")).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...link, "sec-fetch-site": "cross-site" }, options, "GET", "/deployments")).toBe(
      "RL_FORBIDDEN_ORIGIN",
    );
  });
});

describe("connections from other machines", () => {
  const far = (host: string | undefined, options: Partial<GuardOptions> = {}, peer = "192.168.0.7") =>
    verdict(host === undefined ? {} : { host }, { isReachable: true, ...options }, "POST", "/S/h", peer);

  it("are refused under the names of loopback, and under none", () => {
    for (const host of ["localhost:8080", "127.0.0.1", "[::1]", "app.localhost", "host.docker.internal", undefined]) {
      expect([host, far(host)]).toEqual([host, "RL_FORBIDDEN_HOST"]);
    }
  });

  it("are told by their address, in all spellings of loopback", () => {
    for (const peer of ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"]) {
      expect([peer, far("localhost", {}, peer)]).toEqual([peer, "allowed"]);
    }
    for (const peer of ["172.17.0.1", "::ffff:10.0.0.1", "fe80::1", "127.0.0.1.evil", "::2", ""]) {
      expect([peer, far("localhost", {}, peer)]).toEqual([peer, "RL_FORBIDDEN_HOST"]);
    }
  });

  it("are let in under a name that was allowed, a loopback one included", () => {
    expect(far("box:8080", { allowedHosts: ["box"] })).toBe("allowed");
    expect(far("localhost:8080", { allowedHosts: ["box"] })).toBe("RL_FORBIDDEN_HOST");
    expect(far("localhost:8080", { allowedHosts: ["localhost"] })).toBe("allowed");
    expect(far("host.docker.internal", { allowedHosts: ["host.docker.internal"] })).toBe("allowed");
  });

  it("are let in as from this machine where the server is said to be insecure, rebound names apart", () => {
    expect(far("localhost:8080", { isInsecure: true, administration: { access: undefined } })).toBe("allowed");
    expect(far("evil.example", { isInsecure: true })).toBe("RL_FORBIDDEN_HOST");
  });

  it("administer nothing, whatever they name", () => {
    const options = { administration: { access: undefined }, allowedHosts: ["box"] };
    expect(far("box", options)).toBe("RL_FORBIDDEN_ADMINISTRATION");
    expect(far("box", options, "127.0.0.1")).toBe("allowed");
  });

  it("of a server that listens on loopback do not exist", () => {
    const guard = createGuard({ allowedHosts: [], allowedOrigins: [] });
    expect(guard.looksAtPeers).toBe(false);
    expect(guard.check("POST", LOCAL).kind).toBe("allowed");
  });
});

describe("the names of this machine in containers", () => {
  it("are let in over loopback, as Docker Desktop brings them, and are no origin of pages", () => {
    expect(verdict({ host: "host.docker.internal:8080" })).toBe("allowed");
    expect(verdict({ host: "host.containers.internal:8080" })).toBe("allowed");
    expect(verdict({ ...LOCAL, origin: "http://host.docker.internal" })).toBe("RL_FORBIDDEN_ORIGIN");
  });
});

describe("an access token", () => {
  const access = new Access("right-token");
  const options = { administration: { access }, isReachable: true, isPage: (path: string) => path.startsWith("/ui/") };
  const ask = (headers: Record<string, string>, url = "/deployments", method = "GET", peer = "192.168.0.7") =>
    verdict(headers, options, method, url, peer);

  it("is asked of everybody, from this machine too", () => {
    expect(ask(LOCAL, "/deployments", "GET", "127.0.0.1")).toBe("RL_UNAUTHORIZED");
    for (const authorization of [
      "",
      "Bearer",
      "Bearer wrong-token",
      "Bearer right-toke",
      "right-token",
      "Basic right-token",
    ]) {
      expect([authorization, ask({ ...LOCAL, authorization }, "/query", "POST", "127.0.0.1")]).toEqual([
        authorization,
        "RL_UNAUTHORIZED",
      ]);
    }
  });

  it("opens administration from everywhere and under every name, because no page has it; pages of others stay out", () => {
    const authorization = "Bearer right-token";
    for (const host of ["localhost", "192.168.0.9:9070", "any.example"]) {
      expect(ask({ host, authorization })).toBe("allowed");
      expect(ask({ host, authorization: "bearer right-token" })).toBe("allowed");
    }
    expect(ask({ host: "localhost", authorization, origin: "http://evil.example" })).toBe("RL_FORBIDDEN_ORIGIN");
  });

  it("is not asked for health, for the dashboard's files, and by a browser that asks beforehand", () => {
    const here = "127.0.0.1";
    expect(ask(LOCAL, "/health", "GET", here)).toBe("allowed");
    expect(ask(LOCAL, "/ui/invocations?a=b", "GET", here)).toBe("allowed");
    expect(ask(LOCAL, "/ui/invocations", "POST", here)).toBe("RL_UNAUTHORIZED");
    const preflight = { ...LOCAL, origin: "http://localhost:3000", "access-control-request-method": "GET" };
    expect(ask(preflight, "/deployments", "OPTIONS", here)).toBe("allowed");
    expect(ask(LOCAL, "/deployments", "OPTIONS", here)).toBe("RL_UNAUTHORIZED");
  });

  it("is exchanged once for a cookie, through a link; the cookie holds as long as the token", () => {
    const cookieOf = (link: string, of = access) => of.redeem(link)?.cookie;
    const link = access.link();
    const cookie = cookieOf(link) ?? "";
    expect(cookie).toMatch(/^restate-lite-[\w-]{8}=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain("right-token");
    expect(access.redeem(link)).toEqual({ cookie: undefined });
    expect(access.redeem("/ui/?access=made-up")).toEqual({ cookie: undefined });
    expect(access.redeem("/ui/invocations?status=running")).toBeUndefined();
    const [pair = ""] = cookie.split(";");
    const withCookie = (value: string) => ask({ ...LOCAL, cookie: `other=1; ${value}` }, "/query", "POST", "127.0.0.1");
    expect(withCookie(pair)).toBe("allowed");
    expect(withCookie(`${pair}x`)).toBe("RL_UNAUTHORIZED");
    // The same after a restart, another one for another token.
    const again = new Access("right-token");
    expect(cookieOf(again.link(), again)).toBe(cookie);
    const other = new Access("other-token");
    expect(cookieOf(other.link(), other)?.split("=")[0]).not.toBe(cookie.split("=")[0]);
    // A rebound name has no cookie of ours; one that it was given does not make it ours.
    expect(ask({ host: "evil.example", cookie: pair })).toBe("RL_FORBIDDEN_HOST");
  });

  it("has a hundred open links at most", () => {
    const [first = "", ...others] = Array.from({ length: 101 }, () => access.link());
    expect(access.redeem(first)).toEqual({ cookie: undefined });
    for (const link of others) expect(access.redeem(link)?.cookie).toBeDefined();
  });
});
