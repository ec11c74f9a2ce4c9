import { percentLabel, shareFloor } from './axes.ts';
import { seriesStyle } from './series.ts';
import type { Figure } from './studio.ts';

/** The cumulative match characteristic of one system. */
export interface MatchSeries {
  readonly name: string;
  /** Entry k − 1: share of the probes whose person is among the first k. */
  readonly shares: readonly number[];
}

/** How often the right person is among the first k names. */
export function matchFigure(series: readonly MatchSeries[]): Figure {
  const depth = Math.max(...series.map(({ shares }) => shares.length));
  const bottom = shareFloor(Math.min(...series.map(({ shares }) => shares[0]!)));
  return {
    told: `Cumulative match: ${series
      .map(
        ({ name, shares }) =>
          `${name} has the right person first in ${percentLabel(shares[0]!)} of the probes`,
      )
      .join('; ')}.`,
    heightShare: 0.85,
    draw: (plot, { kind }) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 26,
      x: {
        type: 'point',
        domain: Array.from({ length: depth }, (_, i) => i + 1),
        tickFormat: (rank: number) => (kind === 'wide' || rank % 5 === 0 || rank === 1 ? String(rank) : ''),
        label: 'names looked at (rank)',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        domain: [bottom, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'the right person is among them',
        labelArrow: 'none',
        grid: true,
      },
      marks: series.flatMap(({ shares }, i) => {
        const { hue, dashes } = seriesStyle(i);
        const points = shares.map((share, rank) => ({ x: rank + 1, y: share }));
        return [
          plot.line(points, { x: 'x', y: 'y', stroke: hue, strokeWidth: 2.25, strokeDasharray: dashes }),
          plot.dot(points, { x: 'x', y: 'y', r: 3.5, fill: hue, stroke: 'var(--card)' }),
        ];
      }),
    }),
  };
}
