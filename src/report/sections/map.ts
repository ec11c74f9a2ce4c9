import { compareCodePoints } from '../../kernel/index.ts';
import { count } from '../figures.ts';
import { html, jsonBlock, type Markup, nameOf } from '../markup.ts';
import { pictureAddress } from '../picture.ts';
import type { ReportData, ReportFace } from '../report-data.ts';
import { isWrong, mapOrder } from '../selection.ts';
import { placeLabels } from './map-labels.ts';
import type { Section } from './section.ts';

const widthPx = 1000;
const heightPx = 640;
const paddingPx = 48;
/** Colours in the stylesheet: Okabe and Ito's, which people with colour-vision deficiencies tell apart. */
const hues = 7;
/** With more people than this, names on the map would cover it. */
const mostLabels = 40;
const mostChips = 60;

interface Point {
  readonly face: ReportFace;
  readonly person: number;
  readonly x: number;
  readonly y: number;
}

/** The chosen faces scaled into the picture, both axes alike, y downwards. */
function layOut(faces: readonly ReportFace[], names: readonly string[]): Point[] {
  const placed = faces.filter(({ position }) => position !== undefined);
  const xs = placed.map(({ position }) => position!.x);
  const ys = placed.map(({ position }) => position!.y);
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    (widthPx - 2 * paddingPx) / Math.max(right - left, 1e-9),
    (heightPx - 2 * paddingPx) / Math.max(top - bottom, 1e-9),
  );
  return placed.map((face) => ({
    face,
    person: names.indexOf(face.name),
    x: Math.round(10 * (widthPx / 2 + scale * (face.position!.x - (left + right) / 2))) / 10,
    y: Math.round(10 * (heightPx / 2 - scale * (face.position!.y - (bottom + top) / 2))) / 10,
  }));
}

function marker({ face, person, x, y }: Point): Markup {
  const tone = isWrong(face) ? ' wrong' : '';
  const kind = `hue-${person % hues}${tone}`;
  return face.split === 'train'
    ? html`<circle class="${kind}" data-person="${person}" cx="${x}" cy="${y}" r="5.5"/>`
    : html`<path class="${kind}" data-person="${person}" d="M${x} ${y}m0-9 9 9-9 9-9-9z"/>`;
}

function told({ face }: Point): string {
  const part = face.split === 'train' ? 'training face' : 'test face';
  if (face.prediction === undefined) return part;
  if (isWrong(face)) return `${part}, ✗ taken for ${face.prediction.name}`;
  return face.split === 'train' ? part : `${part}, ✓ named right`;
}

/** The embeddings on a plane: faces that the network finds alike lie together. */
export function mapSection({ faces, map }: ReportData): Section | undefined {
  const chosen = mapOrder(faces).map((i) => faces[i]!);
  const names = [...new Set(chosen.filter(({ position }) => position).map(({ name }) => name))].sort(
    compareCodePoints,
  );
  if (map === undefined || names.length === 0) return undefined;
  const points = layOut(chosen, names);
  const labels = names.length <= mostLabels ? placeLabels(points, names) : [];
  const data = {
    names,
    points: points.map((point) => ({
      x: point.x,
      y: point.y,
      person: point.person,
      told: told(point),
      file: point.face.file,
      ...(point.face.thumbnail && { thumbnail: pictureAddress(point.face.thumbnail) }),
    })),
  };
  const description = `Map of ${points.length} embeddings of ${names.length} people`;
  return {
    id: 'map',
    title: 'Map of the embeddings',
    lead: html`Faces that the network finds alike lie close together; how far apart two groups lie means little. ${map.description}${
      points.length < faces.length &&
      html` <b>${count(points.length)} of ${count(faces.length)} faces are drawn.</b>`
    }`,
    body: html`
<figure class="map" id="map-figure">
  <p class="legend"><svg viewBox="-12 -12 24 24" aria-hidden="true"><circle class="plainmark" r="6.5"/></svg>training face
    <svg viewBox="-12 -12 24 24" aria-hidden="true"><path class="plainmark" d="M0-9 9 0 0 9-9 0z"/></svg>test face
    <svg viewBox="-12 -12 24 24" aria-hidden="true"><path class="plainmark wrong" d="M0-9 9 0 0 9-9 0z"/></svg>named wrong
    ${names.length > hues && html`<span>· ${names.length} people share ${hues} colours: the names tell them apart</span>`}</p>
  <div class="plane" id="plane" tabindex="0" role="application" aria-label="${description}. Use the arrow keys to go from face to face.">
    <svg viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${description}">
      <g class="markers">${points.filter(({ face }) => face.split === 'train').map(marker)}${points
        .filter(({ face }) => face.split === 'val')
        .map(marker)}</g>
      <g class="labels${labels.length > 12 && ' many'}" aria-hidden="true">${labels.map(
        ({ person, x, y }) =>
          html`<text x="${x}" y="${y}" data-person="${person}" class="hue-${person % hues}">${names[person]}</text>`,
      )}</g>
      <circle class="cursor" id="map-cursor" r="13" visibility="hidden"/>
    </svg>
    <div class="tip" id="map-tip" hidden><img alt="" width="96" height="96"><p><bdi class="name"></bdi><span></span><small></small></p></div>
  </div>
  <p class="hidden" id="map-told" aria-live="polite"></p>
  ${
    names.length <= mostChips &&
    html`<ul class="chips" aria-label="Show one person" hidden>${names.map(
      (name, person) =>
        html`<li><button type="button" aria-pressed="false" data-person="${person}"><i class="hue-${person % hues}"></i>${nameOf(name)}</button></li>`,
    )}</ul>`
  }
</figure>
${jsonBlock('map-data', data)}`,
  };
}
