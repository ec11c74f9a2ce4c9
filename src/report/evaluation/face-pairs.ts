import { html, type Markup, nameOf } from '../markup.ts';
import { type Picture, pictureAddress } from '../picture.ts';

/** One face of a pair, as the page shows it. */
export interface ShownFace {
  readonly name: string;
  readonly file: string;
  /** Its crop; absent where none could be made. */
  readonly picture: Picture | undefined;
}

/** Two faces side by side, with what is to be said about them. */
export interface ShownPair {
  readonly first: ShownFace;
  readonly second: ShownFace;
  /** Euclidean, between unit embeddings. */
  readonly distance: number;
}

const face = ({ name, file, picture }: ShownFace): Markup =>
  picture === undefined
    ? html`<div class="noface">no face</div>`
    : html`<img src="${pictureAddress(picture)}" width="${picture.width}" height="${picture.height}" alt="${name}, ${file}" decoding="async">`;

/** Cards of two faces each. */
export function facePairs(pairs: readonly ShownPair[]): Markup {
  return html`<ul class="pairs">${pairs.map(
    ({
      first,
      second,
      distance,
    }) => html`<li class="pair"><div class="two">${face(first)}${face(second)}</div>
<p><span class="value">distance ${distance.toFixed(3)}</span> · ${
      first.name === second.name ? nameOf(first.name) : html`${nameOf(first.name)} and ${nameOf(second.name)}`
    }</p><p class="file">${first.file}<br>${second.file}</p></li>`,
  )}</ul>`;
}
