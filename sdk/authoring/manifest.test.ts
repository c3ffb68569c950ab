import * as official from "@restatedev/restate-sdk";
import { createEndpointHandler } from "@restatedev/restate-sdk/fetch";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { iface, serde } from "../core/index.ts";
import { Components } from "./components.ts";
import { handlers, implement, object, service, workflow } from "./index.ts";

type DefaultOptions = NonNullable<Parameters<typeof createEndpointHandler>[0]["defaultServiceOptions"]>;

/** What the same source needs of an SDK. */
const ours = { service, object, workflow, handlers, implement, iface, serde } as unknown as typeof official;

interface Case {
  readonly title: string;
  readonly define: (sdk: typeof official) => unknown[];
  readonly defaults?: DefaultOptions;
  /** The oldest version of the manifest that can express it. */
  readonly since: 2 | 3 | 4;
}

const fn = async () => {};
const preview = { toJsonString: String, fromJsonString: JSON.parse };
const bytes = { serialize: (value: Uint8Array) => value, deserialize: (data: Uint8Array) => data };

const cases: Case[] = [
  {
    title: "plain functions",
    since: 2,
    define: (sdk) => [
      sdk.service({ name: "S", handlers: { a: fn, b: async (_: official.Context, name: string) => name } }),
      sdk.object({ name: "O", handlers: { a: fn, b: fn } }),
      sdk.workflow({ name: "W", handlers: { a: fn, run: fn, b: fn } }),
    ],
  },
  {
    title: "kinds of handlers",
    since: 2,
    define: (sdk) => [
      sdk.service({
        name: "S",
        handlers: { a: sdk.handlers.handler({}, fn), b: sdk.handlers.object.shared(fn) as never },
      }),
      sdk.object({
        name: "O",
        handlers: {
          shared: sdk.handlers.object.shared(fn),
          exclusive: sdk.handlers.object.exclusive({}, fn),
          service: sdk.handlers.handler({}, fn),
        },
      }),
      sdk.workflow({
        name: "W",
        handlers: {
          run: sdk.handlers.workflow.workflow({}, fn),
          shared: sdk.handlers.workflow.shared(fn),
          service: sdk.handlers.handler({}, fn),
        },
      }),
    ],
  },
  {
    title: "documentation and metadata",
    since: 2,
    define: (sdk) => [
      sdk.service({
        name: "S",
        description: "of the service",
        metadata: { owner: "me" },
        handlers: { a: sdk.handlers.handler({ description: "of the handler", metadata: { team: "us" } }, fn) },
      }),
      sdk.object({ name: "O", description: "", metadata: {}, handlers: { a: fn } }),
    ],
  },
  {
    title: "content types",
    since: 2,
    define: (sdk) => [
      sdk.service({
        name: "S",
        handlers: {
          binary: sdk.handlers.handler({ input: sdk.serde.binary, output: sdk.serde.binary }, fn as never),
          empty: sdk.handlers.handler({ input: sdk.serde.empty, output: sdk.serde.empty }, fn),
          accept: sdk.handlers.handler({ accept: "text/*" }, fn),
          acceptEmpty: sdk.handlers.handler({ accept: "text/*", input: sdk.serde.empty }, fn),
          setEmpty: sdk.handlers.handler({ setOutputContentTypeIfEmpty: true }, fn),
          setEmptyWithout: sdk.handlers.handler({ setOutputContentTypeIfEmpty: true, output: sdk.serde.empty }, fn),
          schema: sdk.handlers.handler(
            { input: sdk.serde.json.schema({ type: "string" }), accept: "a/b" },
            fn as never,
          ),
          schemaOut: sdk.handlers.handler({ output: sdk.serde.json.schema({ type: "string" }) }, fn as never),
          schemaOnly: sdk.handlers.handler(
            { input: { ...bytes, jsonSchema: { a: 1 } }, output: { ...bytes, jsonSchema: { b: 1 } } },
            fn as never,
          ),
          serde: sdk.handlers.handler({ serde: sdk.serde.binary }, fn as never),
        },
      }),
    ],
  },
  {
    title: "schemas of a schema library",
    since: 2,
    define: (sdk) => [
      sdk.service({
        name: "S",
        handlers: {
          object: sdk.handlers.handler(
            {
              input: sdk.serde.schema(z.object({ name: z.string(), age: z.number().optional() })),
              output: sdk.serde.schema(z.array(z.string())),
            },
            fn as never,
          ),
          nothing: sdk.handlers.handler({ input: sdk.serde.schema(z.void()) }, fn as never),
          inexpressible: sdk.handlers.handler({ input: sdk.serde.schema(z.map(z.string(), z.bigint())) }, fn as never),
          options: sdk.handlers.handler(
            { input: sdk.serde.schema(z.map(z.string(), z.bigint()), {}, { unrepresentable: "any" }) },
            fn as never,
          ),
        },
      }),
    ],
  },
  {
    title: "serdes with a preview",
    since: 2,
    define: (sdk) => [
      sdk.service({
        name: "S",
        metadata: { owner: "me" },
        handlers: {
          a: sdk.handlers.handler({ input: { ...bytes, preview, contentType: "a/b" } }, fn as never),
          b: sdk.handlers.handler({ output: { ...bytes, preview } }, fn as never),
        },
      }),
      sdk.object({ name: "O", handlers: { a: fn }, options: { serde: { ...bytes, preview } } }),
    ],
  },
  {
    title: "a service's serde",
    since: 2,
    define: (sdk) => [
      sdk.service({
        name: "S",
        handlers: {
          a: fn,
          b: sdk.handlers.handler({ serde: sdk.serde.empty, input: sdk.serde.json as never }, fn as never),
        },
        options: { serde: sdk.serde.binary },
      }),
    ],
  },
  {
    title: "timeouts, retention, lazy state and privacy",
    since: 3,
    define: (sdk) => {
      const options = {
        journalRetention: 0,
        idempotencyRetention: { days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5.9 },
        inactivityTimeout: { seconds: 30 },
        abortTimeout: 1500.7,
        ingressPrivate: true,
      };
      return [
        sdk.service({ name: "S", handlers: { a: sdk.handlers.handler(options, fn) }, options }),
        sdk.object({
          name: "O",
          handlers: {
            a: sdk.handlers.object.shared({ ...options, enableLazyState: false }, fn),
            b: sdk.handlers.object.exclusive({ enableLazyState: true, ingressPrivate: false }, fn),
          },
          options: { ...options, enableLazyState: true },
        }),
        sdk.workflow({
          name: "W",
          handlers: { run: sdk.handlers.workflow.workflow(options, fn), b: fn },
          options: { ...options, enableLazyState: true, workflowRetention: { days: 3 } },
        }),
      ];
    },
  },
  {
    title: "retry policies",
    since: 4,
    define: (sdk) => {
      const retryPolicy = {
        initialInterval: 10,
        maxInterval: { seconds: 5 },
        maxAttempts: 7,
        exponentiationFactor: 1.5,
        onMaxAttempts: "kill" as const,
      };
      return [
        sdk.service({
          name: "S",
          handlers: { a: sdk.handlers.handler({ retryPolicy }, fn) },
          options: { retryPolicy },
        }),
        sdk.object({ name: "O", handlers: { a: fn }, options: { retryPolicy: { onMaxAttempts: "pause" } } }),
        sdk.workflow({ name: "W", handlers: { run: fn }, options: { retryPolicy: {} } }),
      ];
    },
  },
  {
    title: "the endpoint's defaults",
    since: 4,
    defaults: {
      journalRetention: { hours: 1 },
      inactivityTimeout: 5,
      retryPolicy: { maxAttempts: 3 },
      enableLazyState: true,
      workflowRetention: 9,
      serde: official.serde.binary,
    },
    define: (sdk) => [
      sdk.service({ name: "S", handlers: { a: fn }, options: { inactivityTimeout: 6 } }),
      sdk.object({ name: "O", handlers: { a: fn }, options: { retryPolicy: { initialInterval: 1 } } }),
      sdk.workflow({ name: "W", handlers: { run: fn, b: fn } }),
    ],
  },
  {
    title: "implemented interfaces",
    since: 3,
    define: (sdk) => {
      const opts = { description: "declared", metadata: { from: "interface" } };
      const greeter = sdk.iface.service("G", { a: sdk.iface.json<string, string>(opts), b: sdk.iface.json() }, opts);
      const counter = sdk.iface.object("C", {
        add: sdk.iface.schemas({ input: z.number(), output: z.string(), ...opts }),
        get: sdk.iface.shared.serdes({ input: sdk.serde.empty, output: sdk.serde.binary }),
      });
      const signup = sdk.iface.workflow("W", { run: sdk.iface.json<string>(), b: sdk.iface.shared.json() });
      return [
        sdk.implement(greeter, {
          handlers: { a: async (_, name) => name, b: fn },
          metadata: { from: "implementation" },
          options: { ingressPrivate: true, handlers: { a: { description: "overridden", abortTimeout: 5 } } },
        }),
        sdk.implement(counter, {
          handlers: { add: async () => "", get: fn as never },
          options: { enableLazyState: true },
        }),
        sdk.implement(signup, { handlers: { run: fn, b: fn }, options: { workflowRetention: 5 } }),
      ];
    },
  },
];

