import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestServer } from "../support/index.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start("ours");
});
afterAll(() => server?.dispose());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.adminUrl}${path}`, { headers, redirect: "manual" });

/** The files that the first paint waits for. */
async function assets(): Promise<string[]> {
  const html = await (await get("/ui/")).text();
  return [...html.matchAll(/(?:src|href)="(\/ui\/assets\/[^"]+)"/g)].map(([, path]) => path as string);
}

describe("the files of the dashboard", () => {
  it("are led to from / and /ui", async () => {
    for (const path of ["/", "/ui"]) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get("location")]).toEqual([308, "/ui/"]);
    }
  });

  it("are one page under every address of a page, asked for anew each time and only sent when changed", async () => {
    const first = await get("/ui/");
    expect(first.headers.get("cache-control")).toBe("no-cache");
    const etag = first.headers.get("etag") as string;
    for (const path of ["/ui/", "/ui/invocations", "/ui/invocations/inv_1abc?x=y"]) {
      expect((await get(path)).status).toBe(200);
      expect((await get(path, { "if-none-match": etag })).status).toBe(304);
    }
  });

  it("show the way to every page before any script is there", async () => {
    const html = await (await get("/ui/")).text();
    const links = [...html.matchAll(/<a href="(\/ui\/[a-z]*)"/g)].map(([, path]) => path);
    expect(links).toContain("/ui/");
    expect(links).toContain("/ui/invocations");
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style/);
  });

  it("are kept forever by browsers where their names carry a hash; what is not there is 404, not the page", async () => {
    const paths = await assets();
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([
        200,
        "public, max-age=31536000, immutable",
      ]);
      expect(answer.headers.get("content-type")).toMatch(/^text\/(javascript|css)/);
    }
    for (const path of ["/ui/assets/none.js", "/ui/assets/..%2findex.html", "/ui/assets/../../cli.js"]) {
      expect((await get(path)).status).toBe(404);
    }
  });

  it("may ask nobody but the server and its ingress, and be framed by nobody", async () => {
    const policy = (await get("/ui/")).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    const connect = /connect-src ([^;]*)/.exec(policy)?.[1];
    expect(connect).toBe(`'self' ${server.ingressUrl.replace("127.0.0.1", "localhost")}`);
  });

  it("are no more than 350 kB of JavaScript, gzipped, for the first paint of any page", async () => {
    const all = new Map<string, number>();
    const visit = async (path: string): Promise<void> => {
      if (all.has(path) || !path.endsWith(".js")) return;
      const text = await (await get(path)).text();
      all.set(path, gzipSync(text).length);
      for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) await visit(`/ui/assets/${name}`);
    };
    for (const path of await assets()) await visit(path);
    const first = sum(all);
    // Pages are chunks of their own: with all that they need, the largest counts. Only the editor comes later.
    const html = await (await get("/ui/")).text();
    const entry = await (await get(/type="module"[^>]*src="([^"]+)"/.exec(html)?.[1] as string)).text();
    const sizes: number[] = [];
    for (const [, name] of entry.matchAll(/import\("\.\/([\w-]+\.js)"\)/g)) {
      const before = sum(all);
      await visit(`/ui/assets/${name}`);
      sizes.push(sum(all) - before);
    }
    const total = sum(all);
    console.log(`JavaScript, gzipped: ${first} bytes for the shell, ${total} for all pages together`);
    expect(sizes.length).toBeGreaterThan(5);
    expect(total).toBeLessThanOrEqual(350_000);
  });
});

const sum = (sizes: ReadonlyMap<string, number>): number =>
  [...sizes.values()].reduce((total, size) => total + size, 0);
