import { createHash } from 'node:crypto';
import { behaviour } from './behaviour.ts';
import { html, Markup } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { accuracySection } from './sections/accuracy.ts';
import { mapSection } from './sections/map.ts';
import { peopleSection } from './sections/people.ts';
import { photoSection } from './sections/photos.ts';
import { predictionSection } from './sections/predictions.ts';
import { type Section, sectionMarkup } from './sections/section.ts';
import { summary } from './sections/summary.ts';
import { settingSection, skippedSection, timeSection } from './sections/tables.ts';
import { stylesheet } from './stylesheet.ts';

/**
 * What a browser may do with the page: nothing from elsewhere, pictures from `data:` addresses, and
 * no script but ours, known by its hash, so that a name can never run (CSP level 3).
 */
function contentPolicy(): string {
  const hash = createHash('sha256').update(behaviour).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

/**
 * The report as one self-contained HTML page that asks nothing of any other place. Pure: same data,
 * same page. Every name, file and message is escaped. What would be too much for one page is cut to
 * `reportLimits`, and the page says so.
 */
export function buildReport(data: ReportData): string {
  const sections = [
    photoSection(data),
    peopleSection(data),
    accuracySection(data),
    predictionSection(data),
    mapSection(data),
    skippedSection(data),
    timeSection(data),
    settingSection(data),
  ].filter((section): section is Section => section !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${data.title} · Visage</title>
<link rel="icon" href="data:,">
<style>${new Markup(stylesheet)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
${summary(data)}
<nav aria-label="Parts of the report"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main">${sections.map(sectionMarkup)}
</main>
<footer><p>Made by Visage. The photos in this page are inside the file: whoever gets the file gets them.</p></footer>
<script>${new Markup(behaviour)}</script>
</body>
</html>
`;
  return page.text;
}
