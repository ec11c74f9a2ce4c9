import type { ClusterScores } from '../../evaluate/index.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { faceGroups, type ShownGroups } from './face-groups.ts';
import { type FailedPhoto, failedSection } from './left-out.ts';
import { beside, measureTable } from './measure-table.ts';
import { evaluationPage, numbersTable, repetitionSection, type Repetition } from './page.ts';
import { limitFigure } from './plot/limit-figure.ts';
import { precisionRecallFigure } from './plot/precision-recall-figure.ts';
import { seriesLegend, seriesStyle } from './plot/series.ts';
import { inBin, type SizeBin, sizeBins, sizeFigure, type SizeSeries } from './plot/size-figure.ts';
import { openStudio, type Studio } from './plot/studio.ts';
import { counted, percent } from './words.ts';

/** One pack on a page about clusters. */
export interface ClustersPageEntry {
  readonly name: string;
  readonly maxDistance: number;
  readonly scores: ClusterScores;
  /** Faces of each cluster; a photo without a face is one by itself. */
  readonly sizes: readonly number[];
  /** Faces too unclear to be put with others. */
  readonly unclear: number;
  /** What other limits give; ascending, the one in use among them. */
  readonly limits: readonly { readonly maxDistance: number; readonly scores: ClusterScores }[];
  /** Clusters of several people, the worst first, faces by person. */
  readonly mixed: readonly ShownGroups[];
  /** People in several clusters, the worst first, faces by cluster. */
  readonly split: readonly ShownGroups[];
  readonly failed: readonly FailedPhoto[];
}

/** What a page about clusters shows. Plain data. */
export interface ClustersPageData {
  /** What was evaluated, e.g. the name of the folder. */
  readonly about: string;
  readonly photos: number;
  /** Photos of each person. */
  readonly personSizes: readonly number[];
  /** Of the same photos. */
  readonly entries: readonly ClustersPageEntry[];
  readonly repetition: Repetition;
}

/** Clusters as one self-contained HTML page. Same data, same page. */
export async function clustersPage(data: ClustersPageData): Promise<string> {
  const studio = await openStudio();
  const { entries } = data;
  const single = entries.length === 1 ? entries[0]! : undefined;
  return evaluationPage({
    title: `${data.about}: who belongs together?`,
    introduction: html`${counted(data.photos, 'photo')} of ${counted(
      data.personSizes.length,
      'person',
      'people',
    )} were grouped by face. Neither the names nor the number of people were told; the folders say whether the groups are right.`,
    figures: [
      ...(single === undefined
        ? []
        : [
            { value: percent(single.scores.bcubed.f), label: 'BCubed F', strong: true },
            { value: percent(single.scores.bcubed.precision), label: 'precision' },
            { value: percent(single.scores.bcubed.recall), label: 'recall' },
            { value: count(single.scores.clusters), label: 'groups found' },
          ]),
      { value: count(data.personSizes.length), label: 'people' },
      { value: count(data.photos), label: 'photos' },
      ...(entries.length > 1 ? [{ value: count(entries.length), label: 'packs compared' }] : []),
    ],
    sections: [
      comparison(entries),
      limitSection(studio, entries),
      tradeSection(studio, entries),
      sizeSection(studio, data),
      cardSection(
        entries.map(({ name, mixed: cards }) => ({ name, cards })),
        {
          id: 'mixed',
          title: 'Several people in one group',
          lead: html`The groups in which the most pairs of faces are of two people, most typical faces first. Wrong labels gather here: look before you blame the network.`,
          wrong: 'of two people',
        },
      ),
      cardSection(
        entries.map(({ name, split: cards }) => ({ name, cards })),
        {
          id: 'split',
          title: 'One person torn apart',
          lead: html`The people of whom the most pairs of faces are in two groups. Children, profiles, sunglasses and wrong labels gather here.`,
          wrong: 'kept apart',
        },
      ),
      failedSection(
        entries.map(({ name, failed }) => ({ name, failed })),
        'They are not left out: each counts as a group by itself.',
      ),
      repetitionSection(data.repetition),
    ],
  });
}

