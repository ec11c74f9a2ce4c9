import type { ConfusionMatrix, Proportion, Reliability } from '../../evaluate/index.ts';
import { count } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { type ShownAnswer, worstAnswers } from './face-answers.ts';
import { type FailedPhoto, failedSection } from './left-out.ts';
import { each } from './measure-table.ts';
import { evaluationPage, numbersTable, repetitionSection, type Repetition } from './page.ts';
import { confusionFigure, recallFigure, reliabilityFigure } from './plot/classifier-figures.ts';
import { openStudio } from './plot/studio.ts';
import { counted, percent, percentRange } from './words.ts';

/** One classifier on a classifier page. */
export interface ClassifierPageEntry {
  readonly name: string;
  /** Right answers; "unknown" is right for a stranger. */
  readonly accuracy: Proportion;
  readonly confusion: ConfusionMatrix;
  readonly reliability: Reliability;
  /** Known people that got somebody else's name, the surest first. */
  readonly mistaken: readonly ShownAnswer[];
  /** Strangers that got a name. */
  readonly named: readonly ShownAnswer[];
  /** Known people that were called unknown. */
  readonly refused: readonly ShownAnswer[];
  /** Photos without a usable face. */
  readonly failed: readonly FailedPhoto[];
}

/** What a classifier page shows. Plain data. */
export interface ClassifierPageData {
  readonly about: string;
  readonly faces: number;
  readonly strangers: number;
  readonly entries: readonly ClassifierPageEntry[];
  readonly repetition: Repetition;
}

/** With more people than this figures of single people cannot be read; tables stand in. */
const mostPeopleDrawn = 30;

/** Classifiers as one self-contained HTML page. Same data, same page. */
export async function classifierPage(data: ClassifierPageData): Promise<string> {
  const studio = await openStudio();
  const { entries, faces, strangers } = data;
  const sections: (Section | undefined)[] = [
    {
      id: 'numbers',
      title: 'In numbers',
      lead: html`How many faces got the right answer, and how far the stated probabilities can be believed. Small print is the 95\u202f% interval (Wilson).`,
      body: html`<div class="scroll" tabindex="0" role="region" aria-label="Measures"><table class="plain compare">
<thead><tr><th scope="col">classifier</th><th scope="col">right answers</th><th scope="col">expected calibration error</th><th scope="col">Brier score</th></tr></thead>
<tbody>${entries.map(
        ({ name, accuracy, reliability }) =>
          html`<tr><th scope="row"><bdi>${name}</bdi></th><td>${percent(accuracy.share)}<small>${percentRange(accuracy)}</small></td><td>${percent(reliability.expectedError)}</td><td>${reliability.brierScore.toFixed(4)}</td></tr>`,
      )}</tbody></table></div>`,
    },
    {
      id: 'confusion',
      title: 'Who was taken for whom',
      lead: html`Rows say whose face it is, columns what was answered. On the diagonal, in blue, is what is right; off it, in orange, what is wrong.`,
      body: each(entries, ({ name, confusion }) =>
        confusion.classes.length <= mostPeopleDrawn
          ? studio.figure(confusionFigure(name, confusion))
          : confusedPairs(confusion),
      ),
    },
    {
      id: 'recall',
      title: 'Person by person',
      lead: html`Recall is the share of a person’s faces that got the right answer; precision the share of the answers with that name that were right. A person with a short bar needs other or more photos.`,
      body: each(
        entries,
        ({ name, confusion }) =>
          html`${
            confusion.classes.length <= mostPeopleDrawn && studio.figure(recallFigure(name, confusion))
          }${numbersTable(
            `Recall and precision, ${name}`,
            ['person', 'faces', 'recall', 'precision'],
            confusion.classes.map((answer, i) => [
              answer ?? 'unknown',
              count(confusion.counts[i]!.reduce((sum, times) => sum + times, 0)),
              percent(confusion.recall[i]!),
              percent(confusion.precision[i]!),
            ]),
          )}`,
      ),
    },
    {
      id: 'reliability',
      title: 'Can the probabilities be believed?',
      lead: html`Of the answers stated with 80\u202f% about 80\u202f% should be right: then the dots lie on the dotted line. Dots below it are boasts, dots above it are modest. Strangers are left aside.`,
      body: each(
        entries,
        ({ name, reliability }) =>
          html`${studio.figure(reliabilityFigure(name, reliability))}${numbersTable(
            `Reliability, ${name}`,
            ['stated from', 'answers', 'stated on average', 'right'],
            reliability.bins.map(({ low, count: times, stated, observed }) => [
              percent(low, 0),
              count(times),
              times === 0 ? '–' : percent(stated),
              times === 0 ? '–' : percent(observed),
            ]),
          )}`,
      ),
    },
    worstAnswers(
      entries.flatMap(({ name, mistaken, named, refused }) => [
        { name, title: 'Taken for somebody else', answers: mistaken },
        { name, title: 'Strangers that got a name', answers: named },
        { name, title: 'Not recognised', answers: refused },
      ]),
    ),
    failedSection(
      entries.map(({ name, failed }) => ({ name, failed })),
      'They are not left out: each counts as answered with “unknown”.',
    ),
    repetitionSection(data.repetition),
  ];
  return evaluationPage({
    title: `${data.about}: is the name right?`,
    introduction: html`${counted(faces, 'face')} with known names were given to ${counted(entries.length, 'classifier')}. ${strangersSentence(strangers)}`,
    figures: [
      ...(entries.length === 1
        ? [{ value: percent(entries[0]!.accuracy.share), label: 'right answers', strong: true }]
        : []),
      { value: count(faces), label: 'faces' },
      { value: count(strangers), label: 'of strangers' },
      { value: count(entries.length), label: entries.length === 1 ? 'classifier' : 'classifiers compared' },
    ],
    sections,
  });
}

function confusedPairs({ classes, counts }: ConfusionMatrix): Markup {
  const pairs = counts
    .flatMap((row, i) => row.map((times, j) => ({ i, j, times })))
    .filter(({ i, j, times }) => i !== j && times > 0)
    .sort((a, b) => b.times - a.times || a.i - b.i || a.j - b.j)
    .slice(0, 100);
  if (pairs.length === 0) return html`<p class="quiet">Nobody was taken for anybody else.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Who was taken for whom"><table class="plain"><thead><tr><th scope="col">face of</th><th scope="col">taken for</th><th scope="col">times</th></tr></thead>
<tbody>${pairs.map(({ i, j, times }) => html`<tr><td>${nameOf(classes[i] ?? 'unknown')}</td><td>${nameOf(classes[j] ?? 'unknown')}</td><td>${count(times)}</td></tr>`)}</tbody></table></div>`;
}

function strangersSentence(strangers: number): string {
  if (strangers === 0) return 'Nobody among them is a stranger: how strangers fare is not seen here.';
  return `${count(strangers)} of them ${strangers === 1 ? 'is' : 'are'} of people that no classifier knows: there “unknown” is the right answer.`;
}
