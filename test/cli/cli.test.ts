import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const isWindows = process.platform === "win32";

interface Run {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves once `pattern` was printed on stdout, with its match. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly exited: Promise<number | null>;
}

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "restate-lite-cli-"));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
});

/** Runs the command with piped output (so without a terminal) and an environment free of settings. */
function run(...args: string[]): Run {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RESTATE_|RUST_LOG$)/.test(name)));
  const child = spawn(process.execPath, ["dist/cli.js", ...args], { cwd: ROOT, env });
  const text = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk: Buffer) => {
      text[stream] += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  endings.push(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text.stdout);
        if (match !== null) resolve(match);
      };
      listeners.add(look);
      look();
      void exited.then((code) =>
        reject(new Error(`ended with ${code} before ${pattern}:\n${text.stdout}${text.stderr}`)),
      );
    });
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, says, exited };
}

const ANY_PORTS = ["--ingress-port", "0", "--admin-port", "0"];

function listening(server: Server): Promise<number> {
  endings.push(() => new Promise<void>((resolve) => server.close(() => resolve())).finally(() => {}));
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** An endpoint of one service that speaks HTTP/1.1; `handler` can be changed while it runs. */
function endpoint(served: { handler: string }): Server {
  return createServer((_request, response) => {
    response.setHeader("content-type", "application/vnd.restate.endpointmanifest.v3+json");
    response.setHeader("connection", "close");
    response.end(
      JSON.stringify({
        protocolMode: "REQUEST_RESPONSE",
        minProtocolVersion: 5,
        maxProtocolVersion: 6,
        services: [{ name: "Greeter", ty: "SERVICE", handlers: [{ name: served.handler }] }],
      }),
    );
  });
}

describe("restate-lite", { timeout: 30_000 }, () => {
  it("prints its help and its version", async () => {
    const help = run("--help");
    expect(await help.exited).toBe(0);
    expect(help.stdout()).toContain("--ingress-port");
    const version = run("--version");
    expect(await version.exited).toBe(0);
    expect(version.stdout()).toMatch(/^restate-lite \d+\.\d+\.\d+\n$/);
  });

  it("says in a line what is wrong with the arguments, and exits with 2", async () => {
    const wrong = run("serve");
    expect(await wrong.exited).toBe(2);
    expect(wrong.stderr()).toBe("restate-lite: there is no command 'serve'\nTry restate-lite --help.\n");
  });

  it("names the source of a bad value in a line, and exits with 1", async () => {
    const wrong = run("start", "--ephemeral", "--ingress-port", "a");
    expect(await wrong.exited).toBe(1);
    expect(wrong.stderr()).toBe('restate-lite: --ingress-port: "a" is not a whole number from 0 to 65535\n');
  });

  it.each(["ingress", "admin"])("says in a line that the %s port is taken, and exits with 1", async (which) => {
    const port = await listening(createServer());
    const server = run("start", "--ephemeral", ...ANY_PORTS, `--${which}-port`, String(port));
    expect(await server.exited).toBe(1);
    expect(server.stderr().trimEnd().split("\n")).toHaveLength(1);
    expect(server.stderr()).toContain(`127.0.0.1:${port}`);
    expect(server.stderr()).toContain(`--${which}-port`);
    expect(server.stdout()).toBe("");
  });

  it("shows the three URLs and the data directory; a second server on the directory is told so in a line", async () => {
    const first = run("start", "--data-dir", directory, ...ANY_PORTS);
    const [, adminUrl] = await first.says(/admin\s+(http:\S+)[\s\S]*data\s/);
    expect(first.stdout()).toMatch(/ingress\s+http:\/\/localhost:\d+\n/);
    expect(first.stdout()).toContain(`dashboard  ${adminUrl}/ui`);
    expect(first.stdout()).toContain(directory);
    expect((await fetch(`${adminUrl}/health`)).status).toBe(200);

    const second = run("start", "--data-dir", directory, ...ANY_PORTS);
    expect(await second.exited).toBe(1);
    expect(second.stderr().trimEnd().split("\n")).toHaveLength(1);
    expect(second.stderr()).toContain(directory);
  });

  // Windows has no SIGINT that one process could send to another.
  it.skipIf(isWindows)("drains and exits with 0 on Ctrl-C", async () => {
    const server = run("start", "--data-dir", directory, ...ANY_PORTS);
    await server.says(/data\s/);
    server.child.kill("SIGINT");
    expect(await server.exited).toBe(0);
    expect(server.stdout()).toContain("Ctrl-C again");
  });

  // See above.
  it.skipIf(isWindows)("exits at once with 130 on a second Ctrl-C, whatever still waits", async () => {
    const server = run("start", "--ephemeral", ...ANY_PORTS);
    const [, port] = await server.says(/ingress\s+http:\/\/localhost:(\d+)[\s\S]*data\s/);
    const client = connect(Number(port), "127.0.0.1");
    client.on("error", () => {});
    endings.push(() => void client.destroy());
    // The server has the request once it asks for the body.
    client.write(
      "POST /restate/call/S/h HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n",
    );
    await new Promise((resolve) => client.once("data", resolve));
    server.child.kill("SIGINT");
    await server.says(/Ctrl-C again/);
    server.child.kill("SIGINT");
    expect(await server.exited).toBe(130);
  });
});

describe("restate-lite dev", { timeout: 30_000 }, () => {
  it("waits visibly for an endpoint, registers it when it answers, and again when it comes back changed", async () => {
    const port = await listening(createServer());
    await endings.pop()?.();
    const url = `http://127.0.0.1:${port}`;
    const dev = run("dev", "--ephemeral", "--use-http1.1", "--endpoint", url, ...ANY_PORTS);
    await dev.says(new RegExp(`Waiting for an endpoint at ${url}`));

    const served = { handler: "greet" };
    const server = endpoint(served);
    endings.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    server.listen(port, "127.0.0.1");
    await dev.says(/Registered http\S+:\n {2}curl http:\/\/localhost:\d+\/Greeter\/greet/);

    served.handler = "wave";
    await dev.says(/Registered again http\S+:\n {2}curl http:\/\/localhost:\d+\/Greeter\/wave/);
    const [, adminUrl] = await dev.says(/admin\s+(http:\S+)/);
    const services = (await (await fetch(`${adminUrl}/services/Greeter`)).json()) as { handlers: { name: string }[] };
    expect(services.handlers.map(({ name }) => name)).toEqual(["wave"]);
    expect(dev.stdout().match(/Waiting for an endpoint/g)).toHaveLength(1);
  });

  it("starts the command after --, shows its output under a prefix, and ends it with itself", async () => {
    const script = "console.log('child', process.pid); setInterval(() => {}, 1000)";
    const dev = run("dev", "--ephemeral", ...ANY_PORTS, "--", process.execPath, "-e", script);
    const [, pid] = await dev.says(/\] child (\d+)\n/);
    expect(() => process.kill(Number(pid), 0)).not.toThrow();
    if (isWindows) return;
    dev.child.kill("SIGINT");
    expect(await dev.exited).toBe(0);
    expect(() => process.kill(Number(pid), 0)).toThrow();
  });
});

