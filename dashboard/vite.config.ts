import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Where the server is when the dashboard is worked on: `npx vite dashboard`, beside a running server. */
const adminUrl = process.env.ADMIN_URL ?? "http://127.0.0.1:9070";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
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
