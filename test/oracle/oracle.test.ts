import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReportFile } from "../support/reports.ts";
import { compare } from "./compare.ts";
import { type Contender, type Profile, startContender } from "./contenders.ts";
import { type Difference, differences } from "./differences.ts";
import { documentUrl, withDifferences } from "./document.ts";
import { Probe } from "./probe.ts";
import { areas } from "./scripts/index.ts";
import { Tally } from "./tally.ts";

describe("docs/compatibility.md", () => {
  it("lists exactly the differences that are compared here", () => {
    // `npm run compatibility` writes it.
    const text = readFileSync(documentUrl, "utf8");
    expect(text).toBe(withDifferences(text));
  });
});

const profiles = ["flags-off", "flags-on"] as const satisfies Profile[];

function scriptsOf(profile: Profile) {
  return areas
    .flatMap(([area, scripts]) => scripts.map((script) => ({ area, script })))
    .filter(({ script }) => (script.profile ?? profile) === profile);
}

const tally = new Tally();
const report = new ReportFile("oracle");
afterAll(() => {
  for (const profile of profiles) console.log(tally.summary(profile));
  if (tally.size === profiles.flatMap(scriptsOf).length) report.write(tally.report());
});

for (const profile of profiles) {
  describe(profile, () => {
    const seen = new Set<Difference>();
    let ours: Contender;
    let real: Contender;
    beforeAll(async () => {
      [ours, real] = await Promise.all([startContender("ours", profile), startContender("real", profile)]);
    });
    afterAll(async () => {
      await Promise.all([ours?.dispose(), real?.dispose()]);
    });

    for (const { area, script } of scriptsOf(profile)) {
      it(script.name, async () => {
        const [ourProbe, realProbe] = [new Probe(ours), new Probe(real)];
        await Promise.all([script.run(ourProbe), script.run(realProbe)]);
        const comparison = compare(profile, script.name, ourProbe.lines, realProbe.lines, seen);
        tally.add(profile, area, script.name, comparison);
        expect(comparison.mismatches).toEqual([]);
      });
    }

    it("has at least 250 requests, half of them refused", () => {
      const { requests, refused } = tally.of(profile);
      expect(requests).toBeGreaterThanOrEqual(250);
      expect(refused).toBeGreaterThanOrEqual(requests / 2);
    });

    it("has every listed difference", () => {
      const expected = differences.filter(
        (difference) => difference.profile === undefined || difference.profile === profile,
      );
      const gone = expected.filter((difference) => !seen.has(difference)).map(({ what }) => what);
      expect(gone).toEqual([]);
    });
  });
}
