import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contender, type Profile, startContender } from "./contenders.ts";
import { Probe } from "./probe.ts";
import { calls } from "./scripts/calls.ts";

const scripts = [...calls];

for (const profile of ["flags-off", "flags-on"] as const satisfies Profile[]) {
  describe(profile, () => {
    let ours: Contender;
    let real: Contender;
    beforeAll(async () => {
      [ours, real] = await Promise.all([startContender("ours", profile), startContender("real", profile)]);
    });
    afterAll(async () => {
      await Promise.all([ours?.dispose(), real?.dispose()]);
    });
    for (const script of scripts) {
      it(script.name, async () => {
        const probes = [new Probe(ours), new Probe(real)] as const;
        await Promise.all(probes.map((probe) => script.run(probe)));
        expect(probes[0].lines).toEqual(probes[1].lines);
      });
    }
  });
}
