import { nowUs } from "./clock.ts";
import { Latencies } from "./latencies.ts";
import type { Duration, Measured } from "./order.ts";

/** One measurement: tells each connection when to stop and counts what fell into the measured time. */
export class Window {
  readonly #latencies = new Latencies();
  readonly #fromUs: number;
  readonly #untilUs: number;
  readonly #answersWanted: number;
  readonly #cpuBefore = process.cpuUsage();
  readonly #openedAtUs = nowUs();
  #allAnswers = 0;
  #lastAnswerUs = 0;
  #errors = 0;
  #firstError: string | undefined;

  /** Opens now. With `answersWanted` it ends after so many answers, all of them measured. */
  constructor(duration: Duration, answersWanted?: number) {
    this.#fromUs = this.#openedAtUs + (answersWanted === undefined ? duration.warmUpMs * 1000 : 0);
    this.#untilUs = answersWanted === undefined ? this.#fromUs + duration.measureMs * 1000 : Number.POSITIVE_INFINITY;
    this.#answersWanted = answersWanted ?? Number.POSITIVE_INFINITY;
  }

  /** Takes note of a right answer that arrived at `atUs`, and says whether another request should follow it. */
  answered(sentAtUs: number, atUs: number): boolean {
    this.#allAnswers++;
    if (atUs >= this.#fromUs && atUs < this.#untilUs) {
      this.#latencies.add(atUs - sentAtUs);
      this.#lastAnswerUs = atUs;
    }
    return atUs < this.#untilUs;
  }

  failed(reason: string): void {
    this.#errors++;
    this.#firstError ??= reason;
  }

  /** When the measured time ends, in milliseconds from now; infinite when answers are counted instead. */
  get remainingMs(): number {
    return (this.#untilUs - nowUs()) / 1000;
  }

  get answersWanted(): number {
    return this.#answersWanted;
  }

  result(): Measured {
    const untilUs = Number.isFinite(this.#untilUs) ? this.#untilUs : this.#lastAnswerUs;
    const cpu = process.cpuUsage(this.#cpuBefore);
    const answers = this.#latencies.count;
    return {
      answers,
      answersPerSecond: answers === 0 ? 0 : answers / ((untilUs - this.#fromUs) / 1e6),
      p50Us: this.#latencies.percentile(0.5),
      p90Us: this.#latencies.percentile(0.9),
      p99Us: this.#latencies.percentile(0.99),
      maxUs: this.#latencies.percentile(1),
      allAnswers: this.#allAnswers,
      errors: this.#errors,
      ...(this.#firstError === undefined ? {} : { firstError: this.#firstError }),
      loadCpuUs: (cpu.user + cpu.system) / Math.max(1, this.#allAnswers),
    };
  }
}
