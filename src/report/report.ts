import { behaviour } from './behaviour.ts';
import { htmlPage } from './html-page.ts';
import { html } from './markup.ts';
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
  return htmlPage({
    title: data.title,
    style: stylesheet,
    script: behaviour,
    skipTo: 'results',
    body: html`${summary(data)}
<nav aria-label="Parts of the report"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main">${sections.map(sectionMarkup)}
</main>
<footer><p>Made by Visage. The photos in this page are inside the file: whoever gets the file gets them.</p></footer>
`,
  });
}
