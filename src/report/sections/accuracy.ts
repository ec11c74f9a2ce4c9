import { count, share, wilsonInterval } from '../figures.ts';
import { html, type Markup } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { confusionBody } from './confusion.ts';
import type { Section } from './section.ts';
import { testAccuracy } from './summary.ts';

function line(label: string, right: number, total: number, interval: boolean): Markup {
  const [low, high] = interval && total > 0 ? wilsonInterval(right, total) : [0, 1];
  return html`<tr><th scope="row">${label}</th><td>${count(right)}</td><td>${count(total - right)}</td><td>${count(total)}</td><td class="strong">${share(right, total)}</td>${
    interval && html`<td>${total === 0 ? '–' : `${share(low, 1)} – ${share(high, 1)}`}</td>`
  }</tr>`;
}

/** Train and test accuracy with their counts, then who was taken for whom. */
export function accuracySection(data: ReportData): Section {
  const test = testAccuracy(data);
  const interval = data.measuresAccuracy;
  return {
    id: 'accuracy',
    title: 'Accuracy',
    lead: interval
      ? html`How many faces got the name of their folder. The interval says where the accuracy on more photos of this kind may lie (95 %, Wilson).`
      : html`How many faces got the name of their folder. Mind the note at the top.`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Accuracy"><table class="plain">
  <thead><tr><th scope="col">Part</th><th scope="col">right</th><th scope="col">wrong</th><th scope="col">faces</th><th scope="col">accuracy</th>${
    interval && html`<th scope="col">95 % interval</th>`
  }</tr></thead>
  <tbody>${line('train', data.trainAccuracy.right, data.trainAccuracy.total, false)}${line('test', test.right, test.total, interval)}</tbody>
</table></div>
${confusionBody(data)}`,
  };
}
