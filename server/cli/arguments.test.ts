import { describe, expect, it } from "vitest";
import { readArguments, UsageError } from "./arguments.ts";

describe("the command line", () => {
  it("gives settings by option name, endpoints, and the command after --", () => {
    const args = readArguments(
      "dev --endpoint http://a --endpoint http://b --data-dir d --ephemeral --allowed-host h -c f -- node x.js --port 1".split(
        " ",
      ),
    );
    expect(args).toEqual({
      command: "dev",
      options: { "data-dir": "d", ephemeral: true, "allowed-host": ["h"] },
      configFile: "f",
      endpoints: ["http://a", "http://b"],
      useHttp11: false,
      child: ["node", "x.js", "--port", "1"],
      file: undefined,
      reload: "beside",
      patterns: undefined,
      isWatched: true,
    });
  });

  it("gives the file of dev, its arguments, and how it is reloaded", () => {
    const args = readArguments("dev src/app.ts --reload=replace -- --verbose".split(" "));
    expect(args).toMatchObject({ file: "src/app.ts", child: ["--verbose"], reload: "replace" });
    const command = readArguments("dev --watch a/*.py --watch b/*.py --no-watch -- python app.py".split(" "));
    expect(command).toMatchObject({ patterns: ["a/*.py", "b/*.py"], isWatched: false, file: undefined });
  });

  it.each([
    [[], "help"],
    [["--help"], "help"],
    [["dev", "-h"], "help"],
    [["start", "--version"], "version"],
    [["start"], "start"],
  ])("%j means %s", (argv, command) => expect(readArguments(argv).command).toBe(command));

  it.each([
    [["serve"], "'serve'"],
    [["start", "now"], "'now'"],
    [["dev", "--nope"], "--nope"],
    [["dev", "--host"], "--host"],
    [["start", "--endpoint", "http://a"], "'dev'"],
    [["start", "--", "node"], "'dev'"],
    [["start", "--reload=replace"], "'dev'"],
    [["dev", "a.ts", "b.ts"], "'b.ts'"],
    [["dev", "--reload=now"], "'now'"],
    [["dev", "a.ts", "--watch", "x"], "--watch"],
    [["dev", "--endpoint", "localhost:9080"], "'localhost:9080'"],
  ])("%j is refused in one line that names %s", (argv, named) => {
    const read = () => readArguments(argv);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(named);
    expect(read).not.toThrow("\n");
  });
});
