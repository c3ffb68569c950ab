/** What the commands are called and take: read by the parser, the help and the shell completions. */

export interface OptionSpec {
  readonly name: string;
  /** What stands for its value; absent: it takes none. */
  readonly value?: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

export interface CommandSpec {
  readonly name: string;
  /** As it is typed, one form a line. */
  readonly forms: readonly string[];
  readonly help: string;
  readonly options: readonly OptionSpec[];
  /** Words that its first argument can be. */
  readonly words?: readonly string[];
  /** Its arguments are files. */
  readonly takesFiles?: boolean;
}

const JSON_OPTION: OptionSpec = { name: "json", help: "answer as JSON, errors too" };
const DATA_DIR: OptionSpec = { name: "data-dir", value: "DIR", help: "the database (default ./.restate-lite)" };
const YES: OptionSpec = { name: "yes", help: "without asking" };
const SERVER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "admin-url",
    value: "URL",
    help: "the server's admin API (default RESTATE_ADMIN_URL, or http://localhost:9070)",
  },
  { name: "ingress-url", value: "URL", help: "its ingress (default RESTATE_INGRESS_URL, or what the server says)" },
  { name: "token", value: "TOKEN", help: "its access token, if it has one (default RESTATE_AUTH_TOKEN)" },
];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "invoke",
    forms: ["invoke SERVICE/HANDLER [JSON]", "invoke OBJECT/KEY/HANDLER [JSON]"],
    help: "calls a handler and prints its result; JSON - reads it from stdin",
    options: [
      { name: "send", help: "does not wait; prints the id of the invocation" },
      { name: "delay", value: "DURATION", help: "starts it later, such as 10s or 1h (with --send)" },
      { name: "idempotency-key", value: "KEY", help: "the same key again gets the same result" },
      JSON_OPTION,
      ...SERVER_OPTIONS,
    ],
  },
  {
    name: "ls",
    forms: ["ls [invocations | services | deployments]"],
    help: "lists unfinished invocations and the newest completed ones, or what is registered",
    words: ["invocations", "services", "deployments"],
    options: [
      {
        name: "status",
        value: "STATUS",
        help: "only invocations of this status",
        choices: ["pending", "scheduled", "ready", "running", "suspended", "backing-off", "paused", "completed"],
      },
      { name: "headers", help: "of deployments: with --json also what their headers say, which may be passwords" },
      { name: "service", value: "NAME", help: "only invocations of this service" },
      { name: "limit", value: "N", help: "at most so many (default 50)" },
      JSON_OPTION,
      ...SERVER_OPTIONS,
    ],
  },
  {
    name: "describe",
    forms: ["describe INVOCATION"],
    help: "shows an invocation, its journal as a tree, and what it waits for",
    options: [JSON_OPTION, ...SERVER_OPTIONS],
  },
  {
    name: "state",
    forms: ["state get SERVICE/KEY [NAME]", "state set SERVICE/KEY NAME JSON", "state clear SERVICE/KEY [NAME]"],
    help: "reads and changes the state of a virtual object or a workflow",
    words: ["get", "set", "clear"],
    options: [
      { name: "scope", value: "SCOPE", help: "of the key in this scope (default: outside of all scopes)" },
      JSON_OPTION,
      ...SERVER_OPTIONS,
    ],
  },
  {
    name: "sql",
    forms: ["sql QUERY"],
    help: "queries the server's tables; QUERY - reads it from stdin",
    options: [JSON_OPTION, ...SERVER_OPTIONS],
  },
  {
    name: "reset",
    forms: ["reset"],
    help: "deletes the database: invocations, state, registrations",
    options: [YES, JSON_OPTION, DATA_DIR],
  },
  {
    name: "export",
    forms: ["export FILE"],
    help: "writes the whole database to a file; the server may be running",
    takesFiles: true,
    options: [{ name: "force", help: "replaces an existing file" }, JSON_OPTION, DATA_DIR],
  },
  {
    name: "import",
    forms: ["import FILE"],
    help: "makes the database of a file the one of this folder; the server must not be running",
    takesFiles: true,
    options: [{ name: "force", help: "replaces an existing database" }, JSON_OPTION, DATA_DIR],
  },
  {
    name: "completion",
    forms: ["completion bash | zsh | fish | powershell"],
    help: "prints a script that lets the shell complete commands and options",
    words: ["bash", "zsh", "fish", "powershell"],
    options: [],
  },
];

/** The options of `dev` and `start`, for completions; what they mean is in the main help. */
export const SERVER_COMMANDS: readonly CommandSpec[] = (["dev", "start"] as const).map((name) => ({
  name,
  forms: [],
  help: name === "dev" ? "a server, and your program on it" : "a server, nothing else",
  takesFiles: name === "dev",
  options: [
    ...(name === "dev"
      ? [
          { name: "reload", value: "HOW", help: "what becomes of running invocations", choices: ["beside", "replace"] },
          { name: "endpoint", value: "URL", help: "where the endpoint answers" },
          { name: "watch", value: "GLOB", help: "files whose change starts the command again" },
          { name: "no-watch", help: "starts the command once" },
          { name: "use-http1.1", help: "the endpoint speaks HTTP/1.1 only" },
        ]
      : []),
    { name: "ingress-port", value: "PORT", help: "default 8080" },
    { name: "admin-port", value: "PORT", help: "default 9070" },
    { name: "host", value: "ADDRESS", help: "default 127.0.0.1" },
    { name: "allowed-host", value: "NAME", help: "another name that clients may use" },
    { name: "allowed-origin", value: "URL", help: "web pages that may use it" },
    { name: "admin-token-file", value: "FILE", help: "the token that administration needs" },
    { name: "insecure", help: "who can connect may do everything" },
    { name: "data-dir", value: "DIR", help: "default ./.restate-lite" },
    { name: "ephemeral", help: "keep everything in memory" },
    { name: "durability", value: "LEVEL", help: "power or process", choices: ["power", "process"] },
    { name: "log-level", value: "LEVEL", help: "what is logged", choices: ["debug", "info", "warn", "error"] },
    { name: "log-format", value: "FORMAT", help: "its form", choices: ["pretty", "compact", "json"] },
    { name: "config-file", value: "FILE", help: "restate.toml" },
  ],
}));

export function isCommand(word: string | undefined): boolean {
  return COMMANDS.some(({ name }) => name === word);
}

export function helpOf({ forms, help, options }: CommandSpec): string {
  const width = Math.max(0, ...options.map(({ name, value }) => name.length + (value?.length ?? -1) + 1));
  const lines = options.map(({ name, value, help: text, choices }) => {
    const option = `${name}${value === undefined ? "" : ` ${value}`}`.padEnd(width);
    return `  --${option}  ${text}${choices === undefined ? "" : `: ${choices.join(", ")}`}`;
  });
  return [...forms.map((form) => `restate-lite ${form}`), "", `  ${help}`, "", ...lines, ""].join("\n");
}
