import { htmlPage } from '../html-page.ts';
import { html, type Markup } from '../markup.ts';
import { type Section, sectionMarkup } from '../sections/section.ts';
import { stylesheet } from '../stylesheet.ts';
import { evaluationStylesheet } from './stylesheet.ts';

/** A number that says how it went, beside the title. */
export interface KeyFigure {
  readonly value: string;
  readonly label: string;
  readonly detail?: string;
  readonly strong?: boolean;
}

/** What every evaluation page is made of. */
export interface EvaluationPage {
  /** What stands beside the name of Visage; default `evaluation`. */
  readonly kind?: string;
  readonly title: string;
  /** One sentence in plain words: what was measured, on what. */
  readonly introduction: Markup;
  readonly figures: readonly KeyFigure[];
  readonly sections: readonly (Section | undefined)[];
}

/** How the run can be done again. */
export interface Repetition {
  readonly settings: readonly { readonly label: string; readonly value: string }[];
  readonly command: string;
}

/** A self-contained HTML page in the style of the report. Pure: same page, same bytes. */
export function evaluationPage({
  kind = 'evaluation',
  title,
  introduction,
  figures,
  sections,
}: EvaluationPage): string {
  const shown = sections.filter((section) => section !== undefined);
  return htmlPage({
    title,
    style: stylesheet + evaluationStylesheet,
    skipTo: 'results',
    body: html`<header class="top">
  <p class="brand">Visage · ${kind}</p>
  <h1>${title}</h1>
  <p class="note">${introduction}</p>
  <dl class="figures">${figures.map(
    ({ value, label, detail, strong }) =>
      html`<div class="${strong === true ? 'figure strong' : 'figure'}"><dt>${label}</dt><dd>${value}${
        detail !== undefined && html`<small>${detail}</small>`
      }</dd></div>`,
  )}</dl>
</header>
<nav aria-label="Parts of the page"><ul>${shown.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main id="main">${shown.map(sectionMarkup)}
</main>
<footer><p>Made by Visage. Pictures in this page are inside the file: whoever gets the file gets them.</p></footer>
`,
  });
}

/** The last section: settings and command. */
export function repetitionSection({ settings, command }: Repetition): Section {
  return {
    id: 'again',
    title: 'Do it again',
    lead: html`The same photos with the same settings give the same page.`,
    body: html`
<dl class="settings">${settings.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
<ol class="commands"><li><p>the command</p><pre tabindex="0"><code>${command}</code></pre></li></ol>`,
  };
}

/** Numbers behind a figure, folded away below it. */
export function numbersTable(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  return html`<details class="numbers"><summary>The numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="plain"><caption>${caption}</caption>
<thead><tr>${header.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
}
