/**
 * A float32 as the number with the fewest digits that still reads back as the same float32, so that
 * a file shows 0.1 and not 0.10000000149011612. Seven to nine digits always do.
 */
export function exactFloat32(value: number): number {
  // Digits would lose the sign of −0.
  if (value === 0) return value;
  for (const digits of [7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** {@link exactFloat32} of each component. */
export function exactFloat32s(row: Float32Array): number[] {
  return Array.from(row, exactFloat32);
}
