const whole = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

/** A share as people read it; never 100 % or 0 % where it is not quite so. */
export function percent(share: number): string {
  if (share > 0.99 && share < 1) return '> 99 %';
  if (share > 0 && share < 0.01) return '< 1 %';
  return whole.format(share).replace('%', ' %');
}
