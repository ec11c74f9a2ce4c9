/** A share as an axis label: `0.1 %`, `10 %`. Never rounded away: as many digits as it takes. */
export function percentLabel(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** The decade below or at `value`: 0.0003 → 0.0001. */
export const decadeBelow = (value: number): number => 10 ** Math.floor(Math.log10(value) + 1e-9);

/** The decades from `low` to `high`, ascending. */
export function decades(low: number, high: number): number[] {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

/** A round number a little below `value`, for an axis of shares that ends at 1. */
export function shareFloor(value: number): number {
  for (const floor of [0.99, 0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5])
    if (value >= floor + (1 - floor) * 0.1) return floor;
  return 0;
}
