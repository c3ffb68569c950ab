import { describe, expect, it } from "vitest";
import { Output } from "./output.ts";

/** Something to write to that takes `room` bytes and then fails with `code`. */
function target() {
  const state = {
    text: "",
    room: Number.POSITIVE_INFINITY,
    code: "ENOSPC",
    again: [] as (() => void)[],
    pauses: [] as number[],
    gone: 0,
  };
  const output = new Output({
    write: (bytes) => {
      const taken = Math.min(state.room, bytes.length);
      if (taken === 0) throw Object.assign(new Error(state.code), { code: state.code });
      state.room -= taken;
      state.text += bytes.toString("utf8", 0, taken);
      return taken;
    },
    later: (again, ms) => {
      state.again.push(again);
      state.pauses.push(ms);
    },
    afterGap: (dropped, code) => `(${dropped} dropped: ${code})\n`,
    onGone: () => state.gone++,
  });
  const next = () => state.again.shift()?.();
  return { state, output, next };
}

describe("an output that cannot be written", () => {
  it("drops the text, counts it, and says so before the next text that can be", () => {
    const { state, output } = target();
    output.write("one\n");
    state.room = 0;
    for (const text of ["two\n", "three\n"]) output.write(text);
    expect(output.dropped).toBe(2);
    state.room = Number.POSITIVE_INFINITY;
    output.write("four\n");
    expect(state.text).toBe("one\n(2 dropped: ENOSPC)\nfour\n");
    expect(output.dropped).toBe(0);
  });

  it("begins a new line after one that was cut off", () => {
    const { state, output } = target();
    state.room = 3;
    output.write("abcdef\n");
    state.room = Number.POSITIVE_INFINITY;
    output.write("next\n");
    expect(state.text).toBe("abc\n(1 dropped: ENOSPC)\nnext\n");
  });

  it("keeps the count while the disk stays full", () => {
    const { state, output } = target();
    state.room = 0;
    for (let each = 0; each < 5; each++) output.write("lost\n");
    expect(output.dropped).toBe(5);
    expect(state.text).toBe("");
  });

  it("is told when the reader of a pipe has gone, and not when a disk is full", () => {
    const { state, output } = target();
    state.room = 0;
    output.write("a");
    expect(state.gone).toBe(0);
    state.code = "EPIPE";
    output.write("b");
    expect(state.gone).toBe(1);
  });
});

describe("a reader that reads nothing", () => {
  it("gets everything in order when it reads again", () => {
    const { state, output, next } = target();
    state.code = "EAGAIN";
    state.room = 2;
    for (const text of ["one\n", "two\n", "three\n"]) output.write(text);
    expect(state.text).toBe("on");
    next();
    expect(state.text).toBe("on");
    state.room = Number.POSITIVE_INFINITY;
    next();
    expect(state.text).toBe("one\ntwo\nthree\n");
    output.write("four\n");
    expect(state.text).toBe("one\ntwo\nthree\nfour\n");
  });

  it("costs a bounded buffer: what is over it is dropped, and told of after the rest", () => {
    const { state, output, next } = target();
    state.code = "EAGAIN";
    state.room = 0;
    const line = `${"x".repeat(9_999)}\n`;
    for (let each = 0; each < 1000; each++) output.write(line);
    const kept = 1000 - output.dropped;
    expect(kept).toBe(Math.floor(2 ** 20 / line.length));
    expect(state.again).toHaveLength(1);
    state.room = Number.POSITIVE_INFINITY;
    next();
    expect(state.text.length).toBeLessThan(2 ** 20 + 100);
    expect(state.text.endsWith(`(${1000 - kept} dropped: EAGAIN)\n`)).toBe(true);
    expect(output.dropped).toBe(0);
  });
});

describe("a reader that is slow", () => {
  it("is asked again soon as long as it reads, and less and less often when it does not", () => {
    const { state, output, next } = target();
    state.code = "EAGAIN";
    state.room = 4;
    output.write("0123456789abcdef\n");
    for (let read = 0; read < 3; read++) {
      state.room = 4;
      next();
    }
    expect(state.text).toBe("0123456789abcdef");
    expect(state.pauses).toEqual([1, 1, 1, 1]);
    for (let tries = 0; tries < 7; tries++) next();
    expect(state.pauses.slice(4)).toEqual([2, 4, 8, 16, 32, 50, 50]);
    state.room = 4;
    next();
    expect(state.text).toBe("0123456789abcdef\n");
    expect(state.again).toEqual([]);
  });
});
