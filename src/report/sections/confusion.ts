import { count, counted } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import type { ReportData, ReportFace } from '../report-data.ts';
import { reportLimits } from '../selection.ts';

/** Test faces by expected name, then by predicted name. */
function confusions(faces: readonly ReportFace[]): Map<string, Map<string, number>> {
  const rows = new Map<string, Map<string, number>>();
  for (const { split, name, prediction } of faces) {
    if (split !== 'val' || prediction === undefined) continue;
    const row = rows.get(name) ?? new Map<string, number>();
    rows.set(name, row.set(prediction.name, (row.get(prediction.name) ?? 0) + 1));
  }
  return rows;
}

function cell(expected: string, predicted: string, row: ReadonlyMap<string, number>, total: number): Markup {
  const value = row.get(predicted) ?? 0;
  const kind = expected === predicted ? 'hit' : 'miss';
  if (value === 0) return html`<td class="${expected === predicted ? 'empty diagonal' : 'empty'}"></td>`;
  const told = `${expected} taken for ${predicted}: ${value} of ${total}`;
  return html`<td class="${kind}" style="--share:${(value / total).toFixed(3)}" title="${told}">${count(value)}</td>`;
}

function matrix(names: readonly string[], rows: ReadonlyMap<string, ReadonlyMap<string, number>>): Markup {
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="matrix">
  <caption>Rows: whose face it is. Columns: whose it was said to be. Blue lies on the diagonal: right; orange: wrong.</caption>
  <thead><tr><td></td>${names.map((name) => html`<th scope="col"><span>${nameOf(name)}</span></th>`)}</tr></thead>
  <tbody>${names.map((expected) => {
    const row = rows.get(expected) ?? new Map<string, number>();
    const total = [...row.values()].reduce((sum, value) => sum + value, 0);
    return html`<tr><th scope="row">${nameOf(expected)}</th>${names.map((predicted) => cell(expected, predicted, row, total))}</tr>`;
  })}</tbody>
</table></div>`;
}

function confusedPairs(rows: ReadonlyMap<string, ReadonlyMap<string, number>>): Markup {
  const pairs = [...rows]
    .flatMap(([expected, row]) => [...row].map(([predicted, times]) => ({ expected, predicted, times })))
    .filter(({ expected, predicted }) => expected !== predicted)
    .sort((a, b) => b.times - a.times || (a.expected < b.expected ? -1 : 1));
  if (pairs.length === 0) return html`<p class="quiet">Nobody was taken for anybody else.</p>`;
  const shown = pairs.slice(0, reportLimits.confusedPairs);
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Who was taken for whom"><table class="plain">
  <caption>Who was taken for whom${
    shown.length < pairs.length &&
    html` (the ${count(shown.length)} most frequent of ${count(pairs.length)} pairs)`
  }</caption>
  <thead><tr><th scope="col">face of</th><th scope="col">taken for</th><th scope="col">times</th></tr></thead>
  <tbody>${shown.map(
    ({ expected, predicted, times }) =>
      html`<tr><td>${nameOf(expected)}</td><td>${nameOf(predicted)}</td><td>${count(times)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

/** A matrix up to 30 people; beyond that nobody can read one, and the confused pairs are listed. */
export function confusionBody({ faces }: ReportData): Markup {
  const rows = confusions(faces);
  if (rows.size === 0)
    return html`<p class="quiet">There is no test face, so nothing can be said about accuracy.</p>`;
  const named = new Set(rows.keys());
  for (const row of rows.values()) for (const predicted of row.keys()) named.add(predicted);
  const names = [...named].sort();
  if (names.length <= reportLimits.matrixClasses)
    return html`<h3>Confusion matrix</h3>${matrix(names, rows)}`;
  return html`<h3>Confused people</h3><p class="quiet">With ${counted(names.length, 'people', 'person')} a matrix cannot be read; these are the pairs that it would show off its diagonal.</p>${confusedPairs(rows)}`;
}