async function officialDiscovery(
  { define, defaults = {} }: Case,
  version: number,
  bidirectional: boolean,
): Promise<{ status: number; body: string }> {
  const handler = createEndpointHandler({
    services: define(official) as never,
    defaultServiceOptions: defaults,
    bidirectional,
    logger: () => {},
  });
  const accept = `application/vnd.restate.endpointmanifest.v${version}+json`;
  const response = await handler(new Request("http://localhost/discover", { headers: { accept } }));
  return { status: response.status, body: await response.text() };
}

function discovery({ define, defaults = {} }: Case, version: 2 | 3 | 4, bidirectional: boolean): string {
  const protocolMode = bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE";
  return JSON.stringify(new Components(define(ours), defaults).manifest({ version, protocolMode }));
}

const versions = [2, 3, 4] as const;

/** The official SDK needs it, Node 20 does not have it. */
beforeAll(() => {
  if ("withResolvers" in Promise) return;
  Object.defineProperty(Promise, "withResolvers", {
    value: () => {
      let settle = {};
      const promise = new Promise((resolve, reject) => {
        settle = { resolve, reject };
      });
      return { promise, ...settle };
    },
  });
});

test("optional input is announced as optional, where the official SDK announces none and real servers refuse it", async () => {
  const optional: (typeof cases)[number] = {
    title: "optional input",
    since: 2,
    define: (sdk) => {
      const input = sdk.serde.schema(z.object({ n: z.number() }).optional());
      return [sdk.service({ name: "S", handlers: { greet: sdk.handlers.handler({ input }, fn as never) } })];
    },
  };
  const inputIn = (text: string) => JSON.parse(text).services[0].handlers[0].input;
  expect(inputIn((await officialDiscovery(optional, 4, true)).body).contentType).toBeUndefined();
  expect(inputIn(discovery(optional, 4, true))).toMatchObject({ required: false, contentType: "application/json" });
});

