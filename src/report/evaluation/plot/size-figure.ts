import { count } from '../../figures.ts';
import type { Figure } from './studio.ts';

/** Sizes from `low` to `high`. */
export interface SizeBin {
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

/** Groups of faces, by their sizes. */
export interface SizeSeries {
  readonly name: string;
  readonly hue: string;
  readonly sizes: readonly number[];
}

/** 1, 2, 3–4, 5–8, 9–16, … up to the largest of `sizes`. */
export function sizeBins(sizes: Iterable<number>): SizeBin[] {
  let largest = 1;
  for (const size of sizes) largest = Math.max(largest, size);
  const bins: SizeBin[] = [{ low: 1, high: 1, label: '1' }];
  for (let low = 2, high = 2; low <= largest; low = high + 1, high *= 2) {
    bins.push({ low, high, label: low === high ? String(low) : `${low}–${high}` });
  }
  return bins;
}

/** Groups whose size lies in the bin, and the faces in them. */
export function inBin(
  { sizes }: SizeSeries,
  { low, high }: SizeBin,
): { readonly groups: number; readonly faces: number } {
  const inside = sizes.filter((size) => size >= low && size <= high);
  return { groups: inside.length, faces: inside.reduce((sum, size) => sum + size, 0) };
}

/** How many faces are in groups of which size, series beside series. */
export function sizeFigure(series: readonly SizeSeries[], bins: readonly SizeBin[]): Figure {
  const bars = series.flatMap((one) =>
    bins.map((bin) => ({ name: one.name, hue: one.hue, size: bin.label, faces: inBin(one, bin).faces })),
  );
  return {
    told: `Faces by the size of the group they are in, for ${series.map(({ name }) => name).join(', ')}.`,
    heightShare: 0.85,
    draw: (plot) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 26,
      fx: {
        domain: bins.map(({ label }) => label),
        label: 'faces in the group',
        labelAnchor: 'center',
        labelArrow: 'none',
        axis: 'bottom',
        padding: 0.2,
      },
      x: { domain: series.map(({ name }) => name), axis: null, padding: 0.08 },
      y: { ticks: 5, tickFormat: count, label: 'faces', labelArrow: 'none', grid: true },
      marks: [
        plot.barY(bars, {
          fx: 'size',
          x: 'name',
          y: 'faces',
          fill: 'hue',
          fillOpacity: (bar: { name: string }) => (bar.name === series[0]!.name ? 0.35 : 0.8),
          stroke: 'hue',
        }),
        plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
      ],
    }),
  };
}
