// What the checks of the tarball and of the container image share: free ports, waiting, running a program, and one
// round through a running restate-lite with the example endpoint.
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

/** Ports that were free a moment ago, all different. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** Tries `attempt` until it returns something other than undefined; rejects with `what` and the last error after `timeoutMs`. */
export async function eventually(what, timeoutMs, attempt) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let reason = "";
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      reason = ` (${error.cause?.message ?? error.message})`;
    }
    if (Date.now() > deadline) throw new Error(`${what}: nothing within ${timeoutMs / 1000} s${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs a program to its end; rejects with its output when it fails. */
export async function run(program, args, options = {}) {
  const started = start(program, args, options);
  const code = await started.ended;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}\n${started.output().slice(-4000)}`);
  return started.output();
}

/** Starts a program in a process group of its own and keeps its output. `ended` is its exit code, or its signal. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  ended.catch(() => undefined);
  let hasEnded = false;
  child.once("close", () => (hasEnded = true));
  const signal = (name) => {
    if (hasEnded || child.pid === undefined) return;
    try {
      process.kill(-child.pid, name); // the whole group: npx starts the program through a shell
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  return { child, ended, output: () => output, signal };
}

/** Ends a program by SIGINT, or by SIGKILL after `timeoutMs`; returns its exit code or signal. */
export async function interrupt(started, timeoutMs) {
  started.signal("SIGINT");
  const kill = setTimeout(() => started.signal("SIGKILL"), timeoutMs);
  const code = await started.ended;
  clearTimeout(kill);
  return code;
}

/** One call to the example's service through the ingress: the answer, once the endpoint is registered. */
export async function greet(ingressPort, timeoutMs) {
  return await eventually("the example's service", timeoutMs, async () => {
    const answer = await fetch(`http://127.0.0.1:${ingressPort}/MyService/myHandler`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify("Ada"),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    if (!text.startsWith('"Hello Ada!')) throw new Error(`unexpected answer ${text}`);
    return text;
  });
}
