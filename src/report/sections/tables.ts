import { count, counted, duration } from '../figures.ts';
import { html } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { reportLimits } from '../selection.ts';
import type { Section } from './section.ts';

/** Files that were left out, each with the reason and what can be done. */
export function skippedSection({ skipped }: ReportData): Section | undefined {
  if (skipped.length === 0) return undefined;
  const shown = skipped.slice(0, reportLimits.skipped);
  return {
    id: 'skipped',
    title: 'Left out',
    lead: html`${counted(skipped.length, 'files')} could not be used; everything else went on without ${skipped.length === 1 ? 'it' : 'them'}.${
      shown.length < skipped.length && html` <b>The first ${count(shown.length)} are listed.</b>`
    }`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Files left out"><table class="plain wide">
  <thead><tr><th scope="col">file</th><th scope="col">why</th><th scope="col">what to do</th></tr></thead>
  <tbody>${shown.map(
    ({ file, code, message, hint }) =>
      html`<tr><td class="file">${file}</td><td>${message} <code>${code}</code></td><td>${hint ?? ''}</td></tr>`,
  )}</tbody>
</table></div>`,
  };
}

/** How long each stage took, with its counts, since a speed says nothing without them. */
export function timeSection({ stages }: ReportData): Section | undefined {
  if (stages.length === 0) return undefined;
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    id: 'times',
    title: 'Time',
    lead: html`${duration(total)} in all, on this machine and with the settings below. What an earlier run had finished was not done again.`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Time"><table class="plain times">
  <thead><tr><th scope="col">stage</th><th scope="col">done</th><th scope="col">time</th><th scope="col">per second</th><th scope="col"><span class="hidden">share</span></th></tr></thead>
  <tbody>${stages.map(
    ({ name, seconds, count: done, unit }) =>
      html`<tr><th scope="row">${name}</th><td>${count(done)} ${unit}</td><td>${duration(seconds)}</td><td>${
        seconds > 0 && done > 0 ? (done / seconds).toPrecision(3) : '–'
      }</td><td class="share"><span class="bar" style="--share:${(total > 0 ? seconds / total : 0).toFixed(3)}"></span></td></tr>`,
  )}</tbody>
</table></div>`,
  };
}

/** What it takes to get the same again: settings and commands. */
export function settingSection({ settings, commands }: ReportData): Section {
  return {
    id: 'settings',
    title: 'Do it again',
    lead: html`The same settings on the same photos give the same result.`,
    body: html`
<dl class="settings">${settings.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
<ol class="commands">${commands.map(
      ({ purpose, line }) =>
        html`<li><p>${purpose}</p><pre tabindex="0"><code>${line}</code></pre><button type="button" class="copy" hidden>Copy</button></li>`,
    )}</ol>`,
  };
}
