import type { VerificationMeasures } from '../../evaluate/index.ts';
import { failedSection, type FailedPhoto } from '../evaluation/left-out.ts';
import { evaluationPage, numbersTable, repetitionSection, type Repetition } from '../evaluation/page.ts';
import { seriesLegend } from '../evaluation/plot/series.ts';
import { openStudio, type Studio } from '../evaluation/plot/studio.ts';
import { rocFigure } from '../evaluation/plot/roc-figure.ts';
import { counted, oneIn, percent, percentRange, rateCell, ratePercent } from '../evaluation/words.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { curvesSection, type TrainingCurves } from './curves-section.ts';

/** Photos of one kind, before and after. */
export interface TrainingPageKind {
  readonly before: VerificationMeasures;
  readonly after: VerificationMeasures;
}

/** What the page of a fine-tuning shows. Plain data. */
export interface TrainingPageData extends TrainingCurves {
  /** The new pack, and the one that it was made of. */
  readonly name: string;
  readonly base: string;
  readonly trained: { readonly people: number; readonly photos: number };
  readonly apart: { readonly people: number; readonly photos: number };
  readonly end: 'steps' | 'patience' | 'time';
  /** How far from the old layer to the new one, in (0, 1]. */
  readonly blend: number;
  /** Those that judge have chosen too: there were too few people to divide. */
  readonly shared: boolean;
  readonly unseen: TrainingPageKind;
  readonly fresh: TrainingPageKind | undefined;
  /** What the new pack's calibration rests on. */
  readonly calibration: { readonly people: number; readonly leastFalseAccept: number } | undefined;
  readonly failed: readonly FailedPhoto[];
  readonly repetition: Repetition;
}

const names = ['before', 'after'];

const kept = {
  lead: 'Every few steps the training looked at photos that it does not train on, and kept the network that did best there.',
  mark: 'The dotted line is the step that was kept.',
};

/** A fine-tuning as one self-contained HTML page. Same data, same page. */
export async function trainingPage(data: TrainingPageData): Promise<string> {
  const studio = await openStudio();
  const { name, base, trained, apart, unseen, fresh } = data;
  return evaluationPage({
    kind: 'fine-tuning',
    title: `${name}: what training changed`,
    introduction: html`The last layer of <bdi>${base}</bdi> was trained further on ${counted(trained.photos, 'photo')} of ${counted(trained.people, 'person', 'people')}. ${counted(apart.people, 'other person', 'other people')} with ${counted(apart.photos, 'photo')} were kept apart: the training never saw them.`,
    figures: [
      ...(fresh === undefined ? [] : [gainFigure('new photos of trained people', fresh, true)]),
      gainFigure('people never trained on', unseen, fresh === undefined),
      { value: count(trained.people), label: 'people trained on' },
      { value: count(apart.people), label: 'people kept apart' },
    ],
    sections: [
      numbersSection(data),
      rocSection(
        studio,
        'roc',
        'People the training never saw',
        unseen,
        'Faces of people kept apart, each compared with each. What is gained here, everybody gains; what is lost, everybody loses.',
      ),
      fresh &&
        rocSection(
          studio,
          'roc-new',
          'New photos of trained people',
          fresh,
          'Photos that were set aside, compared with photos that were trained on: as a gallery compares them. This is what training on your own people is for.',
        ),
      curvesSection(studio, data, kept),
      failedSection([{ name, failed: data.failed }], 'They took no part.'),
      repetitionSection(data.repetition),
    ],
  });
}

/** The working point that is spoken of: one in a thousand, or what the pairs allow. */
function spoken({ trueAcceptRates }: VerificationMeasures) {
  const measured = trueAcceptRates.filter(
    (rate) => rate.measured !== undefined && rate.falseAcceptRate >= 1e-3,
  );
  return measured.at(-1);
}

function gainFigure(label: string, { before, after }: TrainingPageKind, strong: boolean) {
  const [old, now] = [spoken(before), spoken(after)];
  if (old?.measured === undefined || now?.measured === undefined) {
    const change = after.equalErrorRate.value - before.equalErrorRate.value;
    return { value: points(change), label: `equal errors, ${label}`, strong };
  }
  const [from, to] = [old.measured.point.trueAcceptRate, now.measured.point.trueAcceptRate];
  const detail = `${percent(from)} → ${percent(to)}`;
  return { value: points(to - from), label: `${label}, at ${oneIn(old.falseAcceptRate)}`, detail, strong };
}

/** A change of a share: `+1.25 points`. */
const points = (change: number): string => {
  const text = Math.abs(100 * change).toFixed(2);
  return `${text === '0.00' ? '±' : change > 0 ? '+' : '−'}${text} points`;
};

