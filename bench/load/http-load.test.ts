import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { httpLoad } from "./http-load.ts";
import type { HttpOrder } from "./order.ts";

let server: http.Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function orderTo(onRequest: http.RequestListener, part: Partial<HttpOrder>): Promise<HttpOrder> {
  const started = http.createServer(onRequest);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return {
    kind: "http",
    port: (started.address() as AddressInfo).port,
    method: "POST",
    connections: 4,
    paths: ["/a", "/b"],
    body: '"Ada"',
    expectedStatus: 200,
    expectedBody: '"Hello"',
    warmUpMs: 0,
    measureMs: 0,
    answers: 40,
    ...part,
  };
}

const greet: http.RequestListener = (_request, answer) => {
  answer.writeHead(200, { "content-length": 7 }).end('"Hello"');
};

describe("httpLoad", () => {
  it("sends exactly as many requests as answers are wanted, spread over the paths", async () => {
    const asked: string[] = [];
    const bodies = new Set<string>();
    const order = await orderTo((request, answer) => {
      asked.push(request.url ?? "");
      request.setEncoding("utf8").on("data", (text: string) => bodies.add(text));
      request.on("end", () => greet(request, answer as never));
    }, {});
    const measured = await httpLoad(order);
    expect(measured).toMatchObject({ answers: 40, allAnswers: 40, errors: 0 });
    expect(measured.p50Us).toBeGreaterThan(0);
    expect(measured.answersPerSecond).toBeGreaterThan(0);
    expect(asked).toHaveLength(40);
    expect(new Set(asked)).toEqual(new Set(["/a", "/b"]));
    expect([...bodies]).toEqual(['"Ada"']);
  });

  it("counts every answer that the server gave, those of the warm-up included", async () => {
    let given = 0;
    const count: http.RequestListener = (request, answer) => {
      given++;
      greet(request, answer);
    };
    const order = await orderTo(count, { warmUpMs: 20, measureMs: 40 });
    const { answers: _, ...timed } = order;
    const measured = await httpLoad(timed);
    expect(measured.allAnswers).toBe(given);
    expect(measured.answers).toBeLessThan(given);
    expect(measured.errors).toBe(0);
  });

  it("counts a wrong body and a wrong status as errors, with the first one's text", async () => {
    const order = await orderTo(greet, { expectedBody: '"Bye"' });
    expect(await httpLoad(order)).toMatchObject({ allAnswers: 0, errors: 4, firstError: '/a: answered 200 "Hello"' });
    const refusing: http.RequestListener = (_request, answer) => {
      answer.writeHead(503, { "content-length": 4 }).end("busy");
    };
    const refused = await httpLoad(await orderTo(refusing, {}));
    expect(refused).toMatchObject({ errors: 4, firstError: "/a: answered 503 busy" });
  });

  it("counts connections that the server drops, and ends all the same", async () => {
    const order = await orderTo((request) => request.socket.destroy(), {});
    expect(await httpLoad(order)).toMatchObject({ answers: 0, errors: 4 });
  });

  it("rejects when nothing listens", async () => {
    const order = await orderTo(greet, {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(httpLoad(order)).rejects.toThrow("ECONNREFUSED");
  });
});
