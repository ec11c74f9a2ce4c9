/** Counts frames a second over the last moments. */
export class FrameRate {
  readonly #windowMs: number;
  #times: number[] = [];

  constructor(windowMs = 3000) {
    this.#windowMs = windowMs;
  }

  /** A frame was finished; @returns frames per second, 0 for the first */
  add(nowMs: number): number {
    const before = this.#times.at(-1);
    this.#times = this.#times.filter((time) => nowMs - time <= this.#windowMs || time === before);
    this.#times.push(nowMs);
    const spanMs = nowMs - this.#times[0]!;
    return spanMs === 0 ? 0 : ((this.#times.length - 1) * 1000) / spanMs;
  }
}
