import { describe, expect, it } from "vitest";
import { createInProcessEndpoint } from "./in-process.ts";
import { CONTENT_TYPE, greeter, opening, PROPOSE, runCompletion, transcript } from "./testbed.fixture.ts";

class Sink {
  readonly chunks: Uint8Array[] = [];
  readonly ended: Promise<void>;
  readonly #end: () => void;
  ends = 0;

  constructor() {
    let end = () => {};
    this.ended = new Promise((resolve) => void (end = resolve));
    this.#end = end;
  }

  write(bytes: Uint8Array): void {
    this.chunks.push(bytes);
  }

  end(): void {
    this.ends += 1;
    this.#end();
  }

  messages(): string[] {
    return transcript(Buffer.concat(this.chunks));
  }
}

const endpoint = createInProcessEndpoint({ services: [greeter], identityKeys: ["not looked at"], logger: () => {} });
const headers = { "content-type": CONTENT_TYPE };

describe("an in-process endpoint", () => {
  it("tells its services", () => {
    expect(endpoint.manifest()).toMatchObject({ protocolMode: "BIDI_STREAM", services: [{ name: "Greeter" }] });
  });

  it("runs an attempt, and writes nothing before it has got its input", async () => {
    const sink = new Sink();
    const { status, attempt, headers: head } = endpoint.open("/invoke/Greeter/greet", headers, sink);
    expect([status, head["content-type"], sink.chunks.length]).toEqual([200, CONTENT_TYPE, 0]);
    attempt?.push(opening("Ada"));
    await sink.ended;
    expect(sink.messages()).toEqual(['OutputCommand "Hello Ada!"', "End"]);
    expect([sink.chunks.length, sink.ends]).toEqual([1, 1]);
  });

  it("goes on with what arrives while the attempt runs", async () => {
    const sink = new Sink();
    const { attempt } = endpoint.open("/invoke/Greeter/steps", headers, sink);
    attempt?.push(opening("Ada"));
    while (!sink.messages().includes(PROPOSE)) await new Promise((resolve) => setImmediate(resolve));
    attempt?.push(runCompletion("Hello Ada!"));
    await sink.ended;
    expect(sink.messages().at(-1)).toBe("End");
  });

  it("ends an attempt that is given up", async () => {
    const sink = new Sink();
    const { attempt } = endpoint.open("/invoke/Greeter/wait", headers, sink);
    attempt?.push(opening(null));
    attempt?.disconnected("the server stops");
    await sink.ended;
    expect(sink.ends).toBe(1);
  });

  it.each([
    ["/invoke/Nobody/greet", headers, 404],
    ["/invoke/Greeter/greet", { "content-type": "application/json" }, 415],
  ])("refuses %s with %j by %s", (path, given, status) => {
    const opened = endpoint.open(path, given, new Sink());
    expect(opened).toMatchObject({ status, headers: { "content-type": "application/json" } });
    expect(opened.attempt).toBeUndefined();
    expect(JSON.parse(new TextDecoder().decode(opened.body))).toHaveProperty("message");
  });
});
