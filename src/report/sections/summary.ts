import { count, share } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { isWrong } from '../selection.ts';

/** Right and all test answers. */
export function testAccuracy({ faces }: ReportData): { readonly right: number; readonly total: number } {
  const answered = faces.filter(({ split, prediction }) => split === 'val' && prediction !== undefined);
  return { right: answered.filter((face) => !isWrong(face)).length, total: answered.length };
}

function figure(value: string, label: string, detail: string | undefined, wide: boolean): Markup {
  return html`<div class="${wide ? 'figure strong' : 'figure'}"><dt>${label}</dt><dd>${value}${
    detail !== undefined && html`<small>${detail}</small>`
  }</dd></div>`;
}

/** Title, the sentence not to overlook, and the handful of numbers that say how it went. */
export function summary(data: ReportData): Markup {
  const people = new Set(data.faces.map(({ name }) => name)).size;
  const test = testAccuracy(data);
  const train = data.trainAccuracy;
  const trainFaces = data.faces.filter(({ split }) => split === 'train').length;
  const found = data.photos.reduce((sum, { faces }) => sum + faces.length, 0);
  return html`
<header class="top">
  <p class="brand">Visage</p>
  <h1>${data.title}</h1>
  ${data.notice !== undefined && html`<p class="notice" role="note">${data.notice}</p>`}
  <dl class="figures">
    ${
      data.photos.length > 0 &&
      figure(
        count(found),
        found === 1 ? 'face found' : 'faces found',
        `in ${count(data.photos.length)} photos`,
        false,
      )
    }
    ${figure(count(people), people === 1 ? 'person' : 'people', undefined, false)}
    ${figure(count(trainFaces), 'training faces', undefined, false)}
    ${figure(count(data.faces.length - trainFaces), 'test faces', undefined, false)}
    ${figure(share(train.right, train.total), 'train accuracy', `${count(train.right)} of ${count(train.total)} right`, false)}
    ${figure(share(test.right, test.total), 'test accuracy', `${count(test.right)} of ${count(test.total)} right`, true)}
  </dl>
</header>`;
}
