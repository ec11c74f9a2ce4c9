import type { Interval, RateEstimate } from '../../evaluate/index.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';

/** A share with `digits` decimals of a percent: `99.23 %`. */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)}\u202f%`;

/** `98.9 – 99.5 %` */
export const percentRange = ({ low, high }: Interval, digits = 2): string =>
  `${(100 * low).toFixed(digits)} – ${(100 * high).toFixed(digits)}\u202f%`;

/** A rate without needless digits: `1 %`, `0.01 %`. */
export const ratePercent = (rate: number): string => `${String(Number((100 * rate).toPrecision(3)))}\u202f%`;

/** 0.01 → `one in 100`: a rate as a person says it. */
export const oneIn = (rate: number): string => `one in ${count(Math.round(1 / rate))}`;

/** What a table says about one false accept rate. */
export function rateCell({ support, measured, pairsNeeded }: RateEstimate): Markup {
  if (measured === undefined)
    return html`<td class="none">needs ${count(pairsNeeded)} pairs of two people</td>`;
  const { point, interval } = measured;
  return html`<td class="${support === 'rough' && 'rough'}">${percent(point.trueAcceptRate)}${
    interval !== undefined && html`<small>${percentRange(interval)}</small>`
  }${support === 'rough' && html`<small>rough: few errors</small>`}</td>`;
}

/** `1 photo`, `7 701 photos`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
