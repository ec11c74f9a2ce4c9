import { count, counted } from '../figures.ts';
import { htmlPage } from '../html-page.ts';
import { html, type Markup, nameOf } from '../markup.ts';
import { pictureAddress } from '../picture.ts';
import { stylesheet } from '../stylesheet.ts';
import { behaviour } from './behaviour.ts';
import {
  type ClusterSheetData,
  chooseSheetFaces,
  type SheetCluster,
  type SheetFace,
  sheetLimits,
} from './sheet-data.ts';
import { sheetStyle } from './style.ts';

/** Clusters with more faces than this get the width of the page. */
const wideFrom = 9;

function faceButton({ name, picture }: SheetFace, cluster: number): Markup {
  if (picture === undefined) return html``;
  return html`<li><button type="button" class="face" aria-pressed="false" data-name="${name}" data-cluster="${cluster}" title="${name}"><img src="${pictureAddress(
    picture,
  )}" width="${picture.width}" height="${picture.height}" alt="${name}" loading="lazy" decoding="async"></button></li>`;
}

const photosOf = (faces: readonly SheetFace[]): number => new Set(faces.map(({ photo }) => photo)).size;

function clusterCard({ number, name, faces }: SheetCluster, shown: number): Markup {
  const missing = faces.length - shown;
  const photos = photosOf(faces);
  return html`
<article class="cluster${faces.length > wideFrom && ' wide'}" id="cluster-${number}">
  <header><button type="button" class="number" aria-pressed="false" data-name="${number}" data-cluster="${number}" title="Choose cluster ${number}">${number}</button>
    <h3>${name === undefined ? html`<span class="nobody">Who is this?</span>` : nameOf(name)}</h3>
    <p class="quiet">${counted(faces.length, 'faces')}${photos < faces.length && html` in ${counted(photos, 'photos')}`}</p></header>
  <ul class="faces">${faces.slice(0, shown).map((face) => faceButton(face, number))}</ul>${
    missing > 0 && html`<p class="quiet rest">and ${count(missing)} more, which the JSON lists</p>`
  }
</article>`;
}

function figure(value: string, label: string, strong = false): Markup {
  return html`<div class="figure${strong && ' strong'}"><dt>${label}</dt><dd>${value}</dd></div>`;
}

function clusterSection(clusters: readonly SheetCluster[], shown: readonly number[]): Markup | false {
  if (clusters.length === 0) return false;
  const visible = clusters.filter((_, i) => shown[i]! > 0);
  const left = clusters.length - visible.length;
  return html`
<section id="people" aria-labelledby="people-title">
  <div class="section-head"><h2 id="people-title">People</h2><p>Faces that belong together, most faces first; the large one is the most typical. ${
    left > 0 && html`<b>${count(visible.length)} of ${count(clusters.length)} people are shown.</b> `
  }<span class="for-script" hidden>Choose two faces or numbers to say whether they are the same person, or one number to give it a name.</span></p></div>
  <div class="clusters">${visible.map((cluster, i) => clusterCard(cluster, shown[i]!))}</div>
</section>`;
}

function singleSection(
  singles: readonly SheetCluster[],
  shown: readonly number[],
  { id, title, lead }: { readonly id: string; readonly title: string; readonly lead: string },
): Markup | false {
  if (singles.length === 0) return false;
  const visible = singles.filter((_, i) => shown[i]! > 0);
  const left = singles.length - visible.length;
  return html`
<section id="${id}" aria-labelledby="${id}-title">
  <div class="section-head"><h2 id="${id}-title">${title}</h2><p>${lead}${
    left > 0 && html` <b>${count(visible.length)} of ${count(singles.length)} are shown.</b>`
  }</p></div>
  <ul class="faces alone">${visible.map(({ faces, number }) => faceButton(faces[0]!, number))}</ul>
</section>`;
}

const seenOnce = { id: 'alone', title: 'Seen once', lead: 'Faces that are like no other face here.' };
const tooUnclear = {
  id: 'unclear',
  title: 'Too unclear',
  lead: 'Too small or blurred to tell whose they are, or no faces at all.',
};

function unusableSection({ unusable }: ClusterSheetData): Markup | false {
  if (unusable.length === 0) return false;
  const left = unusable.length - sheetLimits.unusable;
  return html`
<section id="unusable" aria-labelledby="unusable-title">
  <div class="section-head"><h2 id="unusable-title">Photos that could not be used</h2></div>
  <div class="scroll"><table class="plain wide"><thead><tr><th scope="col">Photo</th><th scope="col">Why</th></tr></thead><tbody>${unusable
    .slice(0, sheetLimits.unusable)
    .map(
      ({ file, message }) => html`<tr><td class="file">${file}</td><td>${message}</td></tr>`,
    )}</tbody></table></div>${left > 0 && html`<p class="quiet">and ${count(left)} more</p>`}
</section>`;
}

/**
 * The contact sheet of a clustering as one self-contained HTML page that asks nothing of any other place:
 * every cluster with its faces, largest first, then faces that stand alone. Choosing faces on it gives the
 * command that corrects or names them. Pure: same data, same page. Every name and file is escaped; what
 * would be too much for one page is cut to `sheetLimits`, and the page says so.
 */
export function buildClusterSheet(data: ClusterSheetData): string {
  const people = data.clusters.filter(({ faces }) => faces.length > 1);
  const alone = data.clusters.filter(({ faces }) => faces.length === 1);
  const singles = alone.filter(({ unclear }) => !unclear);
  const unclear = alone.filter((cluster) => cluster.unclear);
  const shown = chooseSheetFaces([...people, ...singles, ...unclear].map(({ faces }) => faces.length));
  const faces = data.clusters.reduce((sum, cluster) => sum + cluster.faces.length, 0);
  return htmlPage({
    title: `Who is in ${data.folder}`,
    style: stylesheet + sheetStyle,
    script: behaviour,
    attributes: html`class="sheet" data-command="${data.command}"`,
    skipTo: 'faces',
    body: html`<header class="top">
  <p class="brand">Visage</p>
  <h1>Who is in ${nameOf(data.folder)}?</h1>
  <dl class="figures">${figure(count(people.length), people.length === 1 ? 'person seen more than once' : 'people seen more than once', true)}${figure(
    count(faces),
    faces === 1 ? 'face' : 'faces',
  )}${figure(count(data.photos), data.photos === 1 ? 'photo' : 'photos')}${figure(count(singles.length), 'seen once')}</dl>
</header>
<main id="main">${clusterSection(people, shown) || html``}${singleSection(singles, shown.slice(people.length), seenOnce) || html``}${
      singleSection(unclear, shown.slice(people.length + singles.length), tooUnclear) || html``
    }${
      unusableSection(data) || html``
    }${faces === 0 && html`<section><p>No face was found in these photos.</p></section>`}
</main>
<div class="chosen" id="chosen" role="region" aria-label="What is chosen" hidden><p id="chosen-told" aria-live="polite"></p><div id="chosen-commands"></div><button type="button" id="chosen-clear">Clear</button></div>
<footer><p>Made by Visage. The faces in this page are inside the file: whoever gets the file gets them.</p></footer>
`,
  });
}
