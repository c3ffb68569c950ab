import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { ServerKind } from "./server.ts";
import type { Toolchain } from "./toolchain.ts";

/** The real server as it comes: its defaults, one node, no experimental flags. */
export function restateServer({ restateServer: file }: Toolchain): ServerKind {
  const said = execFileSync(file, ["--version"], { encoding: "utf8" });
  return {
    name: "restate-server",
    version: /\d+\.\d+\.\d+/.exec(said)?.[0] ?? said.trim(),
    launch: (ports, dataDir) => ({
      file,
      args: ["--no-logo"],
      env: {
        RESTATE_LISTEN_MODE: "tcp",
        RESTATE_BIND_IP: "127.0.0.1",
        RESTATE_BIND_PORT: String(ports.node),
        RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
        RESTATE_ADMIN__BIND_PORT: String(ports.admin),
        RESTATE_BASE_DIR: dataDir,
        RESTATE_DISABLE_TELEMETRY: "true",
      },
    }),
  };
}

/**
 * Ours, at the durability that the real server has.
 *
 * @param nodeOptions options for its Node, such as `--cpu-prof`
 */
export function restateLite({ restateLite: cli }: Toolchain, nodeOptions: readonly string[] = []): ServerKind {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return {
    name: "restate-lite",
    version: (JSON.parse(manifest) as { version: string }).version,
    launch: (ports, dataDir) => ({
      file: process.execPath,
      args: [
        ...nodeOptions,
        cli,
        "start",
        ...["--ingress-port", String(ports.ingress)],
        ...["--admin-port", String(ports.admin)],
        ...["--data-dir", dataDir],
        ...["--durability", "power"],
      ],
      env: {},
    }),
  };
}
