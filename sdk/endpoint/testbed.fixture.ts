/** What the tests of this room share: services, requests by hand, and a look at what came back. */
import { type Context, handlers, type LoggerTransport, object, service, workflow } from "../authoring/index.ts";
import { serde } from "../core/index.ts";
import {
  encodeInvocationId,
  FrameDecoder,
  INVOCATION_ID_BYTES,
  InputCommand,
  MessageType,
  messageTypeName,
  OutputCommand,
  RunCompletion,
  Start,
} from "../protocol/index.ts";

export const CONTENT_TYPE = "application/vnd.restate.invocation.v6";
export const PROPOSE = "ProposeRunCompletion";
export const LIMIT_BYTES = 64 * 1024 * 1024;

const id = Buffer.alloc(INVOCATION_ID_BYTES, 7);

export const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}!`,
    steps: async (ctx: Context, name: string) => await ctx.run("step", () => `Hello ${name}!`),
    large: async (_ctx: Context, length: number) => "x".repeat(length),
    /** Waits for nothing that the journal knows. */
    wait: async () => await new Promise(() => {}),
    request: async (ctx: Context) => {
      const { attemptHeaders, extraArgs } = ctx.request();
      return { header: attemptHeaders.get("x-test"), extraArgs };
    },
    previewed: handlers.handler(
      {
        input: {
          ...serde.binary,
          preview: {
            toJsonString: (bytes: Uint8Array) => JSON.stringify([...bytes]),
            fromJsonString: (json: string) => Uint8Array.from(JSON.parse(json) as number[]),
          },
        },
      },
      async (_ctx: Context, bytes: Uint8Array) => bytes.length,
    ),
  },
});

export const counter = object({ name: "Counter", handlers: { add: async () => {} } });
export const order = workflow({ name: "Order", handlers: { run: async () => {} } });

/** A logger that keeps what it is told. */
export function keptLog(): { readonly logger: LoggerTransport; readonly lines: string[] } {
  const lines: string[] = [];
  return { logger: (metadata, message) => void lines.push(`${metadata.level} ${String(message)}`), lines };
}

/** Start and input, as a server sends them; with more of the journal behind when there is any. */
export function opening(input: unknown, ...known: Buffer[]): Buffer {
  const start = Start.frame({ id, debugId: encodeInvocationId(id), knownEntries: 1 + known.length, randomSeed: 1n });
  return Buffer.concat([start, InputCommand.frame({ value: Buffer.from(JSON.stringify(input)) }), ...known]);
}

/** What the server answers to a proposal of the first run. */
export function runCompletion(value: unknown): Buffer {
  return RunCompletion.frame({ completionId: 1, value: Buffer.from(JSON.stringify(value)) });
}

/** Names of the messages in a response, with the output's JSON. */
export function transcript(bytes: Uint8Array): string[] {
  const decoder = new FrameDecoder(LIMIT_BYTES);
  decoder.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const names: string[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    const output = frame.type === MessageType.OutputCommand ? OutputCommand.decode(frame.body).value : undefined;
    names.push(output === undefined ? messageTypeName(frame.type) : `OutputCommand ${output.toString()}`);
  }
  decoder.end();
  return names;
}
