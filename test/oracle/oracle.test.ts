import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { type Contender, type Profile, startContender } from "./contenders.ts";
import { type Difference, differences } from "./differences.ts";
import { documentUrl, expectedDocument } from "./document.ts";
import { Probe } from "./probe.ts";
import { registrations, shapes } from "./scripts/admin.ts";
import { calls } from "./scripts/calls.ts";
import { flowControl } from "./scripts/flow-control.ts";
import { invocations } from "./scripts/invocations.ts";
import { kafka } from "./scripts/kafka.ts";
import { manifests } from "./scripts/manifests.ts";
import { openApi } from "./scripts/openapi.ts";
import { refusals } from "./scripts/refusals.ts";
import { restarts } from "./scripts/restarts.ts";
import { results } from "./scripts/results.ts";
import { scopes } from "./scripts/scopes.ts";
import { settings } from "./scripts/settings.ts";
import { signals } from "./scripts/signals.ts";
import { Tally } from "./tally.ts";

const scripts = [
  shapes,
  ...openApi,
  ...calls,
  ...refusals,
  ...results,
  ...signals,
  ...scopes,
  ...flowControl,
  ...invocations,
  ...restarts,
  ...registrations,
  ...manifests,
  ...kafka,
  ...settings,
];

describe("docs/compatibility.md", () => {
  it("lists exactly the differences that are compared here", () => {
    // `node --import tsx test/oracle/write-document.ts` writes it.
    expect(readFileSync(documentUrl, "utf8")).toBe(expectedDocument());
  });
});

const profiles = ["flags-off", "flags-on"] as const satisfies Profile[];

function scriptsOf(profile: Profile) {
  return scripts.filter((candidate) => (candidate.profile ?? profile) === profile);
}

const tally = new Tally();
afterAll(() => {
  for (const profile of profiles) console.log(tally.summary(profile));
  // Only of all of it: nobody should quote the numbers of a part.
  if (tally.size === profiles.flatMap(scriptsOf).length) tally.write();
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

    for (const script of scriptsOf(profile)) {
      it(script.name, async () => {
        const [ourProbe, realProbe] = [new Probe(ours), new Probe(real)];
        await Promise.all([script.run(ourProbe), script.run(realProbe)]);
        const { mismatches, verdicts } = compare(profile, script.name, ourProbe.lines, realProbe.lines, seen);
        tally.add(profile, script.name, verdicts);
        expect(mismatches).toEqual([]);
      });
    }

    it("has at least 250 requests, half of them refused", () => {
      const { cases, refused } = tally.of(profile);
      expect(cases).toBeGreaterThanOrEqual(250);
      expect(refused).toBeGreaterThanOrEqual(cases / 2);
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
