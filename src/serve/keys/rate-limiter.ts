/** Callers that are remembered; beyond it those who have not asked for a minute are forgotten. */
const mostCallers = 10_000;

/**
 * So many requests a minute for each caller: a bucket that fills steadily and holds a minute's worth
 * (token bucket).
 */
export class RateLimiter {
  readonly perMinute: number;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();
  readonly #now: () => number;

  /** @param perMinute 0: any number */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.perMinute = perMinute;
    this.#now = now;
  }

  /** @returns 0 where the request may pass; else the seconds after which one may */
  take(caller: string): number {
    if (this.perMinute === 0) return 0;
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.perMinute, atMs: now };
    const perMs = this.perMinute / 60_000;
    bucket.tokens = Math.min(this.perMinute, bucket.tokens + (now - bucket.atMs) * perMs);
    bucket.atMs = now;
    this.#buckets.set(caller, bucket);
    if (this.#buckets.size > mostCallers) this.#forgetIdle(now);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perMs / 1000);
    bucket.tokens--;
    return 0;
  }

  #forgetIdle(now: number): void {
    for (const [caller, { atMs }] of this.#buckets) if (now - atMs > 60_000) this.#buckets.delete(caller);
  }
}
