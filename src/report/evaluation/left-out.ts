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

/** Each failure once, with everybody whom it befell. */
function failures(groups: readonly FailedPhotos[]): (FailedPhoto & { readonly names: string[] })[] {
  const found = new Map<string, FailedPhoto & { readonly names: string[] }>();
  for (const { name, failed } of groups) {
    for (const photo of failed) {
      const key = JSON.stringify([photo.file, photo.code, photo.message]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...photo, names: [name] });
      else known.names.push(name);
    }
  }
  return [...found.values()];
}

/**
 * The photos that gave no face: they count, and this says how.
 * @param rule what they count as, in a sentence
 */
export function failedSection(groups: readonly FailedPhotos[], rule: string): Section | undefined {
  const rows = failures(groups);
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, shownAtMost);
  const several = groups.length > 1;
  const photos = new Set(rows.map(({ file }) => file)).size;
  return {
    id: 'failed',
    title: 'Photos without a face',
    lead: html`${counted(photos, 'photo')} gave no face${several && html` with at least one of them`}. ${rule}${
      shown.length < rows.length && html` <b>The first ${count(shown.length)} are listed.</b>`
    }`,
    body: html`
<div class="scroll" tabindex="0" role="region" aria-label="Photos without a face"><table class="plain wide">
  <thead><tr>${several && html`<th scope="col">with</th>`}<th scope="col">photo</th><th scope="col">why</th></tr></thead>
  <tbody>${shown.map(
    ({ names, file, code, message }) =>
      html`<tr>${several && html`<td>${names.map((name) => html`<div><bdi>${name}</bdi></div>`)}</td>`}<td class="file">${file}</td><td>${message} <code>${code}</code></td></tr>`,
  )}</tbody>
</table></div>`,
  };
}
