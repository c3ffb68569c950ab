/** Measures one bundle, given as the argument, in this fresh process; prints one line of JSON. */
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const BATCH = 2_000;
const BATCHES = 40;

/** What the real server sends for a small call through its ingress; an answer of a typical size. */
const id = Buffer.from("26bb2b63cc9eb5fdbeae7b0eddb6e49f1b33ef95582d5f27", "hex");
const start = {
  id,
  debugId: "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo",
  knownEntries: 1,
  stateMap: [],
  partialState: true,
  key: "",
  retryCountSinceLastStoredEntry: 0,
  durationSinceLastStoredEntry: 1n,
  randomSeed: 5015155970343680799n,
};
const input = {
  headers: [
    { key: "x-restate-ingress-path", value: "/Greeter/greet" },
    { key: "user-agent", value: "curl/7.88.1" },
    { key: "accept", value: "*/*" },
    { key: "content-type", value: "application/json" },
    { key: "content-length", value: "6" },
  ],
  value: Buffer.from('"Till"'),
};
const output = { value: Buffer.from(JSON.stringify({ greeting: "Hello Till!", at: 1795556666000, tags: ["a", "b"] })) };
const large = { value: Buffer.alloc(1 << 20, 0x61) };

globalThis.gc?.();
const rssBefore = process.memoryUsage().rss;
const began = performance.now();
const codec = await import(pathToFileURL(process.argv[2]).href);
codec.decodeStart(Buffer.from(codec.encodeStart(start)));
codec.decodeInput(Buffer.from(codec.encodeInput(input)));
codec.decodeOutput(Buffer.from(codec.encodeOutput(output)));
const startUpMs = performance.now() - began;
globalThis.gc?.();
const rssBytes = process.memoryUsage().rss - rssBefore;

const bytes = {
  start: Buffer.from(codec.encodeStart(start)),
  input: Buffer.from(codec.encodeInput(input)),
  output: Buffer.from(codec.encodeOutput(output)),
  large: Buffer.from(codec.encodeOutput(large)),
};
// A candidate that got it wrong must not win.
const decodedStart = codec.decodeStart(bytes.start);
const decodedInput = codec.decodeInput(bytes.input);
if (decodedStart.debugId !== start.debugId || !id.equals(decodedStart.id)) throw new Error("Start is wrong");
if (decodedInput.headers[3].value !== "application/json") throw new Error("Input is wrong");
if (!output.value.equals(codec.valueOf(codec.decodeOutput(bytes.output)))) throw new Error("Output is wrong");
if (!large.value.equals(codec.valueOf(codec.decodeOutput(bytes.large)))) throw new Error("a large Output is wrong");
const isSeedExact = BigInt(decodedStart.randomSeed.toString()) === start.randomSeed;

/** Nanoseconds per operation: the fastest batch, since whatever else the machine does only makes batches slower. */
function fastest(operation, batch = BATCH) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < BATCHES; i++) {
    const from = process.hrtime.bigint();
    for (let n = 0; n < batch; n++) operation();
    best = Math.min(best, Number(process.hrtime.bigint() - from) / batch);
  }
  return best;
}

const ns = {
  "encode Start": fastest(() => codec.encodeStart(start)),
  "encode Input": fastest(() => codec.encodeInput(input)),
  "encode Output": fastest(() => codec.encodeOutput(output)),
  "decode Start": fastest(() => codec.decodeStart(bytes.start)),
  "decode Input": fastest(() => codec.decodeInput(bytes.input)),
  "decode Output": fastest(() => codec.decodeOutput(bytes.output)),
  "encode 1 MiB Output": fastest(() => codec.encodeOutput(large), 4),
  "decode 1 MiB Output": fastest(() => codec.decodeOutput(bytes.large), 4),
};
process.stdout.write(`${JSON.stringify({ startUpMs, rssBytes, isSeedExact, ns })}\n`);
