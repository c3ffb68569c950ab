import { ExitCode, usage } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import { type Output, tableOf } from "./output.ts";
import type { ServerClient } from "./server.ts";
import { sqlText } from "./target.ts";

const DEFAULT_LIMIT = 50;

/** `ls`: what there is. */
export async function ls(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [what = "invocations"] = expectWords(line, "ls [invocations | services | deployments]", 0, 1);
  switch (what) {
    case "invocations":
      return await invocations(line, server, output);
    case "services": {
      const { services } = await server.adminJson<{ services: ServiceJson[] }>("GET", "/services");
      if (output.isJson) output.json(services);
      else if (services.length === 0) output.print("No services are registered.");
      else {
        const rows = services.map(({ name, ty, revision, deployment_id: deployment, handlers }) => ({
          service: name,
          type: ty,
          revision,
          deployment,
          handlers: handlers.map((handler) => handler.name).join(" "),
        }));
        output.print(tableOf(rows));
      }
      return ExitCode.Ok;
    }
    case "deployments": {
      const { deployments } = await server.adminJson<{ deployments: DeploymentJson[] }>("GET", "/deployments");
      if (output.isJson) output.json(line.has("headers") ? deployments : deployments.map(withoutSecrets));
      else if (deployments.length === 0) output.print("No deployments are registered.");
      else {
        const rows = deployments.map(({ id, uri, created_at: created, services }) => ({
          deployment: id,
          uri,
          created,
          services: services.map(({ name, revision }) => `${name}@${revision}`).join(" "),
        }));
        output.print(tableOf(rows));
      }
      return ExitCode.Ok;
    }
    default:
      throw usage(`'${what}' cannot be listed; invocations, services and deployments can`);
  }
}

/** Headers of requests to an endpoint may be passwords, and what a command prints ends up in logs and on screens. */
function withoutSecrets(deployment: DeploymentJson): DeploymentJson {
  const { additional_headers: headers } = deployment;
  if (headers === undefined) return deployment;
  const masked = Object.fromEntries(Object.keys(headers).map((name) => [name, "(hidden; --headers shows it)"]));
  return { ...deployment, additional_headers: masked };
}

interface ServiceJson {
  readonly name: string;
  readonly ty: string;
  readonly revision: number;
  readonly deployment_id: string;
  readonly handlers: readonly { readonly name: string }[];
}

interface DeploymentJson {
  readonly additional_headers?: Readonly<Record<string, string>>;
  readonly id: string;
  readonly uri?: string;
  readonly created_at: string;
  readonly services: readonly { readonly name: string; readonly revision: number }[];
}

async function invocations(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const limit = Number(line.option("limit") ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1)
    throw usage(`--limit '${line.option("limit")}' is not a whole number above 0`);
  const status = line.option("status");
  const service = line.option("service");
  const conditions = [
    ...(status === undefined ? [] : [`status = ${sqlText(status)}`]),
    ...(service === undefined ? [] : [`target_service_name = ${sqlText(service)}`]),
  ];
  const where = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
  const rows = await server.query(
    "select id, target, status, created_at, retry_count, completion_result, completion_failure, last_failure " +
      `from sys_invocation${where} ` +
      `order by case status when 'completed' then 1 else 0 end, created_at desc limit ${limit}`,
  );
  if (output.isJson) output.json(rows);
  else if (rows.length === 0) output.print("There are no such invocations.");
  else {
    output.print(
      tableOf(
        rows.map((row) => ({
          id: row.id,
          target: row.target,
          status: row.status === "completed" && row.completion_result !== "success" ? "failed" : row.status,
          created: row.created_at,
          note: row.completion_failure ?? (row.status === "completed" ? undefined : row.last_failure),
        })),
      ),
    );
  }
  return ExitCode.Ok;
}
