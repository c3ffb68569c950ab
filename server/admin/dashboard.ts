import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HttpRequest, HttpResponse } from "../http/index.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

const NOT_BUILT = "The dashboard is not built: run `npm run build`, then start the server again.\n";

/** Names of built files carry a hash of what is in them, and lie in one folder. */
const ASSET = /^\/ui\/(assets\/[\w-]+(?:\.[\w-]+)*)$/;

/** Whether a path belongs to the dashboard: its own files and the addresses of its pages. Its feed is none of them. */
export function isDashboardPath(path: string): boolean {
  return path === "/ui" || (path.startsWith("/ui/") && path !== "/ui/feed");
}

/**
 * Serves the dashboard's files. The address of a page gets the one HTML file, which is asked for anew each time (and
 * answered 304 while it has not changed); the files that it names are kept forever.
 */
export function createDashboard(advertisedIngress: string): (request: HttpRequest, response: HttpResponse) => void {
  const folder = builtFolder();
  const policy = contentSecurityPolicy(advertisedIngress);
  return (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] as string;
    if (request.method !== "GET" && request.method !== "HEAD") {
      answer(request, response, 405, { allow: "GET, HEAD" }, "");
      return;
    }
    if (path === "/ui") {
      answer(request, response, 308, { location: "/ui/" }, "");
      return;
    }
    const asset = ASSET.exec(path)?.[1];
    const name = asset ?? (path === "/ui/favicon.svg" ? "favicon.svg" : "index.html");
    // What looks like a file that is not there is no page.
    if (asset === undefined && path.startsWith("/ui/assets/")) notFound(request, response);
    else if (folder === undefined) answer(request, response, 404, TEXT, NOT_BUILT);
    else
      readFile(join(folder, name)).then(
        (body) => serve(request, response, name, body, policy),
        () => notFound(request, response),
      );
  };
}

const TEXT = { "content-type": "text/plain; charset=utf-8" } as const;

function notFound(request: HttpRequest, response: HttpResponse): void {
  answer(request, response, 404, TEXT, "There is no such file.\n");
}

function serve(request: HttpRequest, response: HttpResponse, name: string, body: Buffer, policy: string): void {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const isAsset = name.startsWith("assets/");
  const headers = {
    "content-type": TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    "cache-control": isAsset ? "public, max-age=31536000, immutable" : "no-cache",
    etag,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...(name === "index.html" ? { "content-security-policy": policy } : {}),
  };
  const known = request.headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(etag)) {
    response.writeHead(304, headers);
    response.end();
  } else answer(request, response, 200, headers, body);
}

function answer(
  request: HttpRequest,
  response: HttpResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * Nothing from anywhere else. The one other place that the page may call is the ingress, for the playground. Styles
 * inline, because the editor and the dialogs make style sheets at run time.
 */
function contentSecurityPolicy(advertisedIngress: string): string {
  const ingress = URL.canParse(advertisedIngress) ? new URL(advertisedIngress).origin : "";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${ingress}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** `dashboard/` beside the bundled server, or in the `dist/` of a checkout. */
function builtFolder(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const folders = [join(here, "dashboard"), join(here, "..", "..", "dist", "dashboard")];
  return folders.find((folder) => existsSync(join(folder, "index.html")));
}
