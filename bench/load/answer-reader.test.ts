import { describe, expect, it } from "vitest";
import { AnswerReader } from "./answer-reader.ts";

const greeting = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx-restate-id: inv_1\r\n\r\n"Hello Ådå"');

describe("AnswerReader", () => {
  it("reads an answer that arrives in one chunk, and the next one after it", () => {
    const reader = new AnswerReader();
    const created = Buffer.from("HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\nConnection: close\r\n\r\n{}");
    const whole = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"abc"');
    expect(reader.push(whole)).toEqual({ status: 200, body: '"abc"', isLast: false });
    expect(reader.push(created)).toEqual({ status: 202, body: "{}", isLast: true });
  });

  it("reads an answer however its bytes are split, from a chunk that is reused", () => {
    const length = greeting.length - greeting.indexOf("\r\n\r\n") - 4;
    const bytes = Buffer.from(greeting.toString().replace("12", String(length)));
    for (let size = 1; size < bytes.length; size++) {
      const reader = new AnswerReader();
      const shared = Buffer.alloc(size);
      let answer: unknown;
      for (let offset = 0; offset < bytes.length; offset += size) {
        const taken = bytes.copy(shared, 0, offset, offset + size);
        expect(answer).toBeUndefined();
        answer = reader.push(shared.subarray(0, taken));
      }
      expect(answer).toEqual({ status: 200, body: '"Hello Ådå"', isLast: false });
    }
  });

  it("takes a 204 without content-length for an empty answer", () => {
    const answer = new AnswerReader().push(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"));
    expect(answer).toEqual({ status: 204, body: "", isLast: false });
  });

  it("refuses what it cannot count: no length, surplus bytes, another protocol", () => {
    const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    expect(() => new AnswerReader().push(Buffer.from(chunked))).toThrow("without content-length");
    const surplus = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab";
    expect(() => new AnswerReader().push(Buffer.from(surplus))).toThrow("1 bytes after an answer");
    expect(() => new AnswerReader().push(Buffer.from("SSH-2.0\r\n\r\n"))).toThrow("no HTTP/1.1 answer");
  });
});
