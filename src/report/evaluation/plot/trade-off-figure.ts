import { decadeBelow, decades, percentLabel, shareFloor } from './axes.ts';
import { seriesStyle } from './series.ts';
import type { Figure } from './studio.ts';

/** What is right against what is wrong, at every threshold. */
export interface TradeOffSeries {
  readonly name: string;
  /** Both rise from 0 along the curve. */
  readonly curve: readonly { readonly falseRate: number; readonly trueRate: number }[];
  /** Single points with their intervals. */
  readonly measured: readonly {
    readonly falseRate: number;
    readonly trueRate: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Trials in which the wrong could happen: below one of them nothing is known. */
  readonly trials: number;
}

export interface TradeOffWords {
  /** Name of the curve: `ROC`. */
  readonly title: string;
  readonly falseRate: string;
  readonly trueRate: string;
}

/** True rate at the largest false rate that is at most `rate`. */
const reachedAt = (curve: TradeOffSeries['curve'], rate: number): number =>
  curve.findLast(({ falseRate }) => falseRate <= rate)!.trueRate;

/** True rate against false rate on a logarithmic axis, with intervals where the table has them. */
export function tradeOffFigure(series: readonly TradeOffSeries[], words: TradeOffWords): Figure {
  const least = Math.min(...series.map(({ trials }) => 1 / trials));
  const left = decadeBelow(least);
  const lows = series.flatMap(({ curve, measured }) => [
    reachedAt(curve, left),
    ...measured.map(({ low }) => low),
  ]);
  const bottom = shareFloor(Math.min(...lows));
  return {
    told: `${words.title}: ${words.trueRate} against ${words.falseRate}. ${series
      .map(({ name, curve }) => `${name}: ${percentLabel(reachedAt(curve, 0.01))} at 1 %`)
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
        label: words.falseRate,
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      y: {
        domain: [bottom, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: words.trueRate,
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
        ...series.flatMap(({ curve, measured }, i) => {
          const { hue, dashes } = seriesStyle(i);
          const start = { falseRate: left, trueRate: reachedAt(curve, left) };
          const points = curve.filter(({ falseRate }) => falseRate > left);
          // Several series at one rate stand side by side.
          const aside = 1.07 ** (i - (series.length - 1) / 2);
          const dots = measured.map(({ falseRate, ...values }) => ({ ...values, x: falseRate * aside }));
          const width = kind === 'wide' ? 2.25 : 2;
          return [
            plot.line([start, ...points], {
              x: 'falseRate',
              y: 'trueRate',
              curve: 'step-after',
              stroke: hue,
              strokeWidth: width,
              strokeDasharray: dashes,
              clip: true,
            }),
            plot.ruleX(dots, {
              x: 'x',
              y1: 'low',
              y2: 'high',
              stroke: hue,
              strokeWidth: 5,
              strokeOpacity: 0.35,
              strokeLinecap: 'round',
              clip: true,
            }),
            plot.dot(dots, {
              x: 'x',
              y: 'trueRate',
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
