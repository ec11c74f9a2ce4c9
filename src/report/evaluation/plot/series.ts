import { html, type Markup } from '../../markup.ts';

/** How the lines of several packs or classifiers are told apart: by hue, and by dashes for whom hues say little. */
export interface SeriesStyle {
  readonly hue: string;
  /** Lengths of dashes and gaps in pixels; empty for a whole line. */
  readonly dashes: string;
}

/** As many as the stylesheet has hues; more series than that repeat them with the next dashes. */
const hueCount = 7;
const dashPatterns = ['', '7 4', '2 3', '10 3 2 3', '5 2 1 2 1 2'];

export const seriesStyle = (index: number): SeriesStyle => ({
  hue: `var(--hue-${index % hueCount})`,
  dashes: dashPatterns[index % dashPatterns.length]!,
});

/** What each line stands for. Nothing for a single one. */
export function seriesLegend(names: readonly string[]): Markup | undefined {
  if (names.length < 2) return undefined;
  return html`<ul class="series">${names.map((name, i) => {
    const { hue, dashes } = seriesStyle(i);
    return html`<li><svg viewBox="0 0 36 12" width="36" height="12" aria-hidden="true"><line x1="1" x2="35" y1="6" y2="6" stroke="${hue}" stroke-width="3" stroke-dasharray="${dashes}"/></svg><bdi>${name}</bdi></li>`;
  })}</ul>`;
}
