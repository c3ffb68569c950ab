import { OTHER_SETTINGS } from "./others.ts";
import { namesOf, SETTINGS, type Setting } from "./settings.ts";

/** `docs/configuration.md`, from the settings themselves. */
export function settingsDocument(): string {
  const settings = Object.values(SETTINGS) as Setting<unknown>[];
  const rows = settings.map(
    (setting) =>
      `| ${namesOf(setting).map(code).join(", ")} | ${setting.option === undefined ? "" : code(`--${setting.option}`)} | ${shown(setting.path, setting.otherwise)} |`,
  );
  const others = (isMissed: boolean) =>
    OTHER_SETTINGS.filter((other) => (other.isMissed ?? false) === isMissed).map(
      ({ paths, reason }) => `| ${paths.split(" ").map(code).join(", ")} | ${reason} |`,
    );
  return `# Configuration

Settings come from the command line, else from the environment, else from \`restate.toml\` (\`--config-file\`,
\`RESTATE_CONFIG\`), else from the defaults. The file is TOML with the names below, a dot being a table. In the environment
a name is in capitals with \`RESTATE_\` before it, \`__\` for a dot and \`_\` for a dash:
\`worker.invoker.abort-timeout\` is \`RESTATE_WORKER__INVOKER__ABORT_TIMEOUT\`. Durations are written \`1m 30s\` or
\`PT90S\`, sizes \`32 MiB\`. A value that cannot be read ends the start with a sentence that names its source; a name that
is in none of the tables below is warned about and ignored.

(This page is written by \`server/config/document.ts\`; \`npx vitest run --project unit server/config -u\` brings it up to date.)

## Flags of \`start\` and \`dev\`

| flag | |
| --- | --- |
| \`--ingress-port\`, \`--admin-port\` | where handlers are called; where the server is administered |
| \`--host\` | the address to listen on |
| \`--data-dir\` | the database; a directory belongs to one server |
| \`--ephemeral\` | a database in memory, for tests |
| \`--durability\` | \`power\` or \`process\`: [what an answer promises](storage.md#what-an-answer-promises) |
| \`--allowed-host\`, \`--allowed-origin\` (repeatable) | who else may be named in \`Host\` and \`Origin\`, beside loopback names: [access.md](access.md) |
| \`--admin-token-file\`, \`--admin-token\` | administration for those who show the token: [access.md](access.md#the-access-token) |
| \`--insecure\` | who can connect may call and administer |
| \`--log-level\`, \`--log-format\` | formats: \`pretty\`, \`compact\`, \`json\`; lines that cannot be written (a full disk, a pipe that nobody reads) are dropped, and the log says how many as soon as it can |
| \`--config-file\` | a \`restate.toml\` |
| \`--endpoint\` (\`dev\`, repeatable) | endpoints to register and to watch; \`http://localhost:9080\` unless one is named |
| \`--use-http1.1\` (\`dev\`) | the endpoint speaks HTTP/1.1 only |
| \`--watch\`, \`--no-watch\`, \`--reload\` (\`dev\`) | [dev.md](dev.md#what-can-be-run) |

## What has an effect

Names and defaults are those of restate-server 1.7 where it has them; \`worker.invoker.concurrent-invocations-limit\` is for
the whole server, not for each of 24 partitions ([flow-control.md](flow-control.md)).

| setting | on the command line | default |
| --- | --- | --- |
${rows.join("\n")}

## What the real server has and restate-lite does without

A \`restate.toml\` of the real server can be used as it is. These of its settings do nothing here, and need not:

| settings | why |
| --- | --- |
${others(false).join("\n")}

Whoever gives one of these waits for an effect, so the log says at the start that there is none:

| settings | why |
| --- | --- |
${others(true).join("\n")}
`;
}

const code = (text: string): string => `\`${text}\``;

function shown(path: string, value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "number" && /-(timeout|interval|retention)$/.test(path)) return duration(value);
  if (typeof value === "number" && /size-limit$/.test(path)) return `${value / 2 ** 20} MiB`;
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0 ? "" : JSON.stringify(value);
  return String(value);
}

function duration(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "m"],
    [1000, "s"],
    [1, "ms"],
  ];
  const [unit, name] = units.find(([unitMs]) => ms >= unitMs && ms % unitMs === 0) ?? [1, "ms"];
  return `${ms / unit}${name}`;
}
