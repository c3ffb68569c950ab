import path from "node:path";
import { type Bed, onBed } from "./bed.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { type Part, recordPart } from "./results/index.ts";

export interface PartOptions {
  /** Rounds, unless the command line says another number. */
  readonly rounds: number;
  /** What `--count` counts, unless the command line or a smoke run says another number. */
  readonly count?: number;
  /** Options of this part alone, as those that all have. */
  readonly translate?: (argument: string) => string;
  /** The lines on them that stand before those on the others. */
  readonly usage?: string;
}

/** A benchmark of its own as a program: reads the command line, measures on a bed, prints, and records if it is asked to. */
export async function benchmarkPart(
  part: Part,
  defaults: PartOptions,
  report: (bed: Bed, options: Options) => Promise<string>,
): Promise<void> {
  const options = optionsOrExit(defaults);
  try {
    await onBed(options, async (bed) => {
      const text = await report(bed, options);
      console.log(text);
      if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart(part, text))}`);
    });
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function optionsOrExit({ rounds, count, translate, usage }: PartOptions): Options {
  try {
    const given = process.argv.slice(2);
    const args = translate === undefined ? given : given.map(translate);
    const options = parseOptions(args, rounds);
    const isCounted = options.isSmoke || args.some((argument) => /^--count(=|$)/.test(argument));
    return count === undefined || isCounted ? options : { ...options, count };
  } catch (error) {
    console.error([(error as Error).message, ...(usage === undefined ? [] : [usage]), USAGE].join("\n"));
    process.exit(2);
  }
}
