import { percentLabel, shareFloor } from './axes.ts';
import { seriesStyle } from './series.ts';
import type { Figure } from './studio.ts';

/** A share at each of some limits, ascending. */
export interface LimitSeries {
  readonly name: string;
  readonly points: readonly { readonly limit: number; readonly share: number }[];
}

export interface LimitWords {
  readonly limit: string;
  readonly share: string;
  /** What the line at the limit in use says. */
  readonly used: string;
  readonly told: string;
}

/** Shares over a limit that can be chosen, with a line at the one in use. */
export function limitFigure(series: readonly LimitSeries[], used: number, words: LimitWords): Figure {
  const points = series.flatMap((one) => one.points);
  const limits = points.map(({ limit }) => limit);
  const [low, high] = [Math.min(...limits), Math.max(...limits)];
  const bottom = shareFloor(Math.min(...points.map(({ share }) => share)));
  return {
    told: words.told,
    draw: (plot, { kind }) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 34,
      x: {
        domain: [low, high],
        ticks: kind === 'wide' ? 8 : 5,
        label: words.limit,
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        domain: [bottom, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: words.share,
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        plot.ruleX([used], { stroke: 'currentColor', strokeWidth: 1.5, strokeDasharray: '2 3' }),
        plot.text([used], {
          x: (limit: number) => limit,
          text: () => words.used,
          frameAnchor: 'top',
          dy: -16,
          fill: 'currentColor',
          fontWeight: 600,
        }),
        ...series.flatMap(({ points: own }, i) => {
          const { hue, dashes } = seriesStyle(i);
          return [
            plot.line(own, {
              x: 'limit',
              y: 'share',
              stroke: hue,
              strokeWidth: 2.25,
              strokeDasharray: dashes,
            }),
            plot.dot(own, { x: 'limit', y: 'share', r: 3, fill: hue, stroke: 'var(--card)' }),
          ];
        }),
      ],
    }),
  };
}
