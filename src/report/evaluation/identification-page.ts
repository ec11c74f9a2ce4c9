import type {
  DistanceHistogram,
  FalsePositiveEstimate,
  IdentificationMeasures,
} from '../../evaluate/index.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { distanceSection } from './distance-section.ts';
import { type ShownPair, worstPairs } from './face-pairs.ts';
import { type FailedPhoto, failedSection } from './left-out.ts';
import { measureTable } from './measure-table.ts';
import { evaluationPage, numbersTable, repetitionSection, type Repetition } from './page.ts';
import { detFigure } from './plot/det-figure.ts';
import { matchFigure } from './plot/match-figure.ts';
import { seriesLegend } from './plot/series.ts';
import { openStudio, type Studio } from './plot/studio.ts';
import { tradeOffFigure } from './plot/trade-off-figure.ts';
import { counted, oneIn, percent, percentRange, ratePercent } from './words.ts';

/** One system (pack and classifier) on an identification page. */
export interface IdentificationPageEntry {
  readonly name: string;
  readonly measures: IdentificationMeasures;
  /** Distances to the nearest person: probes of known people as `same`, strangers as `different`. */
  readonly histogram: DistanceHistogram;
  /** How far a face may lie and still be named, where that is one number. */
  readonly limit: number | undefined;
  readonly failed: readonly FailedPhoto[];
  /** Strangers that lie nearest to somebody: the face, and that person. */
  readonly nearStrangers: readonly ShownPair[];
  /** Known people taken for somebody else: the face, and that person. */
  readonly mistaken: readonly ShownPair[];
  /** Known people that lie farthest from themselves: the face, and an enrolled one. */
  readonly farKnown: readonly ShownPair[];
}

/** What an identification page shows. Plain data. */
export interface IdentificationPageData {
  /** What was evaluated, e.g. the name of the folder. */
  readonly about: string;
  /** How the gallery came about, in a sentence. */
  readonly protocol: string;
  readonly people: number;
  readonly enrolled: number;
  readonly entries: readonly IdentificationPageEntry[];
  readonly repetition: Repetition;
}

/** Identification as one self-contained HTML page. Same data, same page. */
export async function identificationPage(data: IdentificationPageData): Promise<string> {
  const studio = await openStudio();
  const { entries } = data;
  const { measures } = entries[0]!;
  const single = entries.length === 1 ? measures : undefined;
  const atOne = single?.openSet?.rates.find(({ falsePositiveRate }) => falsePositiveRate === 0.01)?.measured;
  return evaluationPage({
    title: `${data.about}: who is it, or nobody?`,
    introduction: html`${counted(data.people, 'person', 'people')} are known from ${counted(
      data.enrolled,
      'photo',
    )}. ${counted(measures.knownProbes, 'other photo')} of them and ${counted(
      measures.strangers,
      'photo',
    )} of strangers asked who it is. ${data.protocol}`,
    figures: [
      ...(single === undefined
        ? []
        : [{ value: percent(single.rankOne.share), label: 'named right, strangers aside', strong: true }]),
      ...(atOne === undefined
        ? []
        : [
            {
              value: percent(atOne.truePositiveRate.share),
              label: 'named right while 1\u202f% of the strangers get a name',
            },
          ]),
      { value: count(data.people), label: 'people known' },
      { value: count(measures.knownProbes), label: 'photos of them' },
      { value: count(measures.strangers), label: 'photos of strangers' },
      ...(entries.length > 1 ? [{ value: count(entries.length), label: 'systems compared' }] : []),
    ],
    sections: [
      comparison(entries),
      matchSection(studio, entries),
      openSetSection(studio, entries),
      errorSection(studio, entries),
      distances(studio, entries),
      worstPairs(
        entries.flatMap(({ name, nearStrangers, mistaken, farKnown }) => [
          { name, title: 'Strangers near to somebody', pairs: nearStrangers },
          { name, title: 'Taken for somebody else', pairs: mistaken },
          { name, title: 'Far from their own', pairs: farKnown },
        ]),
        html`On the left the photo that asked, on the right an enrolled photo of the person it was compared with. Wrong labels gather here: look before you blame the network.`,
      ),
      failedSection(
        entries.map(({ name, failed }) => ({ name, failed })),
        'They are not left out: a known person without a face counts as not named, a stranger without one as rightly unknown.',
      ),
      repetitionSection(data.repetition),
    ],
  });
}

function openRate({ support, measured, strangersNeeded }: FalsePositiveEstimate): Markup {
  if (measured === undefined) return html`<td class="none">needs ${count(strangersNeeded)} strangers</td>`;
  const { truePositiveRate } = measured;
  return html`<td class="${support === 'rough' && 'rough'}">${percent(truePositiveRate.share)}<small>${percentRange(
    truePositiveRate,
  )}</small>${support === 'rough' && html`<small>rough: few errors</small>`}</td>`;
}

