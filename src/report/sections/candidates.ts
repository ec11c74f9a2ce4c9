import { probability } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import type { ReportPrediction } from '../report-data.ts';

const shown = 3;

/** The likeliest people with a bar each; the bar repeats what the figure says. */
export function candidateBars(candidates: ReportPrediction['candidates']): Markup {
  return html`<ol class="candidates">${candidates
    .slice(0, shown)
    .map(
      (candidate) =>
        html`<li><span class="bar" style="--share:${candidate.probability.toFixed(3)}"></span>${nameOf(
          candidate.name,
        )} <span class="value">${probability(candidate.probability)}</span></li>`,
    )}</ol>`;
}
