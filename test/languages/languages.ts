import path from "node:path";
import { fileURLToPath } from "node:url";
import { node24Path } from "../support/toolchain.ts";

export const languagesFolder = path.dirname(fileURLToPath(import.meta.url));

const cacheRoot = path.resolve(languagesFolder, "..", "..", "node_modules", ".cache", "restate-lite", "languages");

/** Where a language's packages and binaries go. */
export function cacheOf(name: string): string {
  return path.join(cacheRoot, name);
}

/** A program to run: with the language's folder as working directory, and `env` on top of the environment. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One way in which the program of a language is served. `start` makes it listen on PORT of the loopback interface. */
export interface Serving {
  readonly name: string;
  readonly start: (port: number) => Command;
  /** Path below which the endpoint is, for example `/restate/v1`. */
  readonly prefix?: string;
  /** Served by HTTP/1.1 only: registered with `use_http_11`. */
  readonly isHttp1?: boolean;
}

export interface Language {
  readonly name: "python" | "go" | "typescript" | "java" | "rust";
  readonly sdk: string;
  /** The newest version of the service protocol that this SDK speaks. */
  readonly protocol: 5 | 6 | 7;
  /** Commands that must be there; a language without them is skipped. */
  readonly toolchain: readonly string[];
  /** Files that decide what is installed: `install` runs when one of them changed. */
  readonly locks: readonly string[];
  readonly install: readonly Command[];
  /** Runs every time: the compilers find out by themselves what changed. */
  readonly build: readonly Command[];
  readonly servings: readonly Serving[];
}

const python = path.join(cacheOf("python"), "venv", "bin", "python");
/** In the process itself: workers would outlive a kill -9 of their parent. */
const hypercorn = ["-m", "hypercorn", "--workers", "0"];
const goEnv = { GOMODCACHE: path.join(cacheOf("go"), "modules"), GOFLAGS: "-modcacherw" };
const goProgram = path.join(cacheOf("go"), "endpoint");
const javaClasses = path.join(cacheOf("java"), "target");
const maven = [
  "--batch-mode",
  "--no-transfer-progress",
  "--quiet",
  `-Dmaven.repo.local=${path.join(cacheOf("java"), "repository")}`,
  `-Dendpoint.target=${javaClasses}`,
];
const cargoTarget = path.join(cacheOf("rust"), "target");

/**
 * How each language is installed, built and started. Everything lands in {@link cacheOf}, except the downloads of
 * Cargo: they stay in Cargo's home, since another home would hide the settings that are in it.
 */
export const languages: readonly Language[] = [
  {
    name: "python",
    sdk: "restate_sdk 1.3.0",
    protocol: 7,
    toolchain: ["python3"],
    locks: ["requirements.txt"],
    install: [
      { program: "python3", args: ["-m", "venv", "--clear", path.join(cacheOf("python"), "venv")] },
      {
        program: python,
        args: ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"],
      },
    ],
    build: [],
    servings: [
      {
        name: "Hypercorn",
        start: (port) => ({
          program: python,
          args: [...hypercorn, "--config", "hypercorn.toml", "--bind", `127.0.0.1:${port}`, "app:app"],
        }),
      },
      {
        name: "Uvicorn",
        isHttp1: true,
        start: (port) => ({
          program: python,
          args: ["-m", "uvicorn", "--host", "127.0.0.1", "--port", String(port), "--log-level", "warning", "app:app"],
        }),
      },
      {
        name: "FastAPI",
        prefix: "/restate/v1",
        start: (port) => ({ program: python, args: [...hypercorn, "--bind", `127.0.0.1:${port}`, "app:mounted"] }),
      },
    ],
  },
  {
    name: "go",
    sdk: "github.com/restatedev/sdk-go 1.2.0",
    protocol: 7,
    toolchain: ["go"],
    locks: ["go.sum"],
    install: [{ program: "go", args: ["mod", "download"], env: goEnv }],
    build: [{ program: "go", args: ["build", "-o", goProgram, "."], env: goEnv }],
    servings: [
      { name: "net/http", start: () => ({ program: goProgram, args: [] }) },
      { name: "request/response", start: () => ({ program: goProgram, args: [], env: { BIDIRECTIONAL: "false" } }) },
    ],
  },
  {
    name: "typescript",
    sdk: "@restatedev/restate-sdk 1.17.2",
    protocol: 7,
    toolchain: [],
    locks: [],
    install: [],
    build: [],
    servings: [{ name: "node:http2", start: () => ({ program: node24Path, args: ["endpoint.ts"] }) }],
  },
  {
    name: "java",
    sdk: "dev.restate:sdk-api 2.4.1",
    protocol: 6,
    toolchain: ["java", "javac", "mvn"],
    locks: ["pom.xml"],
    install: [],
    build: [{ program: "mvn", args: [...maven, "compile"] }],
    servings: [
      {
        name: "Vert.x",
        start: () => ({
          program: "java",
          args: [
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            `${path.join(javaClasses, "classes")}:${path.join(javaClasses, "dependency", "*")}`,
            "Main",
          ],
        }),
      },
    ],
  },
  {
    name: "rust",
    sdk: "restate-sdk 0.13.0",
    protocol: 7,
    toolchain: ["cargo", "rustc"],
    locks: [],
    install: [],
    build: [{ program: "cargo", args: ["build", "--quiet", "--locked"], env: { CARGO_TARGET_DIR: cargoTarget } }],
    servings: [{ name: "hyper", start: () => ({ program: path.join(cargoTarget, "debug", "endpoint"), args: [] }) }],
  },
];

export function language(name: Language["name"]): Language {
  const found = languages.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no language ${name}`);
  return found;
}
