import type { RateEstimate, RocPoint } from '../../../evaluate/index.ts';
import { decadeBelow, decades, percentLabel, shareFloor } from './axes.ts';
import { seriesStyle } from './series.ts';
import type { Figure } from './studio.ts';

/** One curve with the rates at which it was measured. */
export interface RocSeries {
  readonly name: string;
  readonly curve: readonly RocPoint[];
  readonly rates: readonly RateEstimate[];
  /** Pairs of two people: below one of them nothing is known. */
  readonly differentPairs: number;
}

/** True accept rate at the largest false accept rate that is at most `rate`. */
const reachedAt = (curve: readonly RocPoint[], rate: number): number =>
  curve.findLast(({ falseAcceptRate }) => falseAcceptRate <= rate)!.trueAcceptRate;

/** True accept rate against false accept rate on a logarithmic axis, with intervals where the table has them. */
export function rocFigure(series: readonly RocSeries[]): Figure {
  const least = Math.min(...series.map(({ differentPairs }) => 1 / differentPairs));
  const left = decadeBelow(least);
  const lows = series.flatMap(({ curve, rates }) => [
    reachedAt(curve, left),
    ...rates.flatMap(({ measured }) => measured?.interval?.low ?? []),
  ]);
  const bottom = shareFloor(Math.min(...lows));
  return {
    told: `ROC: true accept rate against false accept rate. ${series
      .map(({ name, curve }) => `${name} accepts ${percentLabel(reachedAt(curve, 0.01))} at 1 %`)
      .join('; ')}.`,
    draw: (plot, { kind }) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 26,
      x: {
        type: 'log',
        domain: [left, 1],
        ticks: decades(left, 1),
        tickFormat: percentLabel,
        label: 'pairs of two people wrongly accepted (FAR)',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      y: {
        domain: [bottom, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'pairs of one person accepted (TAR)',
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        // Left of one error nothing was measured.
        plot.rect([{ from: left, to: least }], {
          x1: 'from',
          x2: 'to',
          y1: bottom,
          y2: 1,
          fill: 'currentColor',
          fillOpacity: 0.07,
        }),
        ...series.flatMap(({ curve, rates }, i) => {
          const { hue, dashes } = seriesStyle(i);
          const start = { x: left, y: reachedAt(curve, left) };
          const points = curve
            .filter(({ falseAcceptRate }) => falseAcceptRate > left)
            .map(({ falseAcceptRate, trueAcceptRate }) => ({ x: falseAcceptRate, y: trueAcceptRate }));
          const measured = rates.flatMap(({ falseAcceptRate, measured: found }) =>
            found === undefined
              ? []
              : [
                  {
                    // Several series at one rate stand side by side.
                    x: falseAcceptRate * 1.07 ** (i - (series.length - 1) / 2),
                    y: found.point.trueAcceptRate,
                    low: found.interval?.low ?? found.point.trueAcceptRate,
                    high: found.interval?.high ?? found.point.trueAcceptRate,
                  },
                ],
          );
          const width = kind === 'wide' ? 2.25 : 2;
          return [
            plot.line([start, ...points], {
              x: 'x',
              y: 'y',
              curve: 'step-after',
              stroke: hue,
              strokeWidth: width,
              strokeDasharray: dashes,
              clip: true,
            }),
            plot.ruleX(measured, {
              x: 'x',
              y1: 'low',
              y2: 'high',
              stroke: hue,
              strokeWidth: 5,
              strokeOpacity: 0.35,
              strokeLinecap: 'round',
              clip: true,
            }),
            plot.dot(measured, {
              x: 'x',
              y: 'y',
              r: 4,
              fill: hue,
              stroke: 'var(--card)',
              strokeWidth: 1.5,
              clip: true,
            }),
          ];
        }),
      ],
    }),
  };
}
