/** `value` rounded to `digits` decimals, for documents that people read too. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A share in [0, 1] as `93.0 %`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}
