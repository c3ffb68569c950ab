import { describe, expect, it } from "vitest";
import { createGuard, type GuardOptions } from "./guard.ts";

const LOCAL = { host: "localhost:8080" };

function verdict(headers: Record<string, string>, options: Partial<GuardOptions> = {}, method = "POST") {
  const guard = createGuard({ allowedHosts: [], allowedOrigins: [], ...options });
  const result = guard.check(method, headers);
  return result.kind === "allowed" ? "allowed" : result.code;
}

describe("Host", () => {
  it.each(["localhost", "localhost:8080", "LOCALHOST:8080", "localhost.", "127.0.0.1:8080", "[::1]:8080", "[::1]"])(
    "lets the loopback name %s in",
    (host) => {
      expect(verdict({ host })).toBe("allowed");
    },
  );

  it.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.localhost",
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
    const allowedHosts = ["Restate", "host.docker.internal:8080", "*.ngrok.app", "fd00::1"];
    for (const host of ["restate:8080", "RESTATE", "host.docker.internal:8080", "a.b.ngrok.app", "[fd00::1]:8080"]) {
      expect([host, verdict({ host }, { allowedHosts })]).toEqual([host, "allowed"]);
    }
    for (const host of ["host.docker.internal:9", "ngrok.app", ".ngrok.app", "evilngrok.app"]) {
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
  it.each(["http://localhost:9070", "http://127.0.0.1:3000", "https://localhost", "http://[::1]:5173"])(
    "lets pages of this machine in: %s",
    (origin) => {
      const guard = createGuard({ allowedHosts: [], allowedOrigins: [] });
      expect(guard.check("POST", { ...LOCAL, origin })).toEqual({ kind: "allowed", origin });
    },
  );

  it.each([
    "http://evil.example",
    "https://localhost.evil.example",
    "http://evil.localhost",
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

  it("lets links in where navigation is harmless, but no frames, forms or embedded requests", () => {
    const options = { allowsNavigation: true };
    expect(verdict({ ...link, "sec-fetch-site": "cross-site" }, options, "GET")).toBe("allowed");
    expect(verdict({ ...link, "sec-fetch-site": "cross-site" }, options, "POST")).toBe("RL_FORBIDDEN_ORIGIN");
    expect(verdict({ ...image, "sec-fetch-site": "cross-site" }, options, "GET")).toBe("RL_FORBIDDEN_ORIGIN");
    const frame = { ...link, "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" };
    expect(verdict(frame, options, "GET")).toBe("RL_FORBIDDEN_ORIGIN");
  });
});
