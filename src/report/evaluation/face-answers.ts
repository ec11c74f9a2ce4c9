import { html, type Markup, nameOf } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { faceImage, type ShownFace } from './face-pairs.ts';
import { percent } from './words.ts';

/** A face with what was answered to it. */
export interface ShownAnswer {
  readonly face: ShownFace;
  /** `null`: unknown. */
  readonly answer: string | null;
  /** The nearest person, with the probability that was stated. */
  readonly best: { readonly name: string; readonly probability: number };
}

/** Answers under a heading. */
export interface AnswerGroup {
  /** Of the classifier. */
  readonly name: string;
  readonly title: string;
  readonly answers: readonly ShownAnswer[];
}

function answerCard({ face, answer, best }: ShownAnswer): Markup {
  const said =
    answer === null
      ? html`unknown; nearest is ${nameOf(best.name)}, ${percent(best.probability, 1)}`
      : html`taken for ${nameOf(answer)}, ${percent(best.probability, 1)}`;
  return html`<li class="pair">${faceImage(face)}<p>${nameOf(face.name)}</p><p class="said">${said}</p><p class="file">${face.file}</p></li>`;
}

/** Wrong answers as pictures; nothing where there are none. */
export function worstAnswers(groups: readonly AnswerGroup[]): Section | undefined {
  const shown = groups.filter(({ answers }) => answers.length > 0);
  if (shown.length === 0) return undefined;
  const several = new Set(groups.map(({ name }) => name)).size > 1;
  return {
    id: 'mistakes',
    title: 'The worst of it',
    lead: html`Wrong answers, the surest first. Under each face whose it is, and what was said. Wrong labels gather here: look before you blame the network.`,
    body: html`${shown.map(
      ({ name, title, answers }) =>
        html`<h3>${title}${several && html` · <bdi>${name}</bdi>`}</h3><ul class="pairs single">${answers.map(answerCard)}</ul>`,
    )}`,
  };
}
