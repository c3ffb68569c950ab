import { text as readAll } from "node:stream/consumers";
import { type CommandError, ExitCode, foreignError, notFound, usage } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import type { Output } from "./output.ts";
import { type Answer, refused, type ServerClient } from "./server.ts";
import { handlerPath, jsonText } from "./target.ts";

/** `invoke`: the result of a handler on stdout, byte for byte. */
export async function invoke(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [target = "", given] = expectWords(line, "invoke SERVICE/HANDLER [JSON]", 1, 2);
  const path = handlerPath(target);
  const isSend = line.has("send");
  const delay = line.option("delay");
  const idempotencyKey = line.option("idempotency-key");
  if (delay !== undefined && !isSend) throw usage("--delay needs --send: a call that starts later has no answer now");
  const body = given === undefined ? undefined : jsonText(given === "-" ? await readAll(process.stdin) : given);
  const query = delay === undefined ? "" : `?delay=${encodeURIComponent(delay)}`;
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  };
  const answer = await server.ingress(`${path}${isSend ? "/send" : ""}${query}`, headers, body);
  const id = answer.headers.get("x-restate-id") ?? undefined;
  if (answer.status >= 400) throw await failure(target, answer, server);
  const text = answer.body.toString();
  if (isSend) {
    const sent = JSON.parse(text) as { invocationId: string; status: string };
    if (output.isJson) output.json(sent);
    else output.print(sent.invocationId);
  } else if (output.isJson) output.json({ invocationId: id, result: text === "" ? null : parsed(text) });
  else if (text !== "") output.value(text);
  return ExitCode.Ok;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function failure(target: string, answer: Answer, server: ServerClient): Promise<CommandError> {
  const text = answer.body.toString();
  // Only an invocation's own error has this; the others are about the request.
  if (answer.headers.get("x-restate-error-source") === "invocation") {
    const { code, message } = JSON.parse(text) as { code: number; message: string };
    return foreignError(ExitCode.HandlerFailed, String(code), `${target} failed: [${code}] ${message}`);
  }
  if (answer.status !== 404) return refused(answer);
  const { services } = await server.adminJson<{ services: { name: string; handlers: { name: string }[] }[] }>(
    "GET",
    "/services",
  );
  const [name = ""] = target.split("/");
  const service = services.find((one) => one.name === name);
  if (service === undefined) {
    const names = services.map((one) => one.name).join(", ");
    return notFound(`there is no service '${name}'; registered ${names === "" ? "is none" : `are ${names}`}`);
  }
  const handlers = service.handlers.map((one) => one.name).join(", ");
  return notFound(`${refused(answer).message}; the handlers of ${name} are ${handlers}`);
}
