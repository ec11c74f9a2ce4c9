/** A count with thousands separated by a thin space, which reads the same in every language. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009');

/** `count` of something: `1 face`, `22 faces`; `plural` must end in s, or give `singular`. */
export function counted(value: number, plural: string, singular: string = plural.slice(0, -1)): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** A share as a percentage that never rounds up to 100 or down to 0. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  if (part === whole) return '100\u202f%';
  if (part === 0) return '0\u202f%';
  return `${Math.min(99.9, Math.max(0.1, (100 * part) / whole)).toFixed(1)}\u202f%`;
}

/** A probability in percent. */
export const probability = (value: number): string => share(value, 1);

/** A duration: `0.42 s`, `12.3 s`, `3 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)}\u202fs`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}\u202fs`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}\u202fmin ${whole % 60}\u202fs`;
}

/**
 * Wilson's score interval for a share at 95 % (Wilson 1927; z = 1.96): where the true share lies,
 * given `part` of `whole` right, both in [0, 1].
 */
export function wilsonInterval(part: number, whole: number): readonly [number, number] {
  const z = 1.959963984540054;
  const share = part / whole;
  const spread = z * Math.sqrt((share * (1 - share)) / whole + (z * z) / (4 * whole * whole));
  const centre = share + (z * z) / (2 * whole);
  const scale = 1 + (z * z) / whole;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
