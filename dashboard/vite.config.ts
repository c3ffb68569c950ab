import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { defineConfig, type Plugin } from "vite";
import { FirstPaint } from "./src/app/first-paint.tsx";

/** Where the server is when the dashboard is worked on: `npx vite dashboard`, beside a running server. */
const adminUrl = process.env.ADMIN_URL ?? "http://127.0.0.1:9070";

const root = fileURLToPath(new URL(".", import.meta.url));

const ROOT_TAG = '<div id="root"></div>';

/** The shell is in the document itself, so that it is there before the scripts are. */
const firstPaint: Plugin = {
  name: "first-paint",
  transformIndexHtml(html) {
    if (!html.includes(ROOT_TAG)) throw new Error(`index.html has no ${ROOT_TAG}`);
    return html.replace(ROOT_TAG, `<div id="root">${renderToStaticMarkup(createElement(FirstPaint))}</div>`);
  },
};

const FIRST_THEME = "theme.js";

/** The theme is marked by a script that the first paint waits for; the policy of the page lets none stand in the document. */
const firstTheme: Plugin = {
  name: "first-theme",
  async buildStart() {
    this.emitFile({ type: "asset", name: FIRST_THEME, source: await firstThemeScript() });
  },
  transformIndexHtml: {
    order: "post",
    async handler(html, { bundle: files }) {
      if (!html.includes("<title>")) throw new Error("index.html has no title");
      const file = Object.values(files ?? {}).find((one) => one.type === "asset" && one.names.includes(FIRST_THEME));
      if (files !== undefined && file === undefined) throw new Error(`the bundle has no ${FIRST_THEME}`);
      // While it is worked on there is no policy.
      const script =
        file === undefined
          ? `<script>${await firstThemeScript()}</script>`
          : `<script src="/ui/${file.fileName}"></script>`;
      return html.replace("<title>", `${script}\n    <title>`);
    },
  },
};

async function firstThemeScript(): Promise<string> {
  const { outputFiles } = await bundle({
    entryPoints: [fileURLToPath(new URL("src/app/first-theme.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    minify: true,
    target: "es2022",
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("first-theme.ts was not bundled");
  return file.text;
}

export default defineConfig({
  root,
  plugins: [firstTheme, firstPaint],
  base: "/ui/",
  publicDir: fileURLToPath(new URL("public", import.meta.url)),
  esbuild: { jsx: "automatic" },
  build: {
    outDir: fileURLToPath(new URL("../dist/dashboard", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // A font inlined into the style sheet would be fetched by everybody, and is what the policy of the page forbids.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      // Libraries mark what runs in browsers only, which here is everything.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
  server: {
    proxy: {
      "/ui/feed": { target: adminUrl, ws: true, changeOrigin: true, headers: { origin: adminUrl } },
      "^/(query|services|deployments|invocations|version|health|limits|vqueues|restate-lite)": { target: adminUrl },
    },
  },
});
