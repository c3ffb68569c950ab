import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { complaintsAbout, programOf } from "./compiler.ts";

const sdk = JSON.stringify(fileURLToPath(new URL("../../sdk/index.ts", import.meta.url)));
const clients = JSON.stringify(fileURLToPath(new URL("../../sdk/clients/index.ts", import.meta.url)));

/** By what makes clients: the methods, and how many arguments the compiler says they take. */
const service = { serviceClient: "1", serviceSendClient: "1" };
const keyed = { objectClient: "2", objectSendClient: "2", workflowClient: "2" };
const ofInterfaces = { client: "1-2", sendClient: "1-2" };
const makers = {
  ctx: { ...service, ...keyed, workflowSendClient: "2", ...ofInterfaces },
  scoped: { ...service, ...keyed, workflowSendClient: "2", ...ofInterfaces },
  ingress: { ...service, ...keyed, ...ofInterfaces },
};

test("options in a client's old place are one argument too many, in the compiler's words", () => {
  const calls = Object.entries(makers).flatMap(([maker, methods]) =>
    Object.entries(methods).map(([method, takes]) => {
      const key = takes === "1" ? "" : '"key", ';
      const definition = takes === "1-2" ? "contract" : '{ name: "a" }';
      return { line: `${maker}.${method}(${definition}, ${key}{ delay: 5 });`, takes };
    }),
  );
  const head = [
    `import * as restate from ${sdk};`,
    `import { connect } from ${clients};`,
    "declare const ctx: restate.Context;",
    'const scoped = ctx.scope("a");',
    'const ingress = connect({ url: "http://localhost:8080" });',
    'const contract = restate.iface.object("a", {});',
  ];
  const file = fileURLToPath(new URL("old-place.program.ts", import.meta.url));
  const program = programOf([], { [file]: [...head, ...calls.map(({ line }) => line)].join("\n") });
  const said = complaintsAbout(program, [file]).map(({ line, message }) => [calls[line - head.length]?.line, message]);
  expect(said).toEqual(
    calls.map(({ line, takes }) => {
      const expected = `Expected ${takes} arguments, but got ${takes === "1" ? 2 : 3}.`;
      return [line, expected];
    }),
  );
});
