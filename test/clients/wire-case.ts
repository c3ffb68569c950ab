import { iface } from "@restatedev/restate-sdk";
import type * as official from "@restatedev/restate-sdk-clients";
import type { ClientModule } from "./modules.ts";
import type { Answer } from "./recording.ts";

export type Handler<I, O> = (context: unknown, input: I) => Promise<O>;
export type Greeter = { greet: Handler<unknown, unknown>; ping: (context: unknown) => Promise<void> };
export type Flow = { run: Handler<unknown, unknown>; approve: Handler<unknown, unknown> };

export const greeter = { name: "Greeter" };
export const flow = { name: "Flow" };
export const accepted = '{"invocationId":"inv_1","status":"Accepted"}';
export const upperCase: official.Serde<string> = {
  contentType: "text/x-upper",
  serialize: (value) => Buffer.from(value.toUpperCase()),
  deserialize: (bytes) => Buffer.from(bytes).toString().toLowerCase(),
};
export const silent: official.Serde<string> = {
  serialize: (value) => Buffer.from(value),
  deserialize: (bytes) => Buffer.from(bytes).toString(),
};
export const reversed: official.JournalValueCodec = {
  encode: (bytes) => Uint8Array.from(bytes).reverse(),
  decode: async (bytes) => Uint8Array.from(bytes).reverse(),
};
export const contract = iface.service("Contract", {
  shout: iface.serdes({ input: upperCase, output: upperCase }),
  plain: iface.json<{ a: number }, number>(),
  nothing: iface.json(),
});
export const objectContract = iface.object("ObjectContract", {
  shout: iface.serdes({ input: upperCase, output: upperCase }),
});
export const workflowContract = iface.workflow("WorkflowContract", {
  run: iface.serdes({ input: upperCase, output: upperCase }),
});

export interface Case {
  readonly title: string;
  readonly options?: Partial<official.ConnectionOpts>;
  /** What the server answers; the last one again and again. Default: 200 with `1`. */
  readonly answers?: readonly Answer[];
  /** Returns what the caller sees. */
  readonly act: (ingress: official.Ingress, client: ClientModule) => PromiseLike<unknown>;
}

// No pause is long: the cases with retries take a few milliseconds.
export const retry = { initialInterval: 1, maxInterval: 2 };
export const refused = new TypeError("fetch failed", {
  cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
});
export const failure = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: `{"code":${status},"message":"no"}`,
});
