/** Numbers of 16 bits as float32. JavaScript has no array of them before Node.js 24. */

const word = new Uint32Array(1);
const asFloat = new Float32Array(word.buffer);

/** IEEE 754 binary16: 1 bit sign, 5 exponent, 10 fraction. Exact for every number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16: the upper half of a float32. */
export function bfloat16ToFloat(bits: number): number {
  word[0] = bits << 16;
  return asFloat[0]!;
}
