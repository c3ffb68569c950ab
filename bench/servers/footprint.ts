import { execFileSync } from "node:child_process";
import fs from "node:fs";

const CLOCK_TICKS_PER_SECOND = 100;

/** Resident memory of a process in bytes, with that of the processes that it started. */
export function residentBytes(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + ownResidentBytes(each), 0);
}

/** CPU time that a process has used so far, in microseconds; `undefined` where there is no /proc. */
export function cpuUs(pid: number): number | undefined {
  try {
    const fields = statFields(fs.readFileSync(`/proc/${pid}/stat`, "latin1"));
    // utime and stime are fields 14 and 15 of the line; the first two are cut off.
    return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND) * 1e6;
  } catch {
    return undefined;
  }
}

/** CPU time of the whole machine, in microseconds: busy, and stolen by other guests of its host. */
export function machineCpuUs(): { busy: number; stolen: number } | undefined {
  try {
    const line = fs.readFileSync("/proc/stat", "latin1").split("\n", 1)[0] as string;
    const [user = 0, nice = 0, system = 0, , , interrupt = 0, softInterrupt = 0, stolen = 0] = line
      .trim()
      .split(/\s+/)
      .slice(1)
      .map((ticks) => (Number(ticks) / CLOCK_TICKS_PER_SECOND) * 1e6);
    return { busy: user + nice + system + interrupt + softInterrupt, stolen };
  } catch {
    return undefined;
  }
}

function ownResidentBytes(pid: number): number {
  if (fs.existsSync("/proc/self/status")) {
    try {
      const status = fs.readFileSync(`/proc/${pid}/status`, "latin1");
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      return 0; // ended meanwhile
    }
  }
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).trim()) * 1024;
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  if (fs.existsSync("/proc/self/stat")) {
    for (const name of fs.readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        parents.set(Number(name), Number(statFields(fs.readFileSync(`/proc/${name}/stat`, "latin1"))[1]));
      } catch {
        // ended meanwhile
      }
    }
  } else {
    for (const line of execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n")) {
      const [child, parent] = line.trim().split(/\s+/).map(Number);
      if (child !== undefined && parent !== undefined) parents.set(child, parent);
    }
  }
  const found: number[] = [];
  const isBelow = (each: number): boolean => {
    const parent = parents.get(each);
    return parent === pid || (parent !== undefined && parent > 1 && isBelow(parent));
  };
  for (const each of parents.keys()) if (isBelow(each)) found.push(each);
  return found;
}

/** Fields of a /proc stat line after the command's name, which may itself hold spaces and brackets. */
function statFields(line: string): string[] {
  return line.slice(line.lastIndexOf(")") + 2).split(" ");
}
