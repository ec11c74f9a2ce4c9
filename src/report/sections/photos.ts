import { count, counted, probability } from '../figures.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import { pictureAddress } from '../picture.ts';
import type { ReportData, ReportPhoto, ReportPhotoFace } from '../report-data.ts';
import { choosePhotos } from '../selection.ts';
import { candidateBars } from './candidates.ts';
import type { Section } from './section.ts';

type Tone = 'known' | 'unknown' | 'wrong';

function toneOf({ name, expected }: ReportPhotoFace): Tone {
  if (expected !== undefined && name !== expected) return 'wrong';
  return name === null ? 'unknown' : 'known';
}

const percentOf = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(3)}%`;

function frame(photo: ReportPhoto, face: ReportPhotoFace, number: number, key: string): Markup {
  const { box } = face;
  const place =
    `left:${percentOf(box.x, photo.width)};top:${percentOf(box.y, photo.height)};` +
    `width:${percentOf(box.width, photo.width)};height:${percentOf(box.height, photo.height)}`;
  return html`<a class="frame ${toneOf(face)}" style="${place}" href="#${key}" data-face="${key}" aria-label="Face ${number}: ${
    face.name ?? 'unknown'
  }"><span aria-hidden="true">${number}</span></a>`;
}

function answer(face: ReportPhotoFace, number: number, key: string): Markup {
  const tone = toneOf(face);
  return html`<li id="${key}" class="answer ${tone}"><details><summary><span class="number" aria-hidden="true">${number}</span>${
    face.name === null ? html`<em>unknown</em>` : nameOf(face.name)
  } <span class="value">${probability(face.probability)}</span>${
    tone === 'wrong' && html` <strong class="mark">✗ is ${nameOf(face.expected!)}</strong>`
  }</summary>${candidateBars(face.candidates)}</details></li>`;
}

function photoFigure(photo: ReportPhoto, index: number): Markup {
  const faces = [...photo.faces].sort((a, b) => a.box.x + a.box.width / 2 - b.box.x - b.box.width / 2);
  const keys = faces.map((_, i) => `photo-${index + 1}-face-${i + 1}`);
  return html`
<figure class="photo">
  ${
    photo.picture &&
    html`<div class="picture" style="aspect-ratio:${photo.width}/${photo.height}"><img src="${pictureAddress(
      photo.picture,
    )}" width="${photo.picture.width}" height="${photo.picture.height}" alt="${photo.file}: ${counted(
      faces.length,
      'faces',
    )}">${faces.map((face, i) => frame(photo, face, i + 1, keys[i]!))}</div>`
  }
  <figcaption><p class="file">${photo.file}</p>${
    faces.length === 0
      ? html`<p class="quiet">No face was found.</p>`
      : html`<ol class="answers">${faces.map((face, i) => answer(face, i + 1, keys[i]!))}</ol>`
  }</figcaption>
</figure>`;
}

/** The photos with a numbered frame around each face, and who it is. */
export function photoSection({ photos }: ReportData): Section | undefined {
  if (photos.length === 0) return undefined;
  const chosen = choosePhotos(photos);
  const left = photos.length - chosen.length;
  return {
    id: 'photos',
    title: 'Photos',
    lead: html`Every face that was found, numbered from left to right, and whose it is. Open a name to see who else it might have been.${
      left > 0 &&
      html` <b>${count(chosen.length)} of ${count(photos.length)} photos are shown</b>, doubtful ones first.`
    }`,
    body: html`<div class="photos">${chosen.map((i) => photoFigure(photos[i]!, i))}</div>`,
  };
}