describe.each(cases)("the manifest of $title", (given) => {
  test.each(versions.filter((version) => version >= given.since))(
    "equals the official SDK's to the letter in version %i",
    async (version) => {
      for (const bidirectional of [true, false]) {
        const { status, body } = await officialDiscovery(given, version, bidirectional);
        expect(status).toBe(200);
        expect(discovery(given, version, bidirectional)).toBe(body);
      }
    },
  );

  test.each(versions.filter((version) => version < given.since))(
    "is refused in version %i, which cannot express it",
    async (version) => {
      expect((await officialDiscovery(given, version, true)).status).toBe(500);
      expect(() => discovery(given, version, true)).toThrow(
        expect.objectContaining({ name: "SdkError", code: "RL_SDK_MANIFEST_TOO_OLD" }),
      );
    },
  );
});

test("a refusal names the handler, the option and the version that it needs", () => {
  const components = new Components([
    service({ name: "S", handlers: { a: handlers.handler({ retryPolicy: { maxAttempts: 3 } }, fn) } }),
  ]);
  expect(() => components.manifest({ version: 3, protocolMode: "BIDI_STREAM" })).toThrow(
    /S\/a sets "retryPolicyMaxAttempts".* version 3 .*needs 4/,
  );
});

test.each([Number.NaN, -1, { seconds: Number.POSITIVE_INFINITY }])("the duration %j is refused at once", (duration) => {
  const definition = service({ name: "S", handlers: { a: handlers.handler({ abortTimeout: duration }, fn) } });
  expect(() => new Components([definition])).toThrow(
    expect.objectContaining({ code: "RL_SDK_BAD_DURATION", message: expect.stringMatching(/"abortTimeout" of S\/a/) }),
  );
});
