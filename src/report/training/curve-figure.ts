import { seriesStyle } from '../evaluation/plot/series.ts';
import type { Figure } from '../evaluation/plot/studio.ts';

/** One line over the steps of a training. */
export interface CurveSeries {
  readonly name: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

export interface CurveWords {
  /** Of the axis. */
  readonly label: string;
  readonly told: string;
  readonly format: (value: number) => string;
}

/**
 * Lines over steps, with a mark at the step whose network was kept.
 * @param lowest the least value that the axis shows; by default whatever the lines need
 */
export function curveFigure(
  series: readonly CurveSeries[],
  bestStep: number,
  { label, told, format }: CurveWords,
  lowest?: number,
): Figure {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const steps = series.flatMap(({ points }) => points.map(({ step }) => step));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = most > least ? 0.06 * (most - least) : 0.01 * Math.max(Math.abs(most), 0.1);
  const low = lowest ?? least - room;
  return {
    told,
    heightShare: 0.8,
    draw: (plot) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 28,
      x: {
        domain: [0, Math.max(...steps)],
        ticks: 5,
        label: 'step',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        domain: [low, most + room],
        ticks: 5,
        tickFormat: format,
        label,
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        plot.ruleX([bestStep], {
          stroke: 'currentColor',
          strokeOpacity: 0.6,
          strokeDasharray: '2 3',
        }),
        ...series.flatMap(({ points }, i) => {
          const { hue, dashes } = seriesStyle(i);
          return [
            plot.line(points, {
              x: 'step',
              y: 'value',
              stroke: hue,
              strokeWidth: 2.25,
              strokeDasharray: dashes,
            }),
            plot.dot(
              points.filter(({ step }) => step === bestStep),
              { x: 'step', y: 'value', r: 4.5, fill: hue, stroke: 'var(--card)', strokeWidth: 1.5 },
            ),
          ];
        }),
      ],
    }),
  };
}
