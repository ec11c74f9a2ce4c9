import { count, probability } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import { pictureAddress } from '../picture.ts';
import type { ReportData, ReportFace } from '../report-data.ts';
import { isWrong, predictionOrder, reportLimits, trainingMistakes } from '../selection.ts';
import { candidateBars } from './candidates.ts';
import type { Section } from './section.ts';

const marks = { wrong: '✗ wrong', unknown: '? unknown', right: '✓ right' } as const;

/** Cards shown before the reader asks for more; wrong ones always are. */
const shownAtFirst = 24;

function card(face: ReportFace, late: boolean): Markup {
  const prediction = face.prediction!;
  const tone = isWrong(face) ? 'wrong' : prediction.refused ? 'unknown' : 'right';
  return html`<li class="card ${tone}${late && ' late'}" data-tone="${tone}" data-names="${`${face.name} ${prediction.name}`.toLowerCase()}">${
    face.thumbnail &&
    html`<img src="${pictureAddress(face.thumbnail)}" width="96" height="96" alt="" decoding="async">`
  }<div class="told"><p class="mark">${marks[tone]}<span class="value">${probability(prediction.probability)}</span></p><dl><dt>predicted</dt><dd class="predicted">${nameOf(prediction.name)}</dd><dt>expected</dt><dd>${nameOf(face.name)}</dd></dl></div>${candidateBars(
    prediction.candidates,
  )}<p class="file">${face.file} · distance ${prediction.distance.toFixed(2)}${
    prediction.refused && ', too far: identify says unknown'
  }</p></li>`;
}

/** Training faces that even the classifier that learned them names wrong: often the label is. */
function mistakenLabels(faces: readonly ReportFace[]): Markup | undefined {
  const mistakes = trainingMistakes(faces);
  if (mistakes.length === 0) return undefined;
  return html`<h3>Training faces to look at</h3>
<p class="quiet">The classifier learned from these and still gives them another name. Often the photo lies in the wrong folder, or the face of somebody beside the person was taken.</p>
<ul class="cards">${mistakes.map((i) => card(faces[i]!, false))}</ul>`;
}

/** A card for every answer on the test part, wrong ones first. */
export function predictionSection({ faces }: ReportData): Section | undefined {
  const order = predictionOrder(faces);
  if (order.length === 0) return undefined;
  const shown = order.slice(0, reportLimits.predictions);
  const tally = { wrong: 0, unknown: 0 };
  for (const i of order) {
    if (isWrong(faces[i]!)) tally.wrong++;
    else if (faces[i]!.prediction!.refused) tally.unknown++;
  }
  const atFirst = Math.max(shownAtFirst, tally.wrong);
  return {
    id: 'predictions',
    title: 'Predictions',
    lead: html`Every test face with the name it got: wrong ones first, then the least sure.${
      shown.length < order.length && html` <b>${count(shown.length)} of ${count(order.length)} are shown.</b>`
    }`,
    body: html`
<div class="filter" role="group" aria-label="Filter predictions" hidden>
  <button type="button" data-tone="" aria-pressed="true">All <span>${count(order.length)}</span></button>
  <button type="button" data-tone="wrong" aria-pressed="false">Wrong <span>${count(tally.wrong)}</span></button>
  ${tally.unknown > 0 && html`<button type="button" data-tone="unknown" aria-pressed="false">Unknown <span>${count(tally.unknown)}</span></button>`}
  <label>Name <input type="search" id="prediction-search" autocomplete="off" spellcheck="false"></label>
  <output id="prediction-count" aria-live="polite"></output>
</div>
<ul class="cards" id="cards">${shown.map((i, place) => card(faces[i]!, place >= atFirst))}</ul>
${atFirst < shown.length && html`<button type="button" class="more" id="more-cards" hidden>Show all ${count(shown.length)}</button>`}
${mistakenLabels(faces)}`,
  };
}
