import { describe, expect, it } from "vitest";
import { delayOf, Opts, SendOpts, takeApart } from "./options.ts";
import * as rpc from "./rpc.ts";

const options = rpc.opts({ idempotencyKey: "1" });

describe("the arguments of a handler's method", () => {
  it.each([
    ["nothing", [], undefined, undefined],
    ["an argument", ["x"], "x", undefined],
    ["options alone", [options], undefined, options],
    ["an argument and options", ["x", options], "x", options],
    ["an argument and options left out", ["x", undefined], "x", undefined],
    ["undefined and options", [undefined, options], undefined, options],
    ["an argument that has a member `opts`", [{ opts: {} }], { opts: {} }, undefined],
    ["an argument without a prototype", [Object.create(null)], Object.create(null), undefined],
  ])("%s", (_title, args, parameter, expected) => {
    const taken = takeApart(args as unknown[], "Greeter/greet");
    expect(taken).toEqual({ parameter, options: expected });
  });

  it("may be options of another copy of the classes, as ESM and CommonJS have", () => {
    const Other = {
      Opts: class Opts {
        opts = { idempotencyKey: "1" };
      },
    }.Opts;
    const other = new Other();
    expect(takeApart([other], "Greeter/greet").options).toBe(other);
  });

  it("cannot be two", () => {
    expect(() => takeApart(["x", "y"], "Greeter/greet")).toThrow(/Greeter\/greet.*rpc\.opts/);
    expect(() => takeApart(["x", { idempotencyKey: "1" }], "Greeter/greet")).toThrow(TypeError);
  });

  it("cannot be three", () => {
    expect(() => takeApart(["x", options, "y"], "Greeter/greet")).toThrow("not 3 arguments");
  });
});

describe("the delay of a send", () => {
  it("is in milliseconds, from a number or a duration", () => {
    expect(rpc.sendOpts({ delay: 12.9 }).delay()).toBe(12);
    expect(SendOpts.from({ delay: { minutes: 1, milliseconds: 1 } }).delay()).toBe(60_001);
    expect(SendOpts.from({}).delay()).toBeUndefined();
  });

  it("comes from the options of a send alone", () => {
    expect(delayOf(rpc.sendOpts({ delay: 5 }))).toBe(5);
    expect(delayOf(Opts.from({ delay: 5 } as object))).toBeUndefined();
    expect(delayOf(undefined)).toBeUndefined();
  });
});