function comparison(entries: readonly ClustersPageEntry[]): Section {
  const row = (
    label: string,
    told: string,
    value: (scores: ClusterScores, entry: ClustersPageEntry) => string,
    best?: (scores: ClusterScores) => number,
  ) => {
    const most = best === undefined ? undefined : Math.max(...entries.map(({ scores }) => best(scores)));
    const isBest = (scores: ClusterScores): boolean => best !== undefined && best(scores) === most;
    return {
      label,
      told,
      cells: entries.map(
        (entry) => html`<td class="${isBest(entry.scores) && 'strong'}">${value(entry.scores, entry)}</td>`,
      ),
    };
  };
  const names = entries.map(({ name }) => name);
  const { people } = entries[0]!.scores;
  return {
    id: 'numbers',
    title: 'In numbers',
    lead: html`Precision falls when groups hold several people, recall when people are in several groups; F is their harmonic mean. BCubed counts every face alike, pairwise every pair of faces, so that people with many photos weigh more there.`,
    body: measureTable(names, [
      row(
        'BCubed F',
        'one number for both',
        ({ bcubed }) => percent(bcubed.f),
        ({ bcubed }) => bcubed.f,
      ),
      row('BCubed precision', 'of a face’s group, the share that is the same person', ({ bcubed }) =>
        percent(bcubed.precision),
      ),
      row('BCubed recall', 'of a face’s person, the share that is in the same group', ({ bcubed }) =>
        percent(bcubed.recall),
      ),
      row(
        'pairwise F',
        'the same by pairs',
        ({ pairwise }) => percent(pairwise.f),
        ({ pairwise }) => pairwise.f,
      ),
      row('pairwise precision', 'pairs put together that are one person', ({ pairwise }) =>
        percent(pairwise.precision),
      ),
      row('pairwise recall', 'pairs of one person that are together', ({ pairwise }) =>
        percent(pairwise.recall),
      ),
      row('adjusted Rand index', '0 is chance, 1 is perfect', ({ adjustedRandIndex }) =>
        adjustedRandIndex.toFixed(4),
      ),
      row('groups', `there are ${count(people)} people`, ({ clusters }) => count(clusters)),
      row('mixed groups', 'with faces of several people', ({ mixedClusters }) => count(mixedClusters)),
      row('people torn apart', 'in more than one group', ({ splitPeople }) => count(splitPeople)),
      row('faces left alone', 'too small or blurred to tell whose they are', (_, { unclear }) =>
        count(unclear),
      ),
    ]),
  };
}

/** Precision, recall and F over the limit, of one pack. */
const parts = [
  { name: 'precision', of: ({ bcubed }: ClusterScores) => bcubed.precision },
  { name: 'recall', of: ({ bcubed }: ClusterScores) => bcubed.recall },
  { name: 'F', of: ({ bcubed }: ClusterScores) => bcubed.f },
] as const;

function limitSection(studio: Studio, entries: readonly ClustersPageEntry[]): Section | undefined {
  if (entries.every(({ limits }) => limits.length < 2)) return undefined;
  return {
    id: 'limits',
    title: 'How near is near enough',
    lead: html`A smaller limit on the distance keeps strangers apart and tears people apart too; a larger one does the reverse. Every point is a run of its own (BCubed). <code>visage cluster --max-distance</code> takes such a limit. Choosing the best one by this curve fits it to these photos: judge it on others.`,
    body: html`${seriesLegend(parts.map(({ name }) => name))}${beside(
      entries,
      ({ name, maxDistance, limits }) => {
        const series = parts.map(({ name: part, of }) => ({
          name: part,
          points: limits.map((tried) => ({ limit: tried.maxDistance, share: of(tried.scores) })),
        }));
        const figure = limitFigure(series, maxDistance, {
          limit: 'distance limit',
          share: 'BCubed',
          used: `in use: ${maxDistance.toFixed(3)}`,
          told: `BCubed precision, recall and F of ${name} over the limit on the distance.`,
        });
        return html`${studio.figure(figure)}${numbersTable(
          `Scores by distance limit, ${name}`,
          ['limit', 'precision', 'recall', 'F', 'pairwise F', 'groups', 'mixed', 'torn apart'],
          limits.map((tried) => limitRow(tried)),
        )}`;
      },
    )}`,
  };
}

