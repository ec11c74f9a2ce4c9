import { html, type Markup, nameOf } from '../markup.ts';
import { type Picture, pictureAddress } from '../picture.ts';
import type { Section } from '../sections/section.ts';

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

/** The crop of a face, or a tile that says there is none. */
export const faceImage = ({ name, file, picture }: ShownFace): Markup =>
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
    }) => html`<li class="pair"><div class="two">${faceImage(first)}${faceImage(second)}</div>
<p><span class="value">distance ${distance.toFixed(3)}</span> · ${
      first.name === second.name ? nameOf(first.name) : html`${nameOf(first.name)} and ${nameOf(second.name)}`
    }</p><p class="file">${first.file}<br>${second.file}</p></li>`,
  )}</ul>`;
}

/** Pairs under a heading. */
export interface PairGroup {
  /** Of the pack or classifier. */
  readonly name: string;
  readonly title: string;
  readonly pairs: readonly ShownPair[];
}

/** The worst pairs, by kind and system; nothing where there are none. */
export function worstPairs(groups: readonly PairGroup[], lead: Markup): Section | undefined {
  const shown = groups.filter(({ pairs }) => pairs.length > 0);
  if (shown.length === 0) return undefined;
  const several = new Set(groups.map(({ name }) => name)).size > 1;
  return {
    id: 'mistakes',
    title: 'The worst of it',
    lead,
    body: html`${shown.map(
      ({ name, title, pairs }) =>
        html`<h3>${title}${several && html` · <bdi>${name}</bdi>`}</h3>${facePairs(pairs)}`,
    )}`,
  };
}
