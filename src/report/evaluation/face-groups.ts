import { count } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import { faceImage, type ShownFace } from './face-pairs.ts';
import { counted } from './words.ts';

/** Faces that belong together in one respect and not in another: a mixed cluster by person, a person by cluster. */
export interface ShownGroups {
  readonly title: string;
  /** All of its faces, shown or not. */
  readonly faces: number;
  /** Pairs of them that are judged wrongly. */
  readonly wrongPairs: number;
  /** Most faces first; more than are shown may exist. */
  readonly groups: readonly {
    readonly label: string;
    readonly count: number;
    /** Some of them, at least one. */
    readonly faces: readonly ShownFace[];
  }[];
  readonly groupCount: number;
}

/** Cards of groups of faces. */
export function faceGroups(cards: readonly ShownGroups[], wrong: string): Markup {
  return html`<ul class="mixes">${cards.map(
    ({ title, faces, wrongPairs, groups, groupCount }) =>
      html`<li class="mix"><h4>${nameOf(title)}</h4><p class="quiet">${counted(faces, 'face')} · ${counted(wrongPairs, 'pair')} ${wrong}</p>
<ul class="parts">${groups.map(
        ({ label, count: size, faces: shown }) =>
          html`<li><div class="strip">${shown.map((face) => html`<div title="${face.file}">${faceImage(face)}</div>`)}</div><p>${nameOf(label)} <span class="quiet">${counted(size, 'face')}</span></p></li>`,
      )}</ul>${
        groupCount > groups.length &&
        html`<p class="quiet rest">and ${count(groupCount - groups.length)} more, which the JSON lists</p>`
      }</li>`,
  )}</ul>`;
}