function limitRow({ maxDistance, scores }: ClustersPageEntry['limits'][number]): string[] {
  const { bcubed, pairwise, clusters, mixedClusters, splitPeople } = scores;
  return [
    maxDistance.toFixed(3),
    ...[bcubed.precision, bcubed.recall, bcubed.f, pairwise.f].map((share) => percent(share)),
    ...[clusters, mixedClusters, splitPeople].map(count),
  ];
}

/** Packs have distances of their own: side by side only what comes of them can be compared. */
function tradeSection(studio: Studio, entries: readonly ClustersPageEntry[]): Section | undefined {
  if (entries.length < 2 || entries.every(({ limits }) => limits.length < 2)) return undefined;
  const figure = precisionRecallFigure(
    entries.map(({ name, maxDistance, limits }) => ({
      name,
      points: limits.map((tried) => ({
        precision: tried.scores.bcubed.precision,
        recall: tried.scores.bcubed.recall,
        used: tried.maxDistance === maxDistance,
      })),
    })),
  );
  return {
    id: 'trade',
    title: 'Pack against pack',
    lead: html`Each line goes through all limits that were tried; the large dot is the limit in use. Nearer to the upper right corner is better, whatever the limit.`,
    body: html`${seriesLegend(entries.map(({ name }) => name))}${studio.figure(figure)}`,
  };
}

function sizeSection(studio: Studio, { entries, personSizes }: ClustersPageData): Section {
  const truth: SizeSeries = { name: 'people, as they are', hue: 'var(--hue-6)', sizes: personSizes };
  const found = entries.map(
    ({ name, sizes }, i): SizeSeries => ({
      name: entries.length === 1 ? 'groups that were found' : name,
      hue: seriesStyle(i).hue,
      sizes,
    }),
  );
  const series = [truth, ...found];
  const bins = sizeBins(series.flatMap(({ sizes }) => sizes));
  return {
    id: 'sizes',
    title: 'How large the groups are',
    lead: html`How many faces are in groups of one, of two, and so on, beside what it should be. Too much on the left: people are torn apart. Too much on the right: people are mixed.`,
    body: html`<ul class="series">${series.map(
      ({ name, hue }) => html`<li style="color:${hue}"><i class="area"></i><bdi>${name}</bdi></li>`,
    )}</ul>${studio.figure(sizeFigure(series, bins))}${numbersTable(
      'Groups, and faces in them, by size',
      ['size', ...series.flatMap(({ name }) => [`${name}: groups`, 'faces'])],
      bins.map((bin) => binRow(series, bin)),
    )}`,
  };
}

function binRow(series: readonly SizeSeries[], bin: SizeBin): string[] {
  const cells = series.flatMap((one) => {
    const { groups, faces } = inBin(one, bin);
    return [count(groups), count(faces)];
  });
  return [bin.label, ...cells];
}

function cardSection(
  groups: readonly { readonly name: string; readonly cards: readonly ShownGroups[] }[],
  {
    id,
    title,
    lead,
    wrong,
  }: { readonly id: string; readonly title: string; readonly lead: Markup; readonly wrong: string },
): Section | undefined {
  const shown = groups.filter(({ cards }) => cards.length > 0);
  if (shown.length === 0) return undefined;
  return {
    id,
    title,
    lead,
    body: html`${shown.map(
      ({ name, cards }) =>
        html`${groups.length > 1 && html`<h3><bdi>${name}</bdi></h3>`}${faceGroups(cards, wrong)}`,
    )}`,
  };
}
