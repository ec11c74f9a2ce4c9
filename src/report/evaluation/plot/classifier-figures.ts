import type { ConfusionMatrix, Reliability } from '../../../evaluate/index.ts';
import { percentLabel } from './axes.ts';
import type { Figure } from './studio.ts';

/** Stated probability against observed share; a bar's place on the diagonal means honesty. */
export function reliabilityFigure(name: string, { bins }: Reliability): Figure {
  const filled = bins.filter(({ count }) => count > 0);
  return {
    told: `Reliability of ${name}: share of right answers against the probability that was stated.`,
    heightShare: ({ kind }) => (kind === 'wide' ? 1 : 1.1),
    draw: (plot) => ({
      marginLeft: 58,
      marginBottom: 46,
      marginRight: 18,
      marginTop: 26,
      x: {
        domain: [0, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'probability that was stated',
        labelAnchor: 'center',
        labelArrow: 'none',
      },
      y: {
        domain: [0, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'answers that were right',
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        plot.rectY(filled, {
          x1: 'low',
          x2: 'high',
          y: 'observed',
          fill: 'var(--hue-0)',
          fillOpacity: 0.28,
          stroke: 'var(--hue-0)',
        }),
        plot.line([0, 1], {
          x: (share: number) => share,
          y: (share: number) => share,
          stroke: 'currentColor',
          strokeOpacity: 0.5,
          strokeDasharray: '3 4',
        }),
        plot.dot(filled, { x: 'stated', y: 'observed', r: 4.5, fill: 'var(--hue-1)', stroke: 'var(--card)' }),
      ],
    }),
  };
}

const answerWord = (answer: string | null): string => answer ?? 'unknown';
const shortened = (text: string): string => (text.length > 16 ? `${text.slice(0, 15)}…` : text);

/** Who was taken for whom, shaded by the share of the row. */
export function confusionFigure(name: string, { classes, counts }: ConfusionMatrix): Figure {
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, times) => sum + times, 0);
    return row.flatMap((times, j) =>
      times === 0
        ? []
        : [
            {
              expected: answerWord(classes[i]!),
              predicted: answerWord(classes[j]!),
              times,
              share: times / total,
              hue: i === j ? 'var(--hue-0)' : 'var(--hue-1)',
            },
          ],
    );
  });
  const names = classes.map(answerWord);
  return {
    told: `Confusion matrix of ${name}: rows are the people, columns whom they were taken for.`,
    heightShare: 0.4 + 0.07 * names.length,
    draw: (plot) => ({
      marginLeft: 118,
      marginTop: 104,
      marginBottom: 8,
      marginRight: 18,
      x: { domain: names, axis: 'top', tickRotate: -50, tickFormat: shortened, label: null, tickSize: 0 },
      y: { domain: names, tickFormat: shortened, label: null, tickSize: 0 },
      marks: [
        plot.cell(
          names.flatMap((one) => names.map((other) => ({ one, other }))),
          { x: 'one', y: 'other', stroke: 'currentColor', strokeOpacity: 0.15, inset: 0.5 },
        ),
        plot.cell(cells, {
          x: 'predicted',
          y: 'expected',
          fill: 'hue',
          fillOpacity: (cell: { share: number }) => 0.15 + 0.4 * cell.share,
          inset: 0.5,
        }),
        plot.text(cells, { x: 'predicted', y: 'expected', text: 'times', fontWeight: 600 }),
      ],
    }),
  };
}

/** How many photos of each person got the right answer. */
export function recallFigure(name: string, { classes, recall }: ConfusionMatrix): Figure {
  const bars = classes.map((answer, i) => ({ person: answerWord(answer), recall: recall[i]! }));
  return {
    told: `Recall of each person with ${name}.`,
    heightShare: Math.max(0.35, 0.18 + 0.065 * bars.length),
    draw: (plot) => ({
      marginLeft: 118,
      marginBottom: 46,
      marginRight: 48,
      marginTop: 8,
      x: {
        domain: [0, 1],
        ticks: 5,
        tickFormat: percentLabel,
        label: 'photos that got the right answer',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      y: { domain: bars.map(({ person }) => person), tickFormat: shortened, label: null, tickSize: 0 },
      marks: [
        plot.barX(bars, { x: 'recall', y: 'person', fill: 'var(--hue-0)', fillOpacity: 0.6, inset: 1 }),
        plot.text(bars, {
          x: 'recall',
          y: 'person',
          text: (bar: { recall: number }) => percentLabel(bar.recall),
          textAnchor: 'start',
          dx: 5,
        }),
      ],
    }),
  };
}