function comparison(entries: readonly IdentificationPageEntry[]): Section {
  const best = Math.max(...entries.map(({ measures }) => measures.rankOne.share));
  const rates = entries[0]!.measures.openSet?.rates ?? [];
  const cells = (cell: (measures: IdentificationMeasures) => Markup): Markup[] =>
    entries.map(({ measures }) => cell(measures));
  const table = measureTable(
    entries.map(({ name }) => name),
    [
      {
        label: 'rank 1',
        told: 'the right person is the nearest',
        cells: cells(
          ({ rankOne }) =>
            html`<td class="${rankOne.share === best && 'strong'}">${percent(rankOne.share)}<small>${percentRange(rankOne)}</small></td>`,
        ),
      },
      {
        label: 'rank 5',
        told: 'the right person is among the nearest five',
        cells: cells(
          ({ cumulativeMatch }) => html`<td>${percent(cumulativeMatch[4] ?? cumulativeMatch.at(-1)!)}</td>`,
        ),
      },
      ...rates.map(({ falsePositiveRate }, i) => ({
        label: `named right at ${ratePercent(falsePositiveRate)} false names`,
        told: `${oneIn(falsePositiveRate)} strangers gets a name`,
        cells: cells(({ openSet }) => openRate(openSet!.rates[i]!)),
      })),
    ],
  );
  return {
    id: 'numbers',
    title: 'In numbers',
    lead: html`How often a known person is named right, first with strangers left aside, then while a share of the strangers is wrongly given a name. Small print is the 95\u202f% interval (Wilson); photos of one person hang together, so the truth may lie a little farther out.`,
    body: html`${table}${
      rates.length === 0 &&
      html`<p class="note">Nobody is left to be a stranger, so nothing is said about strangers.</p>`
    }`,
  };
}

function matchSection(studio: Studio, entries: readonly IdentificationPageEntry[]): Section {
  const series = entries.map(({ name, measures }) => ({ name, shares: measures.cumulativeMatch }));
  return {
    id: 'match',
    title: 'Among the first names',
    lead: html`If you look at more than one name, how often is the right one among them? Strangers are left aside here. Where the line stays flat, looking farther down the list does not help.`,
    body: html`${seriesLegend(entries.map(({ name }) => name))}${studio.figure(matchFigure(series))}${numbersTable(
      'The right person is among the first names',
      ['names', ...entries.map(({ name }) => name)],
      series[0]!.shares.map((_, rank) => matchRow(rank, series)),
    )}`,
  };
}

const matchRow = (rank: number, series: readonly { readonly shares: readonly number[] }[]): string[] => [
  String(rank + 1),
  ...series.map(({ shares }) => percent(shares[rank]!)),
];

function openSetSection(studio: Studio, entries: readonly IdentificationPageEntry[]): Section | undefined {
  const { openSet, strangers } = entries[0]!.measures;
  if (openSet === undefined) return undefined;
  const series = entries.map(({ name, measures }) => ({
    name,
    curve: measures.openSet!.curve.map(({ falsePositiveRate, truePositiveRate }) => ({
      falseRate: falsePositiveRate,
      trueRate: truePositiveRate,
    })),
    measured: measures.openSet!.rates.flatMap(({ falsePositiveRate, measured }) => {
      if (measured === undefined) return [];
      const { share, low, high } = measured.truePositiveRate;
      return [{ falseRate: falsePositiveRate, trueRate: share, low, high }];
    }),
    trials: measures.strangers,
  }));
  const figure = tradeOffFigure(series, {
    title: 'Open set',
    falseRate: 'strangers that get a name (FPIR)',
    trueRate: 'known people named right (TPIR)',
  });
  return {
    id: 'open',
    title: 'Known people against strangers',
    lead: html`The farther left, the fewer strangers get a name; the higher the line there, the fewer known people become “unknown” for it. Left of one error in ${count(strangers)} strangers nothing is known.`,
    body: html`${seriesLegend(entries.map(({ name }) => name))}${studio.figure(figure)}${numbersTable(
      'Known people named right',
      ['strangers that get a name', ...entries.map(({ name }) => name)],
      openSet.rates.map(({ falsePositiveRate }, i) => openRow(falsePositiveRate, i, entries)),
    )}`,
  };
}

const openRow = (rate: number, i: number, entries: readonly IdentificationPageEntry[]): string[] => [
  ratePercent(rate),
  ...entries.map(({ measures }) => {
    const { measured } = measures.openSet!.rates[i]!;
    return measured === undefined ? 'too few strangers' : percent(measured.truePositiveRate.share);
  }),
];

function errorSection(studio: Studio, entries: readonly IdentificationPageEntry[]): Section | undefined {
  if (entries[0]!.measures.openSet === undefined) return undefined;
  const figure = detFigure(
    entries.map(({ name, measures }) => ({
      name,
      points: measures.openSet!.curve.map(({ falsePositiveRate, truePositiveRate }) => ({
        falseAccepts: falsePositiveRate,
        falseRejects: 1 - truePositiveRate,
      })),
      leastAccept: 1 / measures.strangers,
      leastReject: 1 / measures.knownProbes,
    })),
    { accepts: 'strangers that get a name', rejects: 'known people not named right' },
  );
  return {
    id: 'det',
    title: 'One error against the other',
    lead: html`The same as errors, on axes that are stretched so that small ones can be told apart; nearer to the lower left corner is better.`,
    body: html`${seriesLegend(entries.map(({ name }) => name))}${studio.figure(figure)}`,
  };
}

function distances(studio: Studio, entries: readonly IdentificationPageEntry[]): Section {
  const systems = entries.map(({ name, histogram, limit }) => ({
    name,
    histogram,
    limit: limit === undefined ? undefined : { at: limit, words: `limit of the pack ${limit.toFixed(3)}` },
  }));
  return distanceSection(studio, systems, {
    title: 'How far from the nearest person',
    lead: html`Known people should lie to the left, near to somebody they are, and strangers to the right, far from everybody. Where the hills overlap a limit on the distance cannot part them.`,
    same: 'known people',
    different: 'strangers',
    label: 'distance to the nearest person',
    caption: 'Probes by distance',
  });
}
