import { basename, join } from 'node:path';
import { type EmbeddedSplit, makeVariations } from '../../dataset/index.ts';
import { type Box, intersectionOverUnion } from '../../kernel/index.ts';
import type { Recognizer } from '../../recognizer.ts';
import type { ListedPhoto } from '../photo-list.ts';
import type { DemoRequest } from './result.ts';
import { findSamplePeople } from './sample-people.ts';
import { samplePhotos } from './sample-photos.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Pictures made of each face of the sample photos, for training and for testing. */
const variations = { train: 5, val: 3 };

/** Boxes of one face, found twice, overlap more than this (intersection over union). */
const sameFace = 0.5;

/** The photos whose faces are named in the end. */
export interface TestPhotos {
  readonly photos: readonly ListedPhoto[];
  /** The true name of a face, where it is known. */
  readonly expectedName: (photo: number, box: Box, faceCount: number) => string | undefined;
}

/**
 * Makes training and test pictures in the demo's folder out of the sample photos. The photos to name
 * are the six themselves.
 */
export async function makeSamples(
  { out, seed, progress, signal }: DemoRequest,
  recognizer: Recognizer,
  watch: Stopwatch,
): Promise<TestPhotos> {
  const paths = samplePhotos();
  const showsOneFace = async (bytes: Uint8Array, name: string): Promise<boolean> =>
    (await recognizer.locate({ name, bytes }, signal)).faces.length === 1;
  const people = await watch.measure(
    'find the faces',
    () => findSamplePeople(recognizer, paths, { progress, signal }),
    () => [paths.length, 'photos'],
  );
  await watch.measure(
    'make variations',
    () =>
      makeVariations(out, people.sources, { ...variations, seed, accept: showsOneFace, progress, signal }),
    ({ made }) => [made, 'pictures'],
  );
  return {
    photos: paths.map((path) => ({ file: path, place: basename(path) })),
    expectedName: (photo, box) =>
      people.faces.find((face) => face.photo === photo && intersectionOverUnion(face.box, box) > sameFace)
        ?.name,
  };
}

/**
 * The test photos of the user's own folder. A photo is of the person that its folder names; with
 * several faces in it nobody knows which of them.
 */
export function ownTestPhotos(folder: string, { names, files = [] }: EmbeddedSplit): TestPhotos {
  return {
    photos: files.map((file) => ({ file: join(folder, file), place: file })),
    expectedName: (photo, _, faceCount) => (faceCount === 1 ? names[photo] : undefined),
  };
}
