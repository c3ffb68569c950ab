import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { openTelemetryHook } from "@restatedev/restate-sdk-opentelemetry";
import * as restate from "#sdk";
import { note } from "../../conformance/endpoints/diary.mjs";
import { serve } from "../../conformance/endpoints/serve.mjs";

/** Writes every span that ends into the diary under "spans". */
const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, attributes, status, parentSpanContext } = span;
      const { traceId, spanId } = span.spanContext();
      const events = span.events.map((event) => [event.name, event.attributes?.["exception.message"] ?? null]);
      note("spans", { name, attributes, status, events, traceId, spanId, parent: parentSpanContext?.spanId ?? null });
    }
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const hook = openTelemetryHook({
  tracer: provider.getTracer("conformance"),
  additionalAttemptAttributes: ({ request }) => ({ handler: request.target.handler }),
  additionalRunAttributes: (_ctx, name) => ({ length: name.length }),
});

const event = (name) => trace.getActiveSpan()?.addEvent(name);

const traced = restate.service({
  name: "Traced",
  options: { hooks: [hook] },
  handlers: {
    steps: async (ctx) => {
      event("handler begins");
      const first = await ctx.run("first", () => {
        event("within the step");
        return "first";
      });
      const both = await restate.RestatePromise.all([ctx.run("a", async () => "a"), ctx.run("b", async () => "b")]);
      event("handler ends");
      return [first, ...both];
    },
    // The second attempt replays the first step: its span and the events before it are not there again.
    retried: async (ctx, key) => {
      event("replayed event");
      await ctx.run("kept", () => undefined);
      event("event after the step");
      if (note(`${key} attempts`, "attempt") < 2) throw new restate.RetryableError("again", { retryAfter: 5 });
      return "at last";
    },
    flakyStep: async (ctx, key) =>
      ctx.run(
        "flaky",
        () => {
          if (note(`${key} tried`, "tried") < 2) throw new Error("not yet");
          return "at last";
        },
        { initialRetryInterval: 5 },
      ),
    failing: async (ctx) => {
      await ctx.run("refuse", () => {
        throw new restate.TerminalError("refused", { errorCode: 409 });
      });
    },
    calling: async (ctx) => ctx.serviceClient({ name: "Traced" }).called("x"),
    called: async (_ctx, value) => {
      event("called");
      return value;
    },
    waiting: async (ctx) => {
      event("before the sleep");
      await ctx.sleep(5);
      event("after the sleep");
    },
  },
});

serve([traced]);
