import { ExitCode, notFound, usage } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import { type Output, tableOf } from "./output.ts";
import type { ServerClient } from "./server.ts";
import { jsonText, objectOf, sqlText } from "./target.ts";

const FORM = "state get|set|clear SERVICE/KEY …";

/** A virtual object or workflow, as the command line names it. */
interface Instance {
  readonly text: string;
  readonly service: string;
  readonly key: string;
  readonly scope: string | undefined;
}

interface Stored {
  readonly entries: Map<string, Buffer>;
  /** Absent: nothing is registered by that name any more; its state is still there. */
  readonly type: "VirtualObject" | "Workflow" | undefined;
}

/** `state`: of one key. A change waits for the invocation that holds the key, as any change of state does. */
export async function state(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [action = "", text = ""] = expectWords(line, FORM, 2, 4);
  const actions: Record<string, typeof get> = { get, set, clear };
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (act === undefined) throw usage(`'${action}' is nothing to do with state; get, set and clear are`);
  return await act({ text, ...objectOf(text), scope: line.option("scope") }, line, server, output);
}

async function get(instance: Instance, line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [, , name] = expectWords(line, "state get SERVICE/KEY [NAME]", 2, 3);
  const { entries } = await storedOf(server, instance);
  if (name !== undefined) {
    const value = entryOf(instance, entries, name);
    if (output.isJson) output.json(shown(value));
    else output.value(value.toString());
  } else if (output.isJson) output.json(Object.fromEntries([...entries].map(([key, value]) => [key, shown(value)])));
  else if (entries.size === 0) output.print(`${instance.text} has no state.`);
  else output.print(tableOf([...entries].map(([key, value]) => ({ name: key, value: value.toString() }))));
  return ExitCode.Ok;
}

async function set(instance: Instance, line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [, , name = "", json = ""] = expectWords(line, "state set SERVICE/KEY NAME JSON", 4);
  const value = Buffer.from(jsonText(json));
  const { entries } = await storedOf(server, instance);
  await write(server, instance, entries.set(name, value));
  told(output, `Set '${name}' of ${instance.text}`);
  return ExitCode.Ok;
}

async function clear(instance: Instance, line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [, , name] = expectWords(line, "state clear SERVICE/KEY [NAME]", 2, 3);
  const { entries, type } = await storedOf(server, instance);
  if (name !== undefined) {
    entryOf(instance, entries, name);
    entries.delete(name);
  }
  await write(server, instance, name === undefined ? new Map() : entries);
  const done = name === undefined ? `Cleared the state of ${instance.text}` : `Cleared '${name}' of ${instance.text}`;
  const isWhole = name === undefined && type !== "VirtualObject";
  told(output, done, isWhole ? await leftOf(server, instance) : undefined);
  return ExitCode.Ok;
}

function entryOf(instance: Instance, entries: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const value = entries.get(name);
  if (value !== undefined) return value;
  throw notFound(`${instance.text} has no state '${name}'${listed([...entries.keys()])}`);
}

/** @throws CommandError for what has neither state nor a service that could have some */
async function storedOf(server: ServerClient, instance: Instance): Promise<Stored> {
  const { services } = await server.adminJson<{ services: { name: string; ty: string }[] }>("GET", "/services");
  const service = services.find(({ name }) => name === instance.service);
  if (service?.ty === "Service") throw usage(`${service.name} is a plain service: it has no keys and no state`);
  const rows = await server.query(`select key, value from state where ${placeOf(instance)} order by key`);
  if (service === undefined && rows.length === 0) {
    throw notFound(`there is no service '${instance.service}'${listed(services.map(({ name }) => name))}`);
  }
  return {
    entries: new Map(rows.map((row) => [String(row.key), Buffer.from(String(row.value ?? ""), "hex")])),
    type: service?.ty as Stored["type"],
  };
}

/** The condition of a query for one instance: what another scope has under the same key is somebody else's. */
function placeOf({ service, key, scope }: Instance, prefix = ""): string {
  const scoped = scope === undefined ? "scope is null" : `scope = ${sqlText(scope)}`;
  return `${prefix}service_name = ${sqlText(service)} and ${prefix}service_key = ${sqlText(key)} and ${scoped}`;
}

/** What belongs to a workflow beside its state, and keeps its key from being run again. */
interface Left {
  readonly run?: { readonly id: string; readonly status: string };
  readonly promises: readonly string[];
}

async function leftOf(server: ServerClient, instance: Instance): Promise<Left | undefined> {
  const promises = await server.query(`select key from sys_promise where ${placeOf(instance)} order by key`);
  const [run] = await server.query(
    `select id, status from sys_invocation where ${placeOf(instance, "target_")} and target_service_ty = 'workflow' and target_handler_name = 'run' order by created_at desc limit 1`,
  );
  if (promises.length === 0 && run === undefined) return undefined;
  return {
    ...(run === undefined ? {} : { run: { id: String(run.id), status: String(run.status) } }),
    promises: promises.map(({ key }) => String(key)),
  };
}

async function write(server: ServerClient, instance: Instance, entries: ReadonlyMap<string, Buffer>): Promise<void> {
  await server.adminJson("POST", `/services/${encodeURIComponent(instance.service)}/state`, {
    object_key: instance.key,
    new_state: Object.fromEntries([...entries].map(([name, value]) => [name, [...value]])),
    ...(instance.scope === undefined ? {} : { scope: instance.scope }),
  });
}

function told(output: Output, done: string, left?: Left): void {
  if (output.isJson) {
    output.json({ done, ...(left === undefined ? {} : { left }) });
    return;
  }
  output.print(`${done}. If an invocation holds the key, that happens when it has finished.`);
  if (left === undefined) return;
  const { run, promises } = left;
  const names = promises.length === 1 ? `the promise ${promises[0]}` : `the promises ${promises.join(", ")}`;
  const things = [
    ...(run === undefined ? [] : [`the invocation ${run.id} of run (${run.status})`]),
    ...(promises.length === 0 ? [] : [names]),
  ];
  output.print(`Of the workflow this is left: ${things.join(", ")}.`);
  if (run?.status !== "completed") return;
  output.print(
    "The key can run again once that invocation is purged: PATCH /invocations/ID/purge, or in the dashboard.",
  );
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
