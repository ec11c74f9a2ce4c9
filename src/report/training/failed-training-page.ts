import { failedSection, type FailedPhoto } from '../evaluation/left-out.ts';
import { evaluationPage, repetitionSection, type Repetition } from '../evaluation/page.ts';
import { openStudio } from '../evaluation/plot/studio.ts';
import { counted, percent } from '../evaluation/words.ts';
import { count } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { curvesSection, type TrainingCurves, type TrainingPagePoint } from './curves-section.ts';

/** What the page of a fine-tuning shows that made no pack. Plain data. */
export interface FailedTrainingPageData {
  /** The pack that was not made, and the one that it was to be made of. */
  readonly name: string;
  readonly base: string;
  readonly faces: { readonly people: number; readonly photos: number };
  /** Why there is no pack, and what to do about it. */
  readonly reason: string;
  readonly advice: string;
  readonly loss: string;
  readonly pushing: TrainingCurves['pushing'];
  /** The first point is the pack as it was. */
  readonly curve: readonly TrainingPagePoint[];
  readonly failed: readonly FailedPhoto[];
  readonly repetition: Repetition;
}

const words = {
  lead: 'Every few steps the training looked at photos that it does not train on. Where it starts is the pack as it was.',
  mark: 'The dotted line is the pack as it was.',
};

/** Why a fine-tuning made no pack, as one self-contained HTML page. Same data, same page. */
export async function failedTrainingPage(data: FailedTrainingPageData): Promise<string> {
  const studio = await openStudio();
  const { name, base, faces, curve, loss, pushing } = data;
  return evaluationPage({
    kind: 'fine-tuning',
    title: `${name}: no pack was made`,
    introduction: html`The last layer of <bdi>${base}</bdi> was trained further on photos of your people, and nothing that came of it was good enough to keep. <bdi>${base}</bdi> is as it was.`,
    figures: [
      { value: count(curve.at(-1)?.step ?? 0), label: 'steps to the last look', strong: true },
      { value: count(faces.people), label: 'people' },
      { value: count(faces.photos), label: 'photos' },
    ],
    sections: [
      whySection(data),
      curve.length > 1 ? curvesSection(studio, { curve, bestStep: 0, loss, pushing }, words) : undefined,
      failedSection([{ name, failed: data.failed }], 'They took no part.'),
      repetitionSection(data.repetition),
    ],
  });
}

function whySection({ reason, advice, curve }: FailedTrainingPageData): Section {
  return {
    id: 'why',
    title: 'Why there is no pack',
    lead: html`${reason}`,
    body: html`<p class="notice" role="note">${advice}</p>${nearest(curve)}`,
  };
}

const meanRate = ({ unseen, fresh }: TrainingPagePoint): number =>
  fresh === undefined ? unseen : (unseen + fresh) / 2;

const told = ({ unseen, fresh }: TrainingPagePoint): string =>
  fresh === undefined ? percent(unseen) : `${percent(unseen)} and ${percent(fresh)}`;

/** How near the best look came to the pack as it was. */
function nearest([before, ...later]: readonly TrainingPagePoint[]): Markup | undefined {
  if (before === undefined || later.length === 0) return undefined;
  const best = later.reduce((most, point) => (meanRate(point) > meanRate(most) ? point : most));
  return html`<p class="note">At one false accept in a thousand the pack as it was recognises ${told(before)} of the pairs of one person${before.fresh !== undefined && ' (people never trained on, and new photos of trained people)'}. The best of ${counted(later.length, 'look')} after that, at step ${best.step}, came to ${told(best)}.</p>`;
}
