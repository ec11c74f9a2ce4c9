import { numbersTable } from '../evaluation/page.ts';
import { seriesLegend } from '../evaluation/plot/series.ts';
import type { Studio } from '../evaluation/plot/studio.ts';
import { percent } from '../evaluation/words.ts';
import { html } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { curveFigure, type CurveSeries } from './curve-figure.ts';

/** What was seen when the training looked at what it does not train on. */
export interface TrainingPagePoint {
  readonly step: number;
  /** Mean since the point before; `undefined` before the first step. */
  readonly loss: number | undefined;
  /** Share of pairs of one person or of triplets that push; `undefined` where there are neither. */
  readonly activeShare: number | undefined;
  readonly learningRate: number | undefined;
  /** True accept rate at a false accept rate of 1e-3: of people never trained on, */
  readonly unseen: number;
  /** and of new photos of trained people. */
  readonly fresh: number | undefined;
}

const share = (value: number): string => `${Number((100 * value).toPrecision(4))} %`;
const plain = (value: number): string => String(Number(value.toPrecision(3)));

/** The curves of a training, as its last look left them. */
export interface TrainingCurves {
  readonly curve: readonly TrainingPagePoint[];
  /** The step of the best network, 0 for the one that was given. */
  readonly bestStep: number;
  /** What was made small. */
  readonly loss: string;
  /** What {@link TrainingPagePoint.activeShare} counts. */
  readonly pushing: 'pairs' | 'triplets';
}

/** What the section says of the best step. */
export interface CurvesWords {
  readonly lead: string;
  /** What the dotted line is. */
  readonly mark: string;
}

/** How a training went, in up to four figures, and in numbers. */
export function curvesSection(
  studio: Studio,
  { curve, bestStep, loss, pushing }: TrainingCurves,
  { lead, mark }: CurvesWords,
): Section {
  const of = (name: string, value: (point: TrainingPagePoint) => number | undefined): CurveSeries => ({
    name,
    points: curve.flatMap((point) => {
      const y = value(point);
      return y === undefined ? [] : [{ step: point.step, value: y }];
    }),
  });
  const kept = of('people never trained on', ({ unseen }) => unseen);
  const fresh = of('new photos of trained people', (point) => point.fresh);
  const rates = fresh.points.length > 0 ? [kept, fresh] : [kept];
  const figures = [
    {
      title: 'Recognised at one false accept in a thousand',
      about: `On the photos that choose when to stop, with the network as it would be installed. ${mark}`,
      series: rates,
      words: {
        label: 'pairs of one person accepted',
        told: 'True accept rate over the steps.',
        format: share,
      },
      lowest: undefined,
    },
    {
      title: 'Loss',
      about: `What the training makes small (${loss}). It falls on photos that are trained on; that alone proves nothing.`,
      series: [of('loss', (point) => point.loss)],
      words: { label: 'loss', told: 'Loss over the steps.', format: plain },
      lowest: 0,
    },
    {
      title: pushing === 'pairs' ? 'Pairs that still push' : 'Triplets that still push',
      about:
        pushing === 'pairs'
          ? 'Photos of one person that lie farther apart than the distance that is to part people.'
          : 'Near 0 there is little left to learn in a batch.',
      series: [of('active', ({ activeShare }) => activeShare)],
      words: {
        label: `share of the ${pushing}`,
        told: `Share of active ${pushing} over the steps.`,
        format: share,
      },
      lowest: 0,
    },
    {
      title: 'Learning rate',
      about: 'How large the steps are: up at first, then down along half a wave.',
      series: [of('learning rate', ({ learningRate }) => learningRate)],
      words: { label: 'learning rate', told: 'Learning rate over the steps.', format: plain },
      lowest: 0,
    },
  ].filter(({ series }) => series.every(({ points: list }) => list.length > 0));
  return {
    id: 'curves',
    title: 'How the training went',
    lead: html`${lead}`,
    body: html`<div class="beside">${figures.map(
      ({ title, about, series, words, lowest }) =>
        html`<div><h3>${title}</h3><p class="quiet">${about}</p>${seriesLegend(series.map(({ name }) => name))}${studio.figure(curveFigure(series, bestStep, words, lowest))}</div>`,
    )}</div>${numbersTable(
      'Curves',
      ['step', 'loss', 'active', 'never trained on', 'new photos', 'learning rate'],
      curve.map((point) => [
        String(point.step),
        point.loss?.toFixed(4) ?? '–',
        point.activeShare === undefined ? '–' : percent(point.activeShare, 1),
        percent(point.unseen),
        point.fresh === undefined ? '–' : percent(point.fresh),
        point.learningRate === undefined ? '–' : plain(point.learningRate),
      ]),
    )}`,
  };
}
