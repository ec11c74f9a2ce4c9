import { count } from '../figures.ts';
import { html, nameOf } from '../markup.ts';
import { pictureAddress } from '../picture.ts';
import type { ReportData } from '../report-data.ts';
import { isWrong, portraits } from '../selection.ts';
import type { Section } from './section.ts';

interface Tally {
  train: number;
  test: number;
  right: number;
}

/** Every person with a face, the number of pictures and how many of the test pictures were named right. */
export function peopleSection({ faces }: ReportData): Section {
  const tallies = new Map<string, Tally>();
  for (const face of faces) {
    const tally = tallies.get(face.name) ?? { train: 0, test: 0, right: 0 };
    tallies.set(face.name, tally);
    if (face.split === 'train') tally.train++;
    else if (face.prediction !== undefined) {
      tally.test++;
      if (!isWrong(face)) tally.right++;
    }
  }
  const shown = portraits(faces);
  const left = tallies.size - shown.size;
  return {
    id: 'people',
    title: 'People',
    lead: html`Who the classifier learned, from how many training faces, and how many test faces it named right.${
      left > 0 && html` <b>${count(shown.size)} of ${count(tallies.size)} people are shown.</b>`
    }`,
    body: html`<ul class="people">${[...shown].map(([name, index]) => {
      const { train, test, right } = tallies.get(name)!;
      const { thumbnail } = faces[index]!;
      return html`<li${right < test && html` class="wrong"`}>${
        thumbnail &&
        html`<img src="${pictureAddress(thumbnail)}" width="64" height="64" alt="" decoding="async">`
      }<div>${nameOf(name)}<p class="quiet">${count(train)} training · ${
        test === 0
          ? 'no test'
          : html`<span class="tally">${right < test && '✗ '}${count(right)} of ${count(test)} right</span>`
      }</p></div></li>`;
    })}</ul>`,
  };
}
