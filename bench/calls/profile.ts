import fs from "node:fs";
import { SourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The parts of a V8 CPU profile that self times are computed from. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  /** When sampling began, in microseconds of the clock that `process.hrtime` reads too. */
  readonly startTime: number;
  /** The node that was on top of the stack, sample by sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  readonly place: string;
  /** Share of the time that the thread was not idle. */
  readonly share: number;
}

const NOT_WORK = new Set(["(idle)", "(root)"]);

/**
 * Functions by the time spent in themselves, most first.
 *
 * @param placeOf where a function of the bundle stands in the sources
 * @param fromUs samples before it are left out, the start of the server for example
 */
export function selfTimes(profile: CpuProfile, placeOf: PlaceOf, fromUs: number): SelfTime[] {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const totals = new Map<string, { name: string; place: string; us: number }>();
  let busyUs = 0;
  let atUs = profile.startTime;
  profile.samples.forEach((id, index) => {
    const us = Math.max(0, profile.timeDeltas[index] ?? 0);
    atUs += us;
    if (atUs < fromUs) return;
    const frame = frames.get(id);
    if (frame === undefined || NOT_WORK.has(frame.functionName)) return;
    busyUs += us;
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
    const place = placeOf(frame.url, frame.lineNumber, frame.columnNumber);
    const total = totals.get(`${name} ${place}`) ?? { name, place, us: 0 };
    total.us += us;
    totals.set(`${name} ${place}`, total);
  });
  return [...totals.values()]
    .map(({ name, place, us }) => ({ name, place, share: us / busyUs }))
    .sort((a, b) => b.share - a.share);
}

type PlaceOf = (url: string, line: number, column: number) => string;

/** Looks places up in the source maps that lie beside the bundle. Lines and columns count from 0. */
export function sourcePlaces(): PlaceOf {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (url: string): SourceMap | undefined => {
    if (!maps.has(url)) {
      const file = `${fileURLToPath(url)}.map`;
      // reason: the constructor's declared payload names more members than a source map needs to have.
      const payload = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
      maps.set(url, payload === undefined ? undefined : new SourceMap(payload));
    }
    return maps.get(url);
  };
  return (url, line, column) => {
    if (!url.startsWith("file:")) return url;
    const entry = mapOf(url)?.findEntry(line, column);
    if (entry !== undefined && "originalSource" in entry) {
      return `${entry.originalSource.replace(/^(\.\.\/)+/, "")}:${entry.originalLine + 1}`;
    }
    return `${path.basename(fileURLToPath(url))}:${line + 1}`;
  };
}

/** The profiles of a folder, the busiest thread first. */
export function readProfiles(folder: string): { file: string; profile: CpuProfile }[] {
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".cpuprofile"))
    .map((file) => ({ file, profile: JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as CpuProfile }))
    .sort((a, b) => busySamples(b.profile) - busySamples(a.profile));
}

function busySamples({ nodes, samples }: CpuProfile): number {
  const idle = new Set(nodes.filter((node) => NOT_WORK.has(node.callFrame.functionName)).map((node) => node.id));
  return samples.reduce((count, id) => count + (idle.has(id) ? 0 : 1), 0);
}
