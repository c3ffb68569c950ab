import type { Difference } from "./differences.ts";
import type { Printed } from "./terminal.ts";

/** How many commands printed the same on both servers. */
export interface Verdict {
  equal: number;
  differentWithReason: number;
  /** What each side printed where no known difference explains it. */
  readonly unexplained: { readonly ours: Printed | undefined; readonly real: Printed | undefined }[];
}

/** Compares command by command. Known differences that were met go into `seen`. */
export function compare(
  ours: readonly Printed[],
  real: readonly Printed[],
  differences: readonly Difference[],
  seen: Set<Difference>,
): Verdict {
  const verdict: Verdict = { equal: 0, differentWithReason: 0, unexplained: [] };
  for (let index = 0; index < Math.max(ours.length, real.length); index++) {
    const pair = { ours: ours[index], real: real[index] };
    if (pair.ours === undefined || pair.real === undefined) verdict.unexplained.push(pair);
    else if (areSame(pair.ours, pair.real)) verdict.equal += 1;
    else if (isExplained(pair.ours, pair.real, differences, seen)) verdict.differentWithReason += 1;
    else verdict.unexplained.push(pair);
  }
  return verdict;
}

function isExplained(ours: Printed, real: Printed, differences: readonly Difference[], seen: Set<Difference>): boolean {
  const met: Difference[] = [];
  let [a, b] = [ours, real];
  for (const difference of differences) {
    if (!difference.commands.test(ours.command) || areSame(a, b)) continue;
    const { exits } = difference;
    const isExitExpected = exits !== undefined && exits.ours === a.exit && exits.real === b.exit;
    const exit = isExitExpected ? { exit: "as expected" } : {};
    const [left, right] = [
      { ...without(a, difference, "ours"), ...exit },
      { ...without(b, difference, "real"), ...exit },
    ];
    if (areSame(left, a) && areSame(right, b)) continue;
    [a, b] = [left, right];
    met.push(difference);
  }
  if (!areSame(a, b)) return false;
  for (const difference of met) seen.add(difference);
  return true;
}

/** What is printed beside the difference. */
function without(printed: Printed, difference: Difference, side: "ours" | "real"): Printed {
  const { [side]: dropped, blurred } = difference;
  const rest = (lines: readonly string[]): readonly string[] => {
    const kept = dropped === undefined ? lines : lines.filter((line) => !dropped.test(line));
    return blurred === undefined ? kept : kept.map((line) => line.replace(blurred, "$1…"));
  };
  return {
    ...printed,
    stdout: rest(printed.stdout),
    stderr: rest(printed.stderr),
  };
}

function areSame(a: Printed, b: Printed): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
