import { ExitCode, notFound, usage } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import { type Output, tableOf } from "./output.ts";
import type { ServerClient } from "./server.ts";
import { jsonText, objectOf, sqlText } from "./target.ts";

const FORM = "state get|set|clear SERVICE/KEY …";

/** `state`: of one key. A change waits for the invocation that holds the key, as any change of state does. */
export async function state(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [action = "", object = ""] = expectWords(line, FORM, 2, 4);
  switch (action) {
    case "get":
      return await get(line, server, output, object);
    case "set":
      return await set(line, server, output, object);
    case "clear":
      return await clear(line, server, output, object);
    default:
      throw usage(`'${action}' is nothing to do with state; get, set and clear are`);
  }
}

async function get(line: CommandLine, server: ServerClient, output: Output, object: string): Promise<ExitCode> {
  const [, , name] = expectWords(line, "state get SERVICE/KEY [NAME]", 2, 3);
  const entries = await entriesOf(server, object);
  if (name !== undefined) {
    const value = entries.get(name);
    if (value === undefined) throw notFound(`${object} has no state '${name}'${listed([...entries.keys()])}`);
    if (output.isJson) output.json(shown(value));
    else output.print(value.toString());
  } else if (output.isJson) output.json(Object.fromEntries([...entries].map(([key, value]) => [key, shown(value)])));
  else if (entries.size === 0) output.print(`${object} has no state.`);
  else output.print(tableOf([...entries].map(([key, value]) => ({ name: key, value: value.toString() }))));
  return ExitCode.Ok;
}

async function set(line: CommandLine, server: ServerClient, output: Output, object: string): Promise<ExitCode> {
  const [, , name = "", json = ""] = expectWords(line, "state set SERVICE/KEY NAME JSON", 4);
  const value = Buffer.from(jsonText(json));
  const entries = await entriesOf(server, object);
  await write(server, object, entries.set(name, value));
  told(output, `Set '${name}' of ${object}`);
  return ExitCode.Ok;
}

async function clear(line: CommandLine, server: ServerClient, output: Output, object: string): Promise<ExitCode> {
  const [, , name] = expectWords(line, "state clear SERVICE/KEY [NAME]", 2, 3);
  const entries = await entriesOf(server, object);
  if (name !== undefined && !entries.delete(name)) {
    throw notFound(`${object} has no state '${name}'${listed([...entries.keys()])}`);
  }
  await write(server, object, name === undefined ? new Map() : entries);
  told(output, name === undefined ? `Cleared the state of ${object}` : `Cleared '${name}' of ${object}`);
  return ExitCode.Ok;
}

async function entriesOf(server: ServerClient, object: string): Promise<Map<string, Buffer>> {
  const { service, key } = objectOf(object);
  await checkKeyed(server, service);
  const rows = await server.query(
    `select key, value from state where service_name = ${sqlText(service)} and service_key = ${sqlText(key)} order by key`,
  );
  return new Map(rows.map((row) => [String(row.key), Buffer.from(String(row.value ?? ""), "hex")]));
}

/** The admin API takes a change for a service that there is not, and drops it. */
async function checkKeyed(server: ServerClient, name: string): Promise<void> {
  const { services } = await server.adminJson<{ services: { name: string; ty: string }[] }>("GET", "/services");
  const service = services.find((one) => one.name === name);
  if (service === undefined) throw notFound(`there is no service '${name}'${listed(services.map((one) => one.name))}`);
  if (service.ty === "Service") throw usage(`${name} is a plain service: it has no keys and no state`);
}

async function write(server: ServerClient, object: string, entries: ReadonlyMap<string, Buffer>): Promise<void> {
  const { service, key } = objectOf(object);
  await server.adminJson("POST", `/services/${encodeURIComponent(service)}/state`, {
    object_key: key,
    new_state: Object.fromEntries([...entries].map(([name, value]) => [name, [...value]])),
  });
}

function told(output: Output, line: string): void {
  if (output.isJson) output.json({ done: line });
  else output.print(`${line}. If an invocation holds the key, that happens when it has finished.`);
}

function shown(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return value.toString();
  }
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "" : `; there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}
