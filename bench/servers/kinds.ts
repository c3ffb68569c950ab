import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ServerKind } from "./server.ts";
import type { Toolchain } from "./toolchain.ts";

/**
 * A kind of server by its name.
 *
 * @param nodeOptions options for the Node of ours, such as `--cpu-prof`
 */
export function kindOf(name: ServerKind["name"], programs: Toolchain, nodeOptions: readonly string[] = []): ServerKind {
  switch (name) {
    case "restate-server":
      return restateServer(programs);
    case "restate-lite":
      return restateLite(programs, nodeOptions);
    case "in-process":
      return inProcess(nodeOptions);
  }
}

/** The real server as it comes: its defaults, one node, no experimental flags. */
function restateServer({ restateServer: file }: Toolchain): ServerKind {
  const said = execFileSync(file, ["--version"], { encoding: "utf8" });
  return {
    name: "restate-server",
    version: /\d+\.\d+\.\d+/.exec(said)?.[0] ?? said.trim(),
    hasServices: false,
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

/** Ours, at the durability that the real server has. */
function restateLite({ restateLite: cli }: Toolchain, nodeOptions: readonly string[]): ServerKind {
  return {
    name: "restate-lite",
    version: ourVersion(),
    hasServices: false,
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

/** Ours as a library, with the measured services in its process. */
function inProcess(nodeOptions: readonly string[]): ServerKind {
  const program = fileURLToPath(new URL("./in-process-program.ts", import.meta.url));
  return {
    name: "in-process",
    version: ourVersion(),
    hasServices: true,
    launch: (ports, dataDir) => ({
      file: process.execPath,
      args: [...nodeOptions, "--import", "tsx", program],
      env: { INGRESS_PORT: String(ports.ingress), ADMIN_PORT: String(ports.admin), DATA_DIR: dataDir },
    }),
  };
}

function ourVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
