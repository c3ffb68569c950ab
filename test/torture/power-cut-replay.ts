/** Plays a recording of `power-cut-shim.c` back: what would be on the disk if the power failed at a given entry. */

export type RecordedFile = "database" | "log" | "acknowledged";

export type Entry =
  | { readonly kind: "write"; readonly file: RecordedFile; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly file: RecordedFile; readonly size: number }
  | { readonly kind: "flush begin" | "flush end"; readonly file: RecordedFile; readonly flush: string };

const FILES: readonly RecordedFile[] = ["database", "log", "acknowledged"];
const HEADER_BYTES = 24;

/** Reads the recording of one process; flush numbers get `process` in front, since each process counts from 1. */
export function parseRecording(bytes: Buffer, process: number): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes.readUInt8(at);
    const file = FILES[bytes.readUInt8(at + 1)];
    const length = bytes.readUInt32LE(at + 4);
    const offset = Number(bytes.readBigUInt64LE(at + 8));
    if (file === undefined) throw new Error(`the recording is damaged at byte ${at}`);
    at += HEADER_BYTES;
    if (kind === 1) entries.push({ kind: "write", file, offset, data: bytes.subarray(at, at + length) });
    else if (kind === 4) entries.push({ kind: "truncate", file, size: offset });
    else entries.push({ kind: kind === 2 ? "flush begin" : "flush end", file, flush: `${process}/${offset}` });
    at += length;
  }
  return entries;
}

interface PendingWrite {
  readonly entry: number;
  readonly offset: number;
  readonly data: Buffer;
}

/** One file on a disk: what is certainly there, and the writes since then that may or may not have arrived. */
class DiskFile {
  #safe: Buffer;
  #pending: PendingWrite[] = [];
  readonly #flushBegins = new Map<string, number>();

  constructor(content: Buffer) {
    this.#safe = content;
  }

  write(entry: number, offset: number, data: Buffer): void {
    this.#pending.push({ entry, offset, data });
  }

  truncate(size: number): void {
    if (size < this.size())
      throw new Error("the model of the disk knows no truncation, and the storage should do none");
  }

  beginFlush(entry: number, flush: string): void {
    this.#flushBegins.set(flush, entry);
  }

  /** A flush covers what was written before it began, whatever was written while it ran. */
  endFlush(flush: string): void {
    const begin = this.#flushBegins.get(flush) ?? 0;
    this.#flushBegins.delete(flush);
    for (const { offset, data } of this.#pending.filter(({ entry }) => entry < begin)) {
      this.#safe = overlay(this.#safe, offset, data);
    }
    this.#pending = this.#pending.filter(({ entry }) => entry > begin);
  }

  /** The content that programs see while the power is on. */
  seen(): Buffer {
    let content: Buffer = Buffer.from(this.#safe);
    for (const { offset, data } of this.#pending) content = overlay(content, offset, data);
    return content;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  size(): number {
    return Math.max(this.#safe.length, ...this.#pending.map(({ offset, data }) => offset + data.length));
  }

  /**
   * What a power cut leaves. Of each sector with unflushed writes the disk has the state of some moment since the
   * last flush; `progress` says which, from 0 (as flushed) to 1 (all writes), for each sector anew. What was
   * never written reads as zeros, and `keepsSize` says whether the new length of the file has survived without
   * its content.
   */
  cut(sectorBytes: number, progress: () => number, keepsSize: boolean): Buffer {
    const bySector = new Map<number, PendingWrite[]>();
    for (const write of this.#pending) {
      const last = Math.floor((write.offset + write.data.length - 1) / sectorBytes);
      for (let sector = Math.floor(write.offset / sectorBytes); sector <= last; sector++) {
        const writes = bySector.get(sector);
        if (writes === undefined) bySector.set(sector, [write]);
        else writes.push(write);
      }
    }
    const image = Buffer.alloc(this.size());
    this.#safe.copy(image);
    let size = this.#safe.length;
    for (const [sector, writes] of bySector) {
      const arrived = Math.round(progress() * writes.length);
      for (const { offset, data } of writes.slice(0, arrived)) {
        const from = Math.max(offset, sector * sectorBytes);
        const to = Math.min(offset + data.length, (sector + 1) * sectorBytes);
        data.copy(image, from, from - offset, to - offset);
        size = Math.max(size, to);
      }
    }
    return keepsSize ? image : image.subarray(0, size);
  }
}

function overlay(content: Buffer, offset: number, data: Buffer): Buffer {
  const end = offset + data.length;
  let target = content;
  if (end > content.length) {
    target = Buffer.alloc(end);
    content.copy(target);
  }
  data.copy(target, offset);
  return target;
}

/** The disk under a recorded run. */
export class Disk {
  readonly database: DiskFile;
  readonly log: DiskFile;
  #entries = 0;
  #ready = 0;
  /** Last version of each item that somebody has been told of. */
  readonly #acknowledged = new Map<number, number>();

  constructor(database: Buffer, log: Buffer) {
    this.database = new DiskFile(database);
    this.log = new DiskFile(log);
  }

  get acknowledged(): ReadonlyMap<number, number> {
    return this.#acknowledged;
  }

  /** Starts of a server so far that got as far as an answer. */
  get ready(): number {
    return this.#ready;
  }

  apply(entry: Entry): void {
    const at = this.#entries++;
    if (entry.file === "acknowledged") {
      if (entry.kind === "write") this.#acknowledge(entry.data.toString());
      return;
    }
    const file = this[entry.file];
    if (entry.kind === "write") file.write(at, entry.offset, entry.data);
    else if (entry.kind === "truncate") file.truncate(entry.size);
    else if (entry.kind === "flush begin") file.beginFlush(at, entry.flush);
    else file.endFlush(entry.flush);
  }

  #acknowledge(lines: string): void {
    for (const line of lines.split("\n")) {
      if (line === "ready") this.#ready++;
      const [id, version] = line.split(" ").map(Number);
      if (id === undefined || version === undefined) continue;
      this.#acknowledged.set(id, Math.max(version, this.#acknowledged.get(id) ?? 0));
    }
  }
}
