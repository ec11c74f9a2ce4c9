/** People of LFW with five or more photos, split by person; the photos lie in ../shared/data/lfw. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePhoto, resizeRaster, type Raster } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { inShared } from '../../test/support/repository.ts';

const fewestPhotos = 5;
export const images = inShared('data', 'lfw', 'images');

export interface Person {
  readonly name: string;
  /** Paths of the photos. */
  readonly photos: readonly string[];
}

/** 80 % of the people to train on, the others never seen. */
export async function lfwPeople(seed: number): Promise<{ trained: Person[]; unseen: Person[] }> {
  const people: Person[] = [];
  for (const name of (await readdir(images)).sort()) {
    const photos = (await readdir(join(images, name))).sort().map((photo) => join(images, name, photo));
    if (photos.length >= fewestPhotos) people.push({ name, photos });
  }
  const order = new Random(seed).fork('split by person').permutation(people.length);
  const count = Math.round(0.8 * people.length);
  const pick = (places: Uint32Array): Person[] => Array.from(places.sort(), (place) => people[place]!);
  return { trained: pick(order.slice(0, count)), unseen: pick(order.slice(count)) };
}

/**
 * The face of a deep-funnelled photo of LFW, which stands in the middle: the square of 144 pixels about it,
 * shrunk to `sizePx`.
 */
export async function middleFace(path: string, sizePx: number): Promise<Raster> {
  const { raster } = await decodePhoto(path);
  const [left, top, side] = [53, 55, 144];
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const from = ((y + top) * raster.width + left) * 3;
    data.set(raster.data.subarray(from, from + side * 3), y * side * 3);
  }
  return resizeRaster({ data, width: side, height: side }, sizePx, sizePx, 'area');
}
