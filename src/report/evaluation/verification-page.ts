import { detCurve, curveCorners, type VerificationMeasures } from '../../evaluate/index.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { distanceSection } from './distance-section.ts';
import { type ShownPair, worstPairs } from './face-pairs.ts';
import { type FailedPhoto, failedSection } from './left-out.ts';
import { measureTable } from './measure-table.ts';
import { evaluationPage, numbersTable, repetitionSection, type Repetition } from './page.ts';
import { detFigure } from './plot/det-figure.ts';
import { rocFigure } from './plot/roc-figure.ts';
import { seriesLegend } from './plot/series.ts';
import { openStudio, type Studio } from './plot/studio.ts';
import { counted, listed, oneIn, percent, percentRange, rateCell, ratePercent } from './words.ts';

/** One pack on a verification page. */
export interface VerificationPageEntry {
  readonly name: string;
  readonly measures: VerificationMeasures;
  readonly failed: readonly FailedPhoto[];
  /** Pairs of one person that lie farthest apart, the worst first. */
  readonly farthestSame: readonly ShownPair[];
  /** Pairs of two people that lie nearest, the worst first. */
  readonly nearestDifferent: readonly ShownPair[];
}

/** What a verification page shows. Plain data. */
export interface VerificationPageData {
  /** What was evaluated, e.g. the name of the folder. */
  readonly about: string;
  /** How the pairs came about, in a sentence. */
  readonly protocol: string;
  readonly photos: number;
  readonly people: number;
  readonly entries: readonly VerificationPageEntry[];
  readonly repetition: Repetition;
}

/** The threshold that the folds chose, on average. */
const meanThreshold = ({ accuracy }: VerificationMeasures): number | undefined =>
  accuracy && accuracy.folds.reduce((sum, { threshold }) => sum + threshold, 0) / accuracy.folds.length;

/** Verification as one self-contained HTML page. Same data, same page. */
export async function verificationPage(data: VerificationPageData): Promise<string> {
  const studio = await openStudio();
  const { entries } = data;
  const [first] = entries;
  const { pairs, accuracy } = first!.measures;
  const several = entries.length > 1;
  return evaluationPage({
    title: `${data.about}: same person or not?`,
    introduction: html`${counted(pairs.same, 'pair')} of photos of one person and ${counted(
      pairs.different,
      'pair',
    )} of two people were compared by the distance of their faces. ${data.protocol}`,
    figures: [
      ...(several || accuracy === undefined
        ? []
        : [
            {
              value: percent(accuracy.mean),
              label: 'of the pairs told apart rightly',
              detail: `± ${percent(accuracy.standardError)}`,
              strong: true,
            },
            { value: percent(first!.measures.equalErrorRate.value), label: 'equal error rate' },
          ]),
      { value: count(pairs.same + pairs.different), label: 'pairs' },
      { value: count(data.photos), label: 'photos' },
      { value: count(data.people), label: 'people' },
      ...(several ? [{ value: count(entries.length), label: 'packs compared' }] : []),
    ],
    sections: [
      comparison(entries),
      rocSection(studio, entries),
      detSection(studio, entries),
      distances(studio, entries),
      foldSection(entries),
      worstPairs(
        entries.flatMap(({ name, farthestSame, nearestDifferent }) => [
          { name, title: 'One person, far apart', pairs: farthestSame },
          { name, title: 'Two people, close together', pairs: nearestDifferent },
        ]),
        html`The pairs of one person that look least alike to the network, and the pairs of two people that look most alike. Wrong labels, children, profiles and sunglasses gather here: look before you blame the network.`,
      ),
      failedSection(
        entries.map(({ name, failed }) => ({ name, failed })),
        'They are not left out: a pair with such a photo counts as two people, at the greatest distance there is, 2.',
      ),
      repetitionSection(data.repetition),
    ],
  });
}

function comparison(entries: readonly VerificationPageEntry[]): Section {
  const best = Math.max(...entries.flatMap(({ measures }) => measures.accuracy?.mean ?? []));
  const cells = (cell: (measures: VerificationMeasures) => Markup): Markup[] =>
    entries.map(({ measures }) => cell(measures));
  return {
    id: 'numbers',
    title: 'In numbers',
    lead: html`How often the answer is right, and what it costs to be strict. Small print under a figure is its 95\u202f% interval: people were drawn anew a thousand times. ± is the standard error over the folds.`,
    body: measureTable(
      entries.map(({ name }) => name),
      [
        {
          label: 'accuracy',
          told: 'each fold at the threshold of the others',
          cells: cells(({ accuracy }) =>
            accuracy === undefined
              ? html`<td class="none">needs at least two folds</td>`
              : html`<td class="${accuracy.mean === best && 'strong'}">${percent(accuracy.mean)}<small>± ${percent(accuracy.standardError)}</small></td>`,
          ),
        },
        {
          label: 'area under the curve',
          told: 'a pair of one person is nearer than one of two',
          cells: cells(
            ({ areaUnderCurve: { value, interval } }) =>
              html`<td>${value.toFixed(5)}${interval && html`<small>${interval.low.toFixed(5)} – ${interval.high.toFixed(5)}</small>`}</td>`,
          ),
        },
        {
          label: 'equal error rate',
          told: 'both errors equally frequent',
          cells: cells(
            ({ equalErrorRate: { value, interval } }) =>
              html`<td>${percent(value)}${interval && html`<small>${percentRange(interval)}</small>`}</td>`,
          ),
        },
        ...entries[0]!.measures.trueAcceptRates.map(({ falseAcceptRate }, i) => ({
          label: `accepted at ${ratePercent(falseAcceptRate)} false accepts`,
          told: `${oneIn(falseAcceptRate)} pairs of two people gets through`,
          cells: cells(({ trueAcceptRates }) => rateCell(trueAcceptRates[i]!)),
        })),
      ],
    ),
  };
}