describe("the guard of both ports", { timeout: 30_000 }, () => {
  it("refuses web pages and rebound names, unless they were allowed", async () => {
    const server = run("start", "--ephemeral", ...ANY_PORTS, "--allowed-host", "tunnel.example");
    const [, ingress, admin] = await server.says(
      /ingress\s+http:\/\/localhost:(\d+)\n\s+admin\s+http:\/\/localhost:(\d+)\n/,
    );
    for (const [port, path] of [
      [ingress, "/restate/health"],
      [admin, "/health"],
    ] as const) {
      expect(await status(Number(port), path, {})).toBe(200);
      expect(await status(Number(port), path, { host: "evil.example" })).toBe(403);
      expect(await status(Number(port), path, { origin: "https://evil.example" })).toBe(403);
      expect(await status(Number(port), path, { host: "tunnel.example" })).toBe(200);
    }
  });
});

describe("who may use the server", { timeout: 60_000 }, () => {
  const PORTS = /ingress\s+http:\/\/localhost:(\d+)\n\s+admin\s+http:\/\/localhost:(\d+)\n\s+dashboard\s+(\S+)\n/;
  const page = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

  it("lets a link from another site lead to the dashboard, and to nothing else", async () => {
    const server = run("start", "--ephemeral", ...ANY_PORTS);
    const [, ingress, admin] = await server.says(PORTS);
    for (const path of ["/ui", "/ui/", "/ui/invocations?status=running"]) {
      expect([200, 308]).toContain(await status(Number(admin), path, page));
      expect(await status(Number(admin), path, { ...page, "sec-fetch-dest": "iframe" })).toBe(403);
    }
    expect(await status(Number(admin), "/deployments", page)).toBe(403);
    expect(await status(Number(ingress), "/Greeter/greet", page)).toBe(403);
    expect(await status(Number(admin), "/ui/", { host: "app.localhost:1" })).toBe(200);
    expect(await status(Number(ingress), "/restate/health", { host: "host.docker.internal:8080" })).toBe(200);
    expect(server.stdout()).not.toMatch(/^ {2}open /m);
  });

  it("asks for the access token, by bearer, cookie and one-time link, and never shows it", async () => {
    const file = join(directory, "token");
    writeFileSync(file, "s3cret-of-the-test\n");
    const server = run("start", "--ephemeral", ...ANY_PORTS, "--admin-token-file", file, "--log-level", "debug");
    const [, , port, dashboard = ""] = await server.says(PORTS);
    await server.says(/^ {2}open {7}administration on 127\.0\.0\.1 to those who have the token$/m);
    const admin = Number(port);
    const bearer = { authorization: "Bearer s3cret-of-the-test" };
    expect(await status(admin, "/health", {})).toBe(200);
    expect(await status(admin, "/deployments", {})).toBe(401);
    expect(await status(admin, "/deployments", { authorization: "Bearer s3cret-of-the-tesT" })).toBe(401);
    expect(await status(admin, "/deployments", bearer)).toBe(200);

    const link = new URL(dashboard);
    const entered = await ask(admin, link.pathname + link.search, page);
    expect([entered.statusCode, entered.headers.location]).toEqual([303, "/ui/"]);
    expect(await status(admin, link.pathname + link.search, page)).toBe(401);
    const cookie = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect(await status(admin, "/deployments", { cookie })).toBe(200);
    const another = await ask(admin, "/restate-lite/dashboard-link", bearer, "POST");
    expect(another.statusCode).toBe(200);

    const socket = { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    const feed = { ...socket, "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" };
    expect(await status(admin, "/ui/feed", feed)).toBe(401);
    expect(await status(admin, "/ui/feed", { ...feed, ...bearer })).toBe(101);
    expect(await status(admin, "/ui/feed", { ...feed, cookie })).toBe(101);

    const url = `http://localhost:${admin}`;
    const refused = run("ls", "--admin-url", url);
    expect(await refused.exited).toBe(1);
    expect(refused.stderr()).toMatch(
      /^restate-lite: administration needs the access token of the server: .*RESTATE_AUTH_TOKEN/,
    );
    expect(await run("ls", "--admin-url", url, "--token", "s3cret-of-the-test").exited).toBe(0);
    expect(server.stdout() + server.stderr()).not.toContain("s3cret");
  });

  it("says in a line what is wrong with a token, without showing it", async () => {
    for (const args of [
      ["--admin-token", "s3cret with spaces"],
      ["--admin-token", "s3cret", "--admin-token-file", "f"],
    ]) {
      const server = run("start", "--ephemeral", ...ANY_PORTS, ...args);
      expect(await server.exited).toBe(1);
      expect(server.stderr().trimEnd().split("\n")).toHaveLength(1);
      expect(server.stderr()).not.toContain("s3cret");
    }
  });
});

describe("headers of a deployment", { timeout: 60_000 }, () => {
  it("are hidden by ls until they are asked for, and whole in the API", async () => {
    const endpointPort = await listening(endpoint({ handler: "greet" }));
    const server = run("start", "--ephemeral", ...ANY_PORTS);
    const [, adminUrl = ""] = await server.says(/admin\s+(http:\S+)/);
    const additional_headers = { authorization: "Bearer of-the-endpoint" };
    const registered = await fetch(`${adminUrl}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}`, use_http_11: true, additional_headers }),
    });
    expect(registered.status).toBe(201);
    const listed = async (...more: string[]) => {
      const command = run("ls", "deployments", "--admin-url", adminUrl, ...more);
      expect(await command.exited).toBe(0);
      return command.stdout();
    };
    expect(await listed()).not.toContain("of-the-endpoint");
    const [masked] = JSON.parse(await listed("--json")) as unknown[];
    expect(masked).toMatchObject({ additional_headers: { authorization: "(hidden; --headers shows it)" } });
    const [whole] = JSON.parse(await listed("--json", "--headers")) as unknown[];
    expect(whole).toMatchObject({ additional_headers });
    expect((await (await fetch(`${adminUrl}/deployments`)).json()) as object).toMatchObject({
      deployments: [{ additional_headers }],
    });
  });
});

describe("a directory that is not for a server", { timeout: 30_000 }, () => {
  it("ends it with a line and 1", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "mine");
    for (const command of ["start", "dev"]) {
      const server = run(command, "--data-dir", file, ...ANY_PORTS);
      expect(await server.exited).toBe(1);
      expect(server.stderr()).toBe(
        `restate-lite: cannot use the data directory ${file}: ${file} is a file, not a directory; move it away, or ` +
          "choose another directory with --data-dir\n",
      );
    }
  });
});

async function status(port: number, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return (await ask(port, path, headers)).statusCode;
}

/** `fetch` does not let a program choose `Host`. */
function ask(port: number, path: string, headers: Record<string, string>, method = "GET"): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const question = request({ host: "127.0.0.1", port, path, headers, method, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer));
    });
    question.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer);
    });
    question.on("error", reject);
    question.end();
  });
}
