// node starter.mjs FILE SDK: imports a program. One that listens by itself is left alone. One that exports definitions of
// services, a fetch handler or a Lambda handler is served. One that does neither says so.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [file, sdk] = process.argv.slice(2);
let isListening = false;
const { send } = process;
process.send = (message, ...rest) => {
  if (message.listening !== undefined) isListening = true;
  return send.call(process, message, ...rest);
};

const exported = await import(pathToFileURL(file).href);
// What a program of CommonJS exports arrives below `default` as well.
const all = { ...exported, ...(typeof exported.default === "object" ? exported.default : {}) };
const values = [...new Set(Object.values(all))];
await new Promise((resolve) => setImmediate(resolve));

const isDefinition = (value) =>
  typeof value?.name === "string" &&
  [value.service, value.object, value.workflow].some((handlers) => typeof handlers === "object");
const definitions = values.filter(isDefinition);
const fetchHandler = [all.fetch, all.POST].find((value) => typeof value === "function");

if (isListening) process.send({ way: "listens" });
else if (fetchHandler !== undefined) {
  serveOverHttp1((request) => fetchHandler(request, {}, {}));
  process.send({ way: "fetch handler" });
} else if (typeof all.handler === "function") {
  serveOverHttp1((request) => throughLambda(all.handler, request));
  process.send({ way: "Lambda handler" });
} else if (definitions.length > 0) {
  // The same copy of the SDK as the program has, which may be the one for CommonJS.
  const { serve } = isCommonJs(file) ? createRequire(file)(sdk) : await import(sdk);
  await serve({ services: definitions, port: 0 });
  process.send({ way: "served by the check" });
} else {
  // A program that calls services ends when it has its answers.
  process.removeAllListeners("disconnect");
  process.send({ way: "ended" }, () => process.disconnect());
}

function isCommonJs(name) {
  const folder = path.dirname(name);
  const manifest = path.join(folder, "package.json");
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, "utf8")).type !== "module";
  return folder === name || isCommonJs(folder);
}

function serveOverHttp1(handle) {
  createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    const body = method === "GET" ? {} : { body: Buffer.concat(chunks) };
    const answer = await handle(new Request(`http://localhost${url}`, { method, headers, ...body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }).listen(0);
}

/** As API Gateway's HTTP APIs call a function. */
async function throughLambda(handler, request) {
  const { pathname } = new URL(request.url);
  const answer = await handler(
    {
      version: "2.0",
      rawPath: pathname,
      path: pathname,
      httpMethod: request.method,
      headers: Object.fromEntries(request.headers),
      requestContext: { http: { method: request.method, path: pathname } },
      body: Buffer.from(await request.arrayBuffer()).toString("base64"),
      isBase64Encoded: true,
    },
    { awsRequestId: "1", getRemainingTimeInMillis: () => 30_000 },
  );
  const body = Buffer.from(answer.body ?? "", answer.isBase64Encoded ? "base64" : "utf8");
  return new Response(body, { status: answer.statusCode, headers: answer.headers });
}