function numbersSection({
  unseen,
  fresh,
  shared,
  blend,
  bestStep,
  end,
  calibration,
}: TrainingPageData): Section {
  const kinds = [
    ...(fresh === undefined ? [] : [{ label: 'new photos of trained people', kind: fresh }]),
    { label: 'people never trained on', kind: unseen },
  ];
  return {
    id: 'numbers',
    title: 'In numbers',
    lead: html`Of the pairs of photos that show one person, how many are recognised as such, while so many pairs of two people are mistaken for one? Small print is the 95\u202f% interval: people were drawn anew. Where the intervals of before and after overlap widely, more people are needed to know.`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Before and after"><table class="plain compare">
<thead><tr><th scope="col">measure</th>${kinds.flatMap(({ label }) => names.map((when) => html`<th scope="col">${label}<small>${when}</small></th>`))}</tr></thead>
<tbody>
${unseen.before.trueAcceptRates.map(
  ({ falseAcceptRate }, i) =>
    html`<tr><th scope="row">recognised at ${ratePercent(falseAcceptRate)} false accepts<small>${oneIn(falseAcceptRate)} pairs of two people gets through</small></th>${kinds.flatMap(({ kind }) => [kind.before, kind.after].map(({ trueAcceptRates }) => rateCell(trueAcceptRates[i]!)))}</tr>`,
)}
<tr><th scope="row">equal error rate<small>both errors equally frequent</small></th>${kinds.flatMap(({ kind }) => [kind.before, kind.after].map(({ equalErrorRate: { value, interval } }) => html`<td>${percent(value)}${interval && html`<small>${percentRange(interval)}</small>`}</td>`))}</tr>
<tr><th scope="row">pairs<small>of one person, of two people</small></th>${kinds.flatMap(({ kind }) => [kind.before, kind.after].map(({ pairs }) => html`<td>${count(pairs.same)}<small>${count(pairs.different)}</small></td>`))}</tr>
</tbody></table></div>
${kinds.flatMap(({ label, kind }) => inWords(label, kind) ?? [])}
<p class="note">The network kept is that of step ${bestStep}, ${percent(blend, 0)} of the way from the old layer to the new one. ${endWords[end]}</p>
${shared && html`<p class="note">There were too few people to divide: those that judge here have also chosen the step, which flatters a little.</p>`}
<p class="note">${
      calibration === undefined
        ? 'The people kept apart are too few for a calibration: the new pack decides by a distance alone.'
        : `The new pack has a calibration of its own, from ${calibration.people} people; it can speak of false accept rates down to about ${ratePercent(calibration.leastFalseAccept)}.`
    }</p>`,
  };
}

const endWords: Readonly<Record<TrainingPageData['end'], string>> = {
  steps: 'All steps were taken.',
  patience: 'The training stopped early, because it got no better.',
  time: 'The training stopped when its time was over.',
};

/** The same as a sentence with whole numbers. */
function inWords(label: string, { before, after }: TrainingPageKind): Markup | undefined {
  const [old, now] = [spoken(before), spoken(after)];
  if (old?.measured === undefined || now?.measured === undefined) return undefined;
  const { same } = before.pairs;
  const found = (rate: number): string => count(Math.round(rate * same));
  return html`<p class="note"><b>${label.charAt(0).toUpperCase() + label.slice(1)}:</b> of ${counted(same, 'pair')} of one person ${found(old.measured.point.trueAcceptRate)} were recognised before and ${found(now.measured.point.trueAcceptRate)} after, while ${oneIn(old.falseAcceptRate)} pairs of two people gets through.</p>`;
}

function rocSection(
  studio: Studio,
  id: string,
  title: string,
  { before, after }: TrainingPageKind,
  lead: string,
): Section {
  const figure = rocFigure([before, after].map((measures, i) => ({ name: names[i]!, measures })));
  return {
    id,
    title,
    lead: html`${lead} The higher the line, the better; to the left it is stricter.`,
    body: html`${seriesLegend(names)}${studio.figure(figure)}${numbersTable(
      title,
      ['FAR', 'TAR before', 'TAR after'],
      before.trueAcceptRates.map(({ falseAcceptRate, measured }, i) => {
        const now = after.trueAcceptRates[i]!.measured;
        return [
          ratePercent(falseAcceptRate),
          measured === undefined ? '–' : percent(measured.point.trueAcceptRate),
          now === undefined ? '–' : percent(now.point.trueAcceptRate),
        ];
      }),
    )}`,
  };
}
