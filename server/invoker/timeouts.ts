import type { Clock } from "../seams.ts";

/** Something that must show activity from time to time. */
export interface Watched {
  /** Time at which to call `expired`, as far as is known now; it may have moved on when the time comes. */
  expiresAtMs: number;
  /** Where `Timeouts` keeps it. */
  timeoutSlot: number | undefined;
  /** Called once `expiresAtMs` is past. */
  expired(nowMs: number): void;
}

/** Timeouts are late by at most this. */
const SLOT_MS = 100;

/**
 * Timeouts of many attempts with one timer. An attempt sits in the slot of its expiry; activity only changes
 * `expiresAtMs`, and an attempt whose slot comes too early moves on to a later one.
 */
export class Timeouts {
  readonly #clock: Clock;
  readonly #slots = new Map<number, Set<Watched>>();
  #wakeSlot = Number.POSITIVE_INFINITY;
  #cancelWake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Watches from now on, or takes notice that `expiresAtMs` has become earlier. */
  watch(watched: Watched): void {
    const slot = Math.ceil(watched.expiresAtMs / SLOT_MS);
    const current = watched.timeoutSlot;
    if (current !== undefined) {
      if (current <= slot) return;
      this.#slots.get(current)?.delete(watched);
    }
    this.#place(watched, slot);
  }

  unwatch(watched: Watched): void {
    const slot = watched.timeoutSlot;
    if (slot === undefined) return;
    watched.timeoutSlot = undefined;
    // The empty set stays until its time: attempts come and go faster than slots.
    this.#slots.get(slot)?.delete(watched);
  }

  close(): void {
    this.#cancelWake();
    this.#slots.clear();
  }

  #place(watched: Watched, slot: number): void {
    watched.timeoutSlot = slot;
    const set = this.#slots.get(slot);
    if (set !== undefined) set.add(watched);
    else this.#slots.set(slot, new Set([watched]));
    if (slot < this.#wakeSlot) this.#wakeAt(slot);
  }

  #wakeAt(slot: number): void {
    this.#cancelWake();
    this.#wakeSlot = slot;
    this.#cancelWake = this.#clock.wakeAt(slot * SLOT_MS, () => this.#wake());
  }

  #wake(): void {
    const nowMs = this.#clock.nowMs();
    this.#wakeSlot = Number.POSITIVE_INFINITY;
    this.#cancelWake = () => {};
    const due = [...this.#slots.keys()].filter((slot) => slot * SLOT_MS <= nowMs);
    for (const slot of due) {
      const watchedHere = this.#slots.get(slot);
      this.#slots.delete(slot);
      for (const watched of watchedHere ?? []) {
        watched.timeoutSlot = undefined;
        if (watched.expiresAtMs <= nowMs) watched.expired(nowMs);
        else this.#place(watched, Math.ceil(watched.expiresAtMs / SLOT_MS));
      }
    }
    let earliest = Number.POSITIVE_INFINITY;
    for (const [slot, set] of this.#slots) {
      if (set.size === 0) this.#slots.delete(slot);
      else if (slot < earliest) earliest = slot;
    }
    if (earliest < this.#wakeSlot) this.#wakeAt(earliest);
  }
}
