import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReportFile } from "../support/reports.ts";
import { commandsOfHelp } from "./commands.ts";
import { compare } from "./compare.ts";
import { type Difference, differences } from "./differences.ts";
import { sessions } from "./sessions/index.ts";
import { type Profile, Stand } from "./stand.ts";
import { Terminal } from "./terminal.ts";

const reportFile = new ReportFile("restate-cli");
const profiles = Object.keys(sessions) as Profile[];
const report = { commands: 0, equal: 0, differentWithReason: 0, differentWithoutReason: 0 };
const typed: string[] = [];
let sessionsToCome = profiles.flatMap((profile) => sessions[profile]).length;

for (const profile of profiles) {
  const known = differences.filter((difference) => (difference.profile ?? profile) === profile);

  describe(profile, () => {
    const seen = new Set<Difference>();
    let ours: Terminal;
    let real: Terminal;
    beforeAll(async () => {
      const stands = await Promise.all([Stand.start("ours", profile), Stand.start("real", profile)]);
      [ours, real] = [new Terminal(stands[0]), new Terminal(stands[1])];
    });
    afterAll(async () => {
      await Promise.all([ours, real].map((terminal) => terminal?.dispose()));
    });

    for (const session of sessions[profile]) {
      it(session.title, async () => {
        const [from, realFrom] = [ours.printed.length, real.printed.length];
        await Promise.all([session.run(ours), session.run(real)]);
        typed.push(...ours.printed.slice(from).map(({ command }) => command));
        const verdict = compare(ours.printed.slice(from), real.printed.slice(realFrom), known, seen);
        report.commands += verdict.equal + verdict.differentWithReason + verdict.unexplained.length;
        report.equal += verdict.equal;
        report.differentWithReason += verdict.differentWithReason;
        report.differentWithoutReason += verdict.unexplained.length;
        sessionsToCome -= 1;
        expect(verdict.unexplained.map((pair) => pair.ours)).toEqual(verdict.unexplained.map((pair) => pair.real));
      });
    }

    it("has every listed difference", () => {
      // One that is of no profile need not be met with the flags on, where there are few commands.
      const expected = known.filter((difference) => difference.profile !== undefined || profile === "flags-off");
      expect(expected.filter((difference) => !seen.has(difference)).map(({ what }) => what)).toEqual([]);
    });
  });
}

describe("the list of commands", () => {
  it("has every command of the CLI that talks to a server", () => {
    const missing = commandsOfHelp().filter((command) => !typed.some((line) => line.startsWith(`restate ${command}`)));
    expect(missing).toEqual([]);
  });
});

afterAll(() => {
  if (sessionsToCome === 0) reportFile.write(report);
});
