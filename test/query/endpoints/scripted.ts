/** An endpoint that speaks the protocol by hand: a handler that says every command with everything that it can carry. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import {
  AttachInvocationCommand,
  CallCommand,
  ClearAllStateCommand,
  ClearStateCommand,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  decodeInvocationId,
  End,
  encodeSignalAwakeableId,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetInvocationOutputCommand,
  GetLazyStateCommand,
  GetLazyStateKeysCommand,
  GetPromiseCommand,
  OneWayCallCommand,
  OutputCommand,
  PeekPromiseCommand,
  ProposeRunCompletion,
  RunCommand,
  SendSignalCommand,
  SetStateCommand,
  SleepCommand,
  Suspension,
} from "../../../sdk/protocol/index.ts";

const bytes = (text: string): Buffer => Buffer.from(text);
const metadata = [
  { key: "a", value: "1" },
  { key: "b", value: "2" },
];
const failures = [
  { code: 418, message: "teapot", metadata },
  { code: 409, message: "plain" },
];
const headers = [
  { key: "x-one", value: "1" },
  { key: "x-two", value: "2" },
];
const name = "label";
const YEAR_2100_MS = 4_102_444_800_000;

/** Everything that is said before the invocation waits for a signal that never comes. */
function everything(self: string): { readonly frames: Buffer[]; readonly results: number } {
  let ids = 0;
  const resultCompletionId = () => ++ids;
  const id = decodeInvocationId(self);
  if (id === undefined) throw new Error(`${self} is no invocation`);
  const results = [{ value: bytes("v") }, ...failures.map((failure) => ({ failure }))];
  const frames = [
    GetEagerStateCommand.frame({ key: bytes("k1"), value: bytes("v"), name }),
    GetEagerStateCommand.frame({ key: bytes("k2"), void: true, name }),
    GetEagerStateCommand.frame({ key: bytes("k3"), value: bytes("") }),
    GetEagerStateKeysCommand.frame({ value: [bytes("k1"), bytes("k2")], name }),
    GetEagerStateKeysCommand.frame({ value: [] }),
    SetStateCommand.frame({ key: bytes("k1"), value: bytes("v"), name }),
    GetLazyStateCommand.frame({ key: bytes("k1"), resultCompletionId: resultCompletionId(), name }),
    GetLazyStateCommand.frame({ key: bytes("none"), resultCompletionId: resultCompletionId() }),
    GetLazyStateKeysCommand.frame({ resultCompletionId: resultCompletionId(), name }),
    ClearStateCommand.frame({ key: bytes("k1"), name }),
    ClearAllStateCommand.frame({ name }),
    GetLazyStateKeysCommand.frame({ resultCompletionId: resultCompletionId() }),
    PeekPromiseCommand.frame({ key: "0", resultCompletionId: resultCompletionId(), name }),
  ];
  for (const [index, result] of results.entries()) {
    const key = String(index);
    const completion = "failure" in result ? { completionFailure: result.failure } : { completionValue: result.value };
    frames.push(
      CompletePromiseCommand.frame({ key, ...completion, resultCompletionId: resultCompletionId(), name }),
      CompletePromiseCommand.frame({ key, ...completion, resultCompletionId: resultCompletionId() }),
      GetPromiseCommand.frame({ key, resultCompletionId: resultCompletionId(), name }),
      PeekPromiseCommand.frame({ key, resultCompletionId: resultCompletionId() }),
    );
  }
  frames.push(SleepCommand.frame({ wakeUpTime: 1, resultCompletionId: resultCompletionId(), name }));
  for (const handlerName of ["value", "fails"]) {
    frames.push(
      CallCommand.frame({
        serviceName: "Callee",
        handlerName,
        parameter: bytes("in"),
        headers,
        idempotencyKey: `of ${handlerName}`,
        invocationIdNotificationIdx: resultCompletionId(),
        resultCompletionId: resultCompletionId(),
        name,
      }),
    );
  }
  for (const handlerName of ["value", "shared"]) {
    frames.push(
      CallCommand.frame({
        serviceName: "CalleeObject",
        handlerName,
        key: "key",
        invocationIdNotificationIdx: resultCompletionId(),
        resultCompletionId: resultCompletionId(),
      }),
    );
  }
  frames.push(
    OneWayCallCommand.frame({
      serviceName: "Callee",
      handlerName: "value",
      parameter: bytes("in"),
      invokeTime: YEAR_2100_MS,
      headers,
      idempotencyKey: "later",
      invocationIdNotificationIdx: resultCompletionId(),
      name,
    }),
    OneWayCallCommand.frame({
      serviceName: "CalleeObject",
      handlerName: "value",
      key: "another",
      invocationIdNotificationIdx: resultCompletionId(),
    }),
  );
  for (const [index, result] of [{ void: true as const }, ...results].entries()) {
    frames.push(
      SendSignalCommand.frame({ targetInvocationId: self, name: `signal ${index}`, ...result, entryName: name }),
      SendSignalCommand.frame({ targetInvocationId: self, idx: 20 + index, ...result }),
    );
  }
  for (const result of [...results, { value: bytes("") }]) {
    const completion = resultCompletionId();
    frames.push(
      RunCommand.frame({ resultCompletionId: completion, name }),
      ProposeRunCompletion.frame({ resultCompletionId: completion, ...result }),
    );
  }
  const targets = [
    { invocationId: "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo" },
    { workflowTarget: { workflowName: "Everything", workflowKey: "nobody" } },
    { idempotentRequestTarget: { serviceName: "Callee", handlerName: "value", idempotencyKey: "none" } },
    {
      idempotentRequestTarget: {
        serviceName: "CalleeObject",
        serviceKey: "key",
        handlerName: "value",
        idempotencyKey: "none",
      },
    },
  ];
  for (const target of targets) {
    frames.push(
      AttachInvocationCommand.frame({ ...target, resultCompletionId: resultCompletionId(), name }),
      GetInvocationOutputCommand.frame({ ...target, resultCompletionId: resultCompletionId() }),
    );
  }
  for (const [index, result] of results.entries()) {
    const awakeableId = encodeSignalAwakeableId(id, 30 + index);
    frames.push(CompleteAwakeableCommand.frame({ awakeableId, ...result, name }));
  }
  // Each completion, and the signals to itself: by name, by index, through an awakeable.
  return { frames, results: ids + 2 * (results.length + 1) + results.length };
}

