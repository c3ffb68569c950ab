const NOTHING: readonly Buffer[] = [];

/** The frames that are to be sent, until somebody takes them as one piece. */
export class Output {
  #frames: Buffer[] = NOTHING as Buffer[];

  add(frame: Buffer): void {
    if (this.#frames.length === 0) this.#frames = [frame];
    else this.#frames.push(frame);
  }

  take(): Uint8Array | undefined {
    const frames = this.#frames;
    if (frames.length === 0) return undefined;
    this.#frames = NOTHING as Buffer[];
    return frames.length === 1 ? frames[0] : Buffer.concat(frames);
  }
}
