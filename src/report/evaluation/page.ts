import { html, Markup } from '../markup.ts';
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

/** Nothing from elsewhere, and no script at all: the pages have none (CSP level 3). */
const contentPolicy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A self-contained HTML page in the style of the report. Pure: same page, same bytes. */
export function evaluationPage({
  kind = 'evaluation',
  title,
  introduction,
  figures,
  sections,
}: EvaluationPage): string {
  const shown = sections.filter((section) => section !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Visage</title>
<link rel="icon" href="data:,">
<style>${new Markup(stylesheet + evaluationStylesheet)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
<header class="top">
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
</body>
</html>
`;
  return page.text;
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