const handlers = (...list: object[]) => list;
const manifest = {
  protocolMode: "REQUEST_RESPONSE",
  minProtocolVersion: 5,
  maxProtocolVersion: 6,
  services: [
    { name: "Everything", ty: "WORKFLOW", handlers: handlers({ name: "run", ty: "WORKFLOW" }) },
    { name: "Callee", ty: "SERVICE", handlers: handlers({ name: "value" }, { name: "fails" }) },
    {
      name: "CalleeObject",
      ty: "VIRTUAL_OBJECT",
      handlers: handlers({ name: "value", ty: "EXCLUSIVE" }, { name: "shared", ty: "SHARED" }),
    },
  ],
};

function answerTo(handler: string | undefined, self: string, isFirst: boolean): Buffer[] {
  if (handler === "fails") return [OutputCommand.frame({ failure: failures[0], name }), End.frame({})];
  if (handler !== "run") return [OutputCommand.frame({ value: bytes("called"), name }), End.frame({})];
  if (isFirst) return [...everything(self).frames, Suspension.frame({ waitingNamedSignals: ["never"] })];
  return [OutputCommand.frame({ failure: failures[0], name }), End.frame({})];
}

/** How many notifications the journal of that handler gets. */
export const RESULTS = everything("inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo").results;

/** Serves `Everything/{key}/run`: first it says everything and is suspended; resumed, it fails. */
export async function startScripted(): Promise<{ readonly url: string; close(): void }> {
  const seen = new Set<string>();
  const server = http.createServer(async (request, response) => {
    for await (const _chunk of request);
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/vnd.restate.endpointmanifest.v4+json" });
      response.end(JSON.stringify(manifest));
      return;
    }
    const self = String(request.headers["x-restate-invocation-id"]);
    const isFirst = !seen.has(self);
    seen.add(self);
    response.writeHead(200, { "content-type": request.headers["content-type"] ?? "" });
    response.end(Buffer.concat(answerTo(request.url?.split("/").at(-1), self, isFirst)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
