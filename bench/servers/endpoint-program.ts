/**
 * The endpoint process: the measured services over HTTP/2, on the SDK that the environment variable SDK names. Runs on
 * Node 24, which takes TypeScript as it is. Answers its parent's questions over IPC.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as official from "@restatedev/restate-sdk";
import { built } from "./built.ts";
import { measuredServices } from "./services.ts";
import { createShop } from "./shop.ts";
import { createWaiter } from "./waiter.ts";

const port = Number(process.env.PORT);
const waiter = createWaiter();

function officialVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@restatedev/restate-sdk");
  const folder = entry.slice(0, entry.lastIndexOf(path.join("restate-sdk", "dist")) + "restate-sdk".length);
  return (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string }).version;
}

process.on("message", (question) => {
  switch (question) {
    case "versions":
      process.send?.({ sdkVersion: officialVersion() });
      break;
    case "waiters":
      process.send?.(waiter.counts());
      break;
    case "forget":
      waiter.forget();
      process.send?.({});
      break;
  }
});
process.on("disconnect", () => process.exit());

if (process.env.SDK === "ours") {
  const ours = await built<typeof import("../../sdk/index.ts")>("sdk/index.js");
  await ours.serve({ services: measuredServices(ours), port });
} else {
  await official.serve({ services: [...measuredServices(official), ...waiter.services, createShop()], port });
}
