import { afterEach, describe, expect, it, vi } from "vitest";
import { LoggerContext, type LogMetadata, LogSource, RestateLogLevel } from "../authoring/index.ts";
import { createConsoleLogger } from "./index.ts";

const about: LogMetadata = {
  source: LogSource.USER,
  level: RestateLogLevel.INFO,
  replaying: false,
  context: new LoggerContext("inv_1a", "S", "h", "k", undefined, { AWSRequestId: "r" }),
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the console logger", () => {
  it("says when, which invocation and how important", () => {
    const info = vi.spyOn(console, "info").mockImplementation(() => {});
    createConsoleLogger()(about, "hello", 1);
    const [prefix, ...rest] = info.mock.calls[0] ?? [];
    expect(prefix).toMatch(/^\[restate\]\[\d{4}-.*Z\]\[S\/k\/h\]\[inv_1a\]\[AWSRequestId: r\] INFO:$/);
    expect(rest).toEqual(["hello", 1]);
  });

  it("is silent while replaying, and below its level", () => {
    const spies = (["debug", "info", "warn"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    createConsoleLogger()({ ...about, replaying: true }, "again");
    createConsoleLogger()({ ...about, level: RestateLogLevel.DEBUG }, "detail");
    createConsoleLogger("WARN")(about, "unimportant");
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
    createConsoleLogger("Debug")({ ...about, level: RestateLogLevel.DEBUG }, "detail");
    expect(spies[0]?.mock.calls).toHaveLength(1);
  });

  it("refuses a level that does not exist", () => {
    expect(() => createConsoleLogger("loud")).toThrow('RESTATE_LOGGING is set to "loud"');
  });
});
