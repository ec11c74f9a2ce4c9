import { html, type Markup } from '../markup.ts';

/** One measure of everything that is compared: a `<td>` for each. */
export interface MeasureRow {
  readonly label: string;
  /** What it means, in few words. */
  readonly told: string;
  readonly cells: readonly Markup[];
}

/** Measures in rows, what is compared in columns. */
export function measureTable(names: readonly string[], rows: readonly MeasureRow[]): Markup {
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Measures"><table class="plain compare">
<thead><tr><th scope="col">measure</th>${names.map((name) => html`<th scope="col"><bdi>${name}</bdi></th>`)}</tr></thead>
<tbody>${rows.map(
    ({ label, told, cells }) => html`<tr><th scope="row">${label}<small>${told}</small></th>${cells}</tr>`,
  )}</tbody></table></div>`;
}

/** Something for each of what is compared, with its name above it where there are several. */
export function each<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  draw: (entry: Entry) => Markup,
): Markup {
  return html`${entries.map((entry) => html`${entries.length > 1 && html`<h3><bdi>${entry.name}</bdi></h3>`}${draw(entry)}`)}`;
}

/** As {@link each}, side by side where there is room. */
export function beside<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  draw: (entry: Entry) => Markup,
): Markup {
  return html`<div class="${entries.length > 1 && 'beside'}">${entries.map(
    (entry) =>
      html`<div>${entries.length > 1 && html`<h3><bdi>${entry.name}</bdi></h3>`}${draw(entry)}</div>`,
  )}</div>`;
}
