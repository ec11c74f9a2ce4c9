import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FivePoints } from '../../../src/detect/index.ts';
import { decodePhoto, encodePicture, type Photo, resizeRaster } from '../../../src/image/index.ts';
import { Random, unit } from '../../../src/kernel/index.ts';
import type { Recognizer, RecognizerOptions } from '../../../src/recognizer.ts';
import type { ModelFile } from '../../../src/runtime/index.ts';
import { rooms, type Rooms } from '../../../src/cli/rooms.ts';

/** Pictures that stand for photos of people: each person has a colour, each photo a shade of it. */
const sidePx = 40;

export interface MadePerson {
  readonly name: string;
  readonly photos: number;
}

/** A photo of one colour: black has no face. */
export function solidPhoto(red: number, green: number, blue: number): Promise<Uint8Array> {
  const data = new Uint8Array(sidePx * sidePx * 3);
  for (let i = 0; i < data.length; i += 3) data.set([red, green, blue], i);
  return encodePicture({ data, width: sidePx, height: sidePx }, { format: 'png' });
}

/** Writes `<folder>/<name>/<name>_0001.jpg` and so on: shades of one colour a person, seeded. */
export async function makePeople(folder: string, people: readonly MadePerson[], spread = 14): Promise<void> {
  const random = new Random(4);
  for (const { name, photos } of people) {
    const colour = [0, 1, 2].map(() => random.between(40, 215));
    for (let i = 1; i <= photos; i++) {
      const shade = colour.map((part) => Math.round(Math.max(1, part + random.normal() * spread)));
      const path = join(folder, name, `${name}_${String(i).padStart(4, '0')}.jpg`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await solidPhoto(shade[0]!, shade[1]!, shade[2]!));
    }
  }
}

const faceIn = ({ width, height }: Photo) => {
  const points = [0.3, 0.3, 0.7, 0.3, 0.5, 0.5, 0.35, 0.7, 0.65, 0.7];
  const landmarks = [0, 2, 4, 6, 8].map((i) => ({ x: points[i]! * width, y: points[i + 1]! * height }));
  return { box: { x: 0, y: 0, width, height }, score: 0.99, landmarks: landmarks as unknown as FivePoints };
};

/** Counts what the made recognizers did. */
export interface Looks {
  photos: number;
}

/**
 * Recognizers that see colours: one face a photo, none in a black one; the embedding is the colour, turned by
 * the pack's name. Everything else is real.
 */
export function roomsThatSeeColours(looks: Looks = { photos: 0 }): Rooms {
  const openRecognizer = async ({ pack = 'bundled' }: RecognizerOptions = {}): Promise<Recognizer> => {
    const described = await (await rooms.packs()).describePack('bundled');
    const network = { id: 'colours', path: '' } as unknown as ModelFile;
    const twist = new Random(pack.length).fork(pack);
    const turn = Array.from({ length: 9 }, () => twist.normal());
    return {
      pack: {
        ...described,
        name: pack,
        embedder: { ...described.embedder, dimension: 3 },
        models: { detector: network, embedder: network },
      },
      concurrency: 2,
      locate: async (source, signal) => {
        const photo = await decodePhoto(source, { signal });
        looks.photos++;
        const black = photo.raster.data.every((value) => value === 0);
        return { photo, faces: black ? [] : [faceIn(photo)] };
      },
      crop: ({ photo }) => resizeRaster(photo.raster, 32, 32, 'bicubic'),
      embed: async (crops) =>
        crops.map(({ data }) => {
          const colour = [data[0]! - 128, data[1]! - 128, data[2]! - 128];
          const row = (i: number): number =>
            colour.reduce((sum, part, j) => sum + part * ((i === j ? 1 : 0) + 0.2 * turn[3 * i + j]!), 0);
          return unit(Float32Array.of(row(0), row(1), row(2)));
        }),
      identify: () => Promise.reject(new Error('nobody identifies colours')),
      close: async () => {},
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return { ...rooms, recognizer: async () => ({ ...(await rooms.recognizer()), openRecognizer }) };
}
