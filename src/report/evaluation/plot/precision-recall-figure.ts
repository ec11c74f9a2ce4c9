import { percentLabel, shareFloor } from './axes.ts';
import { seriesStyle } from './series.ts';
import type { Figure } from './studio.ts';

export interface PrecisionRecallPoint {
  readonly precision: number;
  readonly recall: number;
  /** Whether it is the setting in use. */
  readonly used: boolean;
}

/** Precision and recall of one system over all settings that were tried, in their order. */
export interface PrecisionRecallSeries {
  readonly name: string;
  readonly points: readonly PrecisionRecallPoint[];
}

const radius = ({ used }: PrecisionRecallPoint): number => (used ? 6 : 2.5);

/** How much of one the other costs; a large dot marks what is in use. */
export function precisionRecallFigure(series: readonly PrecisionRecallSeries[]): Figure {
  // What is far from anything in use is of no interest, and would crowd the rest into a corner.
  const used = series.flatMap((one) => one.points.filter((point) => point.used));
  const worst = Math.min(...used.flatMap(({ precision, recall }) => [precision, recall]));
  const floor = shareFloor(1 - 2 * (1 - worst));
  return {
    told: `Precision against recall, one line for each of ${series.map(({ name }) => name).join(', ')}.`,
    heightShare: 1.1,
    draw: (plot) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 26,
      x: {
        domain: [floor, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'faces of a person that are together (recall)',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      y: {
        domain: [floor, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'of a group that are one person (precision)',
        labelArrow: 'none',
        grid: true,
      },
      marks: series.flatMap(({ points: own }, i) => {
        const { hue, dashes } = seriesStyle(i);
        return [
          plot.line(own, {
            x: 'recall',
            y: 'precision',
            stroke: hue,
            strokeWidth: 2.25,
            strokeDasharray: dashes,
            clip: true,
          }),
          plot.dot(own, {
            x: 'recall',
            y: 'precision',
            r: radius,
            fill: hue,
            stroke: 'var(--card)',
            clip: true,
          }),
        ];
      }),
    }),
  };
}