function rocSection(studio: Studio, entries: readonly VerificationPageEntry[]): Section {
  const figure = rocFigure(entries);
  return {
    id: 'roc',
    title: 'How strict is too strict',
    lead: html`The farther left, the stricter: fewer strangers are taken for the person. The higher the line there, the fewer rightful pairs are turned away for it. Left of one error in ${count(
      entries[0]!.measures.pairs.different,
    )} pairs nothing is known.`,
    body: html`${seriesLegend(entries.map(({ name }) => name))}${studio.figure(figure)}${numbersTable(
      'True accept rate at the usual false accept rates',
      ['', ...entries.map(({ name }) => name), 'distance at most'],
      entries[0]!.measures.trueAcceptRates.map(({ falseAcceptRate }, i) =>
        rateRow(falseAcceptRate, i, entries),
      ),
    )}`,
  };
}

/** One false accept rate: what each pack accepts there, and at which distance. */
function rateRow(rate: number, i: number, entries: readonly VerificationPageEntry[]): string[] {
  const measured = entries.map(({ measures }) => measures.trueAcceptRates[i]!.measured?.point);
  const shares = measured.map((point) =>
    point === undefined ? 'too few pairs' : percent(point.trueAcceptRate),
  );
  const limits = measured.map((point) => (point === undefined ? '–' : point.threshold.toFixed(3)));
  return [`at ${ratePercent(rate)}`, ...shares, listed(limits)];
}

function detSection(studio: Studio, entries: readonly VerificationPageEntry[]): Section {
  const figure = detFigure(
    entries.map(({ name, measures }) => ({
      name,
      points: detCurve(curveCorners(measures.curve)).map(({ falseAcceptRate, falseRejectRate }) => ({
        falseAccepts: falseAcceptRate,
        falseRejects: falseRejectRate,
      })),
      leastAccept: 1 / measures.pairs.different,
      leastReject: 1 / measures.pairs.same,
    })),
    {
      accepts: 'pairs of two people wrongly accepted',
      rejects: 'pairs of one person wrongly refused',
    },
  );
  return {
    id: 'det',
    title: 'One error against the other',
    lead: html`Every threshold trades one error for the other; nearer to the lower left corner is better. Where the line meets the dotted diagonal both errors are equally frequent. The axes are stretched so that small errors can be told apart.`,
    body: html`${seriesLegend(entries.map(({ name }) => name))}${studio.figure(figure)}${numbersTable(
      'Equal error rate',
      ['pack', 'equal error rate', '95 % interval'],
      entries.map(({ name, measures: { equalErrorRate } }) => [
        name,
        percent(equalErrorRate.value),
        equalErrorRate.interval === undefined ? 'too few people' : percentRange(equalErrorRate.interval),
      ]),
    )}`,
  };
}

function distances(studio: Studio, entries: readonly VerificationPageEntry[]): Section {
  const systems = entries.map(({ name, measures }) => {
    const threshold = meanThreshold(measures);
    return {
      name,
      histogram: measures.histogram,
      limit:
        threshold === undefined ? undefined : { at: threshold, words: `threshold ${threshold.toFixed(3)}` },
    };
  });
  return distanceSection(studio, systems, {
    title: 'How far apart faces lie',
    lead: html`Pairs of one person should lie to the left, pairs of two people to the right. Where the two hills overlap nobody can tell them apart by distance alone.`,
    same: 'one person',
    different: 'two people',
    label: 'distance between the two faces',
    caption: 'Pairs by distance',
  });
}

function foldSection(entries: readonly VerificationPageEntry[]): Section | undefined {
  const [first] = entries;
  if (first!.measures.accuracy === undefined) return undefined;
  return {
    id: 'folds',
    title: 'Fold by fold',
    lead: html`The pairs are cut into parts. Each part is judged at the threshold that was best on all the others, so no pair helps to choose the threshold that it is judged by.`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Folds"><table class="plain">
<thead><tr><th scope="col">fold</th><th scope="col">pairs</th>${entries.map(({ name }) => html`<th scope="col"><bdi>${name}</bdi></th>`)}</tr></thead>
<tbody>${first!.measures.accuracy.folds.map(
      ({ pairs }, fold) =>
        html`<tr><th scope="row">${fold + 1}</th><td>${count(pairs)}</td>${entries.map(({ measures }) => {
          const { accuracy, threshold } = measures.accuracy!.folds[fold]!;
          return html`<td>${percent(accuracy)} <small class="quiet">at ${threshold.toFixed(3)}</small></td>`;
        })}</tr>`,
    )}</tbody></table></div>`,
  };
}
