import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

describe("parseOptions", () => {
  it("measures both servers for five seconds a cell unless told otherwise, and records nothing by itself", () => {
    const options = parseOptions([], 5);
    expect(options).toMatchObject({ rounds: 5, measureMs: 5000, count: 100_000, shouldRecord: false });
    expect(options.servers).toEqual(["restate-server", "restate-lite"]);
    expect(options.answersPerConnection).toBeUndefined();
  });

  it("counts answers in a smoke run", () => {
    expect(parseOptions(["--smoke"], 5)).toMatchObject({ rounds: 1, isSmoke: true, answersPerConnection: 4 });
  });

  it("never records a smoke run, one of a single server, or one of some cells", () => {
    for (const part of [["--smoke"], ["--server", "restate-lite"], ["--only", "greet-1"], ["--profile"]]) {
      expect(() => parseOptions(["--record", ...part], 5)).toThrow("--record");
    }
  });

  it("refuses what makes no sense and says which option", () => {
    expect(() => parseOptions(["--rounds", "1.5"], 5)).toThrow("--rounds");
    expect(() => parseOptions(["--seconds", "0"], 5)).toThrow("--seconds");
    expect(() => parseOptions(["--count", "many"], 5)).toThrow("--count");
    expect(() => parseOptions(["--server", "other"], 5)).toThrow("--server");
    expect(() => parseOptions(["--nonsense"], 5)).toThrow("--nonsense");
  });

  it("measures the servers of the benchmark unless one is asked for", () => {
    expect(parseOptions([], 5, ["in-process"]).servers).toEqual(["in-process"]);
    expect(parseOptions(["--server", "restate-server"], 5, ["in-process"]).servers).toEqual(["restate-server"]);
    expect(parseOptions(["--profile", "--server", "in-process"], 5).servers).toEqual(["in-process"]);
  });
});
