import { confusionMatrix } from '../../evaluate/index.ts';
import { compareCodePoints } from '../../kernel/index.ts';
import { count, counted } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { reportLimits } from '../selection.ts';

function cell(expected: string, predicted: string, times: number, total: number): Markup {
  const right = expected === predicted;
  if (times === 0) return html`<td${right && html` class="diagonal"`}></td>`;
  const told = `${expected} taken for ${predicted}: ${times} of ${total}`;
  return html`<td class="${right ? 'hit' : 'miss'}" style="--share:${(times / total).toFixed(3)}" title="${told}">${count(times)}</td>`;
}

function matrix(expected: readonly string[], predicted: readonly string[]): Markup {
  const { classes, counts } = confusionMatrix(expected, predicted);
  const names = classes as readonly string[];
  return html`
<p class="quiet" id="matrix-lead">Rows: whose face it is. Columns: whose it was said to be. On the diagonal, in blue: right; off it, in orange: wrong.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="matrix" aria-describedby="matrix-lead">
  <thead><tr><td></td>${names.map((name) => html`<th scope="col"><span>${nameOf(name)}</span></th>`)}</tr></thead>
  <tbody>${counts.map((row, i) => {
    const total = row.reduce((sum, times) => sum + times, 0);
    return html`<tr><th scope="row">${nameOf(names[i]!)}</th>${row.map((times, j) => cell(names[i]!, names[j]!, times, total))}</tr>`;
  })}</tbody>
</table></div>`;
}

function confusedPairs(expected: readonly string[], predicted: readonly string[]): Markup {
  const pairs = new Map<string, { name: string; answer: string; times: number }>();
  for (const [i, name] of expected.entries()) {
    const answer = predicted[i]!;
    if (answer === name) continue;
    const key = JSON.stringify([name, answer]);
    const pair = pairs.get(key) ?? { name, answer, times: 0 };
    pair.times++;
    pairs.set(key, pair);
  }
  if (pairs.size === 0) return html`<p class="quiet">Nobody was taken for anybody else.</p>`;
  const shown = [...pairs.values()]
    .sort(
      (a, b) =>
        b.times - a.times || compareCodePoints(a.name, b.name) || compareCodePoints(a.answer, b.answer),
    )
    .slice(0, reportLimits.confusedPairs);
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Who was taken for whom"><table class="plain">
  <caption>Who was taken for whom${
    shown.length < pairs.size &&
    html` (the ${count(shown.length)} most frequent of ${count(pairs.size)} pairs)`
  }</caption>
  <thead><tr><th scope="col">face of</th><th scope="col">taken for</th><th scope="col">times</th></tr></thead>
  <tbody>${shown.map(
    ({ name, answer, times }) =>
      html`<tr><td>${nameOf(name)}</td><td>${nameOf(answer)}</td><td>${count(times)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

/** A matrix up to 30 people; beyond that nobody can read one, and the confused pairs are listed. */
export function confusionBody({ faces }: ReportData): Markup {
  const expected: string[] = [];
  const predicted: string[] = [];
  for (const { split, name, prediction } of faces) {
    if (split !== 'val' || prediction === undefined) continue;
    expected.push(name);
    predicted.push(prediction.name);
  }
  if (expected.length === 0)
    return html`<p class="quiet">There is no test face, so nothing can be said about accuracy.</p>`;
  const people = new Set([...expected, ...predicted]).size;
  if (people <= reportLimits.matrixClasses)
    return html`<h3>Confusion matrix</h3>${matrix(expected, predicted)}`;
  return html`<h3>Confused people</h3><p class="quiet">With ${counted(people, 'people', 'person')} a matrix cannot be read; these are the pairs that it would show off its diagonal.</p>${confusedPairs(expected, predicted)}`;
}
