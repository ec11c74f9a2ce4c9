import { basename, extname } from 'node:path';
import type { VariationSource } from '../../dataset/index.ts';
import type { LocatedFace } from '../../detect/index.ts';
import { type Raster, resizeRaster } from '../../image/index.ts';
import { type Box, mapInOrder, type ProgressListener } from '../../kernel/index.ts';
import type { LocatedPhoto, Recognizer } from '../../recognizer.ts';
import { cutOut } from './cut-out.ts';
import { groupByPerson } from './same-person.ts';

/** One face of a sample photo and the name it goes by. */
export interface SampleFace {
  /** Index of the photo. */
  readonly photo: number;
  readonly box: Box;
  readonly name: string;
}

export interface SamplePeople {
  /** Photo by photo, in each from left to right. */
  readonly faces: readonly SampleFace[];
  /** The cut-out of each of `faces`. */
  readonly sources: readonly VariationSource[];
}

/**
 * Room around a face, in sides of its box: enough for the detector, which has learned from whole heads
 * and shoulders, and for what a variation crops off.
 */
const margin = 1.4;

/** Longest side of a cut-out in pixels: its face is then about as large as an embedder can use. */
const cutOutSidePx = 420;

/** `raster`, shrunk to {@link cutOutSidePx} where it is larger. */
function shrunk(raster: Raster): Raster {
  const scale = cutOutSidePx / Math.max(raster.width, raster.height);
  if (scale >= 1) return raster;
  return resizeRaster(raster, Math.round(raster.width * scale), Math.round(raster.height * scale), 'area');
}

/** The pixels of `area`, given in pixels of the photo. */
function copyOut({ raster, scale }: LocatedPhoto['photo'], area: Box): Raster {
  const left = Math.floor(area.x / scale);
  const top = Math.floor(area.y / scale);
  const width = Math.max(1, Math.min(raster.width - left, Math.floor(area.width / scale)));
  const height = Math.max(1, Math.min(raster.height - top, Math.floor(area.height / scale)));
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * raster.width + left) * 3;
    data.set(raster.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { data, width, height };
}

const fromLeft = (a: LocatedFace, b: LocatedFace): number =>
  a.box.x + a.box.width / 2 - (b.box.x + b.box.width / 2);

/**
 * Finds the faces of the sample photos, tells which are the same person (see `groupByPerson`, with the
 * pack's own limit) and names the people `person_01`, `person_02`, … by first appearance.
 * @throws what `Recognizer.locate` and `embed` throw
 */
export async function findSamplePeople(
  recognizer: Recognizer,
  paths: readonly string[],
  { progress, signal }: { progress?: ProgressListener; signal?: AbortSignal } = {},
): Promise<SamplePeople> {
  const found: { photo: number; box: Box; stem: string; cut: Raster; embedding: Float32Array }[] = [];
  let photo = 0;
  for await (const located of mapInOrder(paths, recognizer.concurrency, (path) =>
    recognizer.locate(path, signal),
  )) {
    const faces = [...located.faces].sort(fromLeft);
    const embeddings = await recognizer.embed(
      faces.map((face) => recognizer.crop(located, face)),
      signal,
    );
    const path = paths[photo]!;
    const name = basename(path, extname(path));
    for (const [i, { box }] of faces.entries()) {
      const others = faces.filter((_, j) => j !== i).map((other) => other.box);
      const cut = shrunk(copyOut(located.photo, cutOut(box, others, located.photo, margin)));
      found.push({ photo, box, stem: `${name}-${i + 1}`, cut, embedding: embeddings[i]! });
    }
    photo++;
    progress?.({ stage: 'finding faces', done: photo, total: paths.length, item: basename(path) });
  }
  const people = groupByPerson(found, recognizer.pack.embedder.maxDistance);
  const nameOf = (i: number): string => `person_${String(people[i]! + 1).padStart(2, '0')}`;
  return {
    faces: found.map(({ photo, box }, i) => ({ photo, box, name: nameOf(i) })),
    sources: found.map(({ stem, cut }, i) => ({ name: nameOf(i), stem, raster: cut })),
  };
}
