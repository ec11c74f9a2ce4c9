import { count } from '../figures.ts';
import { html } from '../markup.ts';
import type { Section } from '../sections/section.ts';
import { counted } from './words.ts';

/** A photo without a usable face. */
export interface FailedPhoto {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** The photos that gave no face, by pack or classifier. */
export interface FailedPhotos {
  readonly name: string;
  readonly failed: readonly FailedPhoto[];
}

const shownAtMost = 100;

/**
 * The photos that gave no face: they count, and this says how.
 * @param rule what they count as, in a sentence
 */
export function failedSection(groups: readonly FailedPhotos[], rule: string): Section | undefined {
  const rows = groups.flatMap(({ name, failed }) => failed.map((photo) => ({ name, ...photo })));
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, shownAtMost);
  const several = groups.length > 1;
  return {
    id: 'failed',
    title: 'Photos without a face',
    lead: html`${counted(rows.length, 'photo')} gave no face. ${rule}${
      shown.length < rows.length && html` <b>The first ${count(shown.length)} are listed.</b>`
    }`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Photos without a face"><table class="plain wide">
  <thead><tr>${several && html`<th scope="col">with</th>`}<th scope="col">photo</th><th scope="col">why</th></tr></thead>
  <tbody>${shown.map(
    ({ name, file, code, message }) =>
      html`<tr>${several && html`<td><bdi>${name}</bdi></td>`}<td class="file">${file}</td><td>${message} <code>${code}</code></td></tr>`,
  )}</tbody>
</table></div>`,
  };
}
