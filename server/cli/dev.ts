import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { loadConfig, type ServerConfig } from "../config/index.ts";
import {
  CommandProgram,
  DevControl,
  DevLoop,
  FileProgram,
  Guard,
  HeldAttempts,
  Keys,
  LinesView,
  type Program,
  prober,
  readKeys,
  type Surroundings,
  TerminalView,
  wantsColor,
} from "../dev/index.ts";
import { createLog, type Log } from "../log.ts";
import { outputTo } from "../output.ts";
import { printable, printableLines } from "../printable.ts";
import { type OpenServer, startOpenServer } from "../start.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { banner } from "./banner.ts";
import { giveMemoryBackWhenIdle } from "./idle-memory.ts";
import { type Interrupt, onInterrupt } from "./interrupt.ts";
import { watchNpm } from "./npm.ts";
import { openInBrowser } from "./open.ts";
import { watchEndpoint } from "./watch.ts";

const DEFAULT_ENDPOINT = "http://localhost:9080";
const LEVELS = ["debug", "info", "warn", "error"] as const;

/** `dev`: a server, and a program whose newest version it serves, until it is interrupted. */
export async function dev(args: Arguments): Promise<void> {
  const file = args.file === undefined ? undefined : existingFile(args.file);
  const { config, warnings } = await loadConfig({
    options: args.options,
    environment: process.env,
    configFile: args.configFile,
    // What happens to invocations is shown anyway.
    defaults: { logLevel: "warn" },
  });
  let interrupt: Interrupt | undefined;
  // Nobody reads any more: the terminal has been closed, or the program behind a pipe has ended.
  const view = createView(args, () => interrupt?.hangUp());
  const log = await logFor(view, config);
  for (const warning of warnings) log("warn", warning);
  const runsProgram = file !== undefined || args.child.length > 0;
  const held = new HeldAttempts();
  const starting = view.during(
    "Opening the database",
    startOpenServer({
      config,
      log,
      ...(runsProgram ? { link: held } : {}),
      onFatal: (error) => {
        log("error", "The storage failed. Nothing is acknowledged any more; the server stops.", { error });
        process.exit(1);
      },
    }),
  );
  const ends: { stop(): void; close(): Promise<void> }[] = [];
  let keys: (() => void) | undefined;
  const leaveTerminal = () => {
    keys?.();
    view.close();
  };
  // Before the banner: who reads it may interrupt.
  const interrupted = onInterrupt(async () => {
    view.say("Stopping; press Ctrl-C again to stop at once.");
    for (const { stop } of ends) stop();
    await (await starting).close(config.shutdownTimeoutMs);
    // Last, because what is running may need it to finish.
    await Promise.all(ends.map(({ close }) => close()));
    leaveTerminal();
    process.exit(0);
  }, leaveTerminal);
  interrupt = interrupted;
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => interrupted.hangUp());
  void watchNpm(() => {
    view.say("The npm that ran this has ended.");
    interrupted.hangUp();
  });

  let server: OpenServer;
  try {
    server = await starting;
  } catch (error) {
    leaveTerminal();
    throw error;
  }
  view.say(banner(server, config));
  giveMemoryBackWhenIdle();
  const endpoints = args.endpoints.length > 0 ? args.endpoints : [DEFAULT_ENDPOINT];
  const control = new DevControl(server);
  let loop: DevLoop | undefined;
  if (runsProgram) {
    const around: Surroundings = {
      guard: new Guard(),
      probe: prober((uri, options) => server.registrar.discover(uri, options), args.useHttp11),
      say: (line) => view.say(line),
      programSays: (version, line) => view.programSays(version, line),
    };
    const program = createProgram(args, file, endpoints, around);
    loop = new DevLoop({ server, control, held, program, view, reload: args.reload });
    const started = loop;
    ends.push({ stop: () => started.stop(), close: () => started.close() });
  } else {
    // Somebody else runs it.
    server.observe((event) => view.event(event));
    for (const endpoint of endpoints) {
      const stop = watchEndpoint({ server, endpoint, useHttp11: args.useHttp11, say: (line) => view.say(line) });
      ends.push({ stop, close: async () => {} });
    }
  }
  if (view instanceof TerminalView) {
    const pressed = new Keys({
      isHeld: () => view.isHeld,
      hold: (isHeld) => view.hold(isHeld),
      ask: (question) => view.ask(question),
      say: (line) => view.say(line),
      restartMismatched: () => loop?.restartMismatched(),
      clearState: () => view.say(`Cleared the state of ${control.clearState()} keys.`),
      openDashboard: () => {
        const url = server.dashboardUrl();
        openInBrowser(url, () => view.say(`Open ${url}`));
      },
      quit: () => interrupted.press(),
    });
    keys = readKeys(
      process.stdin,
      (key) => pressed.press(key),
      () => interrupted.hangUp(),
    );
  }
  await loop?.start();
}

function existingFile(given: string): string {
  const file = path.resolve(given);
  // As Node names the file itself, whatever links lead to it.
  if (existsSync(file)) return realpathSync(file);
  throw new UsageError(`there is no file '${given}'. To run a command, put it after --: restate-lite dev -- COMMAND`);
}

function createProgram(
  args: Arguments,
  file: string | undefined,
  endpoints: readonly string[],
  around: Surroundings,
): Program {
  if (file === undefined) {
    const { child: command, patterns, isWatched } = args;
    return new CommandProgram({ command, endpoints, patterns, isWatched }, around);
  }
  const [endpoint = DEFAULT_ENDPOINT] = endpoints;
  const endpointPath = new URL(endpoint).pathname.replace(/\/$/, "");
  return new FileProgram(
    { file, args: args.child, endpointPath, isColored: wantsColor(process.stdout, process.env) },
    around,
  );
}

function createView(args: Arguments, onGone: () => void): LinesView {
  const [program = "endpoint"] = args.child;
  const programName = path.basename((args.file ?? program).replaceAll("\\", "/"));
  const output = outputTo(process.stdout, {
    afterGap: (dropped) =>
      `… ${dropped} pieces of this output were dropped: nobody read it, or it could not be written\n`,
    onGone,
  });
  const options = {
    write: (text: string) => output.write(text),
    isColored: wantsColor(process.stdout, process.env),
    programName,
    folder: process.cwd(),
  };
  const isTerminal = process.stdout.isTTY === true && process.stdin.isTTY === true && process.env.TERM !== "dumb";
  if (!isTerminal) return new LinesView(options);
  return new TerminalView({ ...options, columns: () => process.stdout.columns || 80 });
}

/** In a terminal the log shares the screen with the view. */
async function logFor(view: LinesView, config: ServerConfig): Promise<Log> {
  if (!(view instanceof TerminalView) || config.logFormat === "json") return await createLog(config);
  const least = LEVELS.indexOf(config.logLevel as (typeof LEVELS)[number]);
  return (level, message, fields) => {
    if (LEVELS.indexOf(level) < least) return;
    const { error } = (fields ?? {}) as { error?: unknown };
    const stack = error instanceof Error ? `\n${printableLines(error.stack ?? error.message)}` : "";
    view.say(`${level.padEnd(5)} ${printable(message)}${stack}`);
  };
}
