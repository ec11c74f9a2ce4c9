/** Counts frames a second over the last moments. */
export class FrameRate {
  readonly #windowMs: number;
  #times: number[] = [];

  constructor(windowMs = 3000) {
    this.#windowMs = windowMs;
  }

  /** A frame was finished; @returns frames per second */
  add(nowMs: number): number {
    this.#times.push(nowMs);
    this.#times = this.#times.filter((time) => nowMs - time <= this.#windowMs);
    const spanMs = nowMs - this.#times[0]!;
    return spanMs === 0 ? 0 : ((this.#times.length - 1) * 1000) / spanMs;
  }
}
