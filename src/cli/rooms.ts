import type { Classifier } from '../classify/index.ts';
import type { Photo, PhotoSource, Raster } from '../image/index.ts';
import type { Box } from '../kernel/index.ts';
import type { Pack } from '../packs/index.ts';

/**
 * The rooms of the library as the verbs see them, each loaded when a verb first asks for it: help and
 * wrong usage answer at once, and a test passes rooms of its own.
 */
export interface Rooms {
  recognizer(): Promise<Pick<typeof import('../recognizer.ts'), 'openRecognizer'>>;
  dataset(): Promise<DatasetRoom>;
  classify(): Promise<ClassifyRoom>;
  image(): Promise<ImageRoom>;
}

/** The rooms themselves. */
export const rooms: Rooms = {
  recognizer: () => import('../recognizer.ts'),
  dataset: () => Promise.reject(new Error('not there yet')),
  classify: () => Promise.reject(new Error('not there yet')),
  image: () => Promise.reject(new Error('not there yet')),
};

interface DatasetRoom {
  readonly listPhotos: (paths: readonly string[]) => Promise<readonly string[]>;
}
interface ClassifyRoom {
  readonly loadClassifier: (path: string) => Promise<Classifier>;
  readonly requirePack: (classifier: Classifier, pack: Pack) => void;
}
export interface FaceMark {
  readonly box: Box;
  readonly label?: string;
  readonly sublabel?: string;
  readonly tone?: string;
}
interface ImageRoom {
  readonly decodePhoto: (source: PhotoSource) => Promise<Photo>;
  readonly encodePicture: (raster: Raster, format: 'jpeg' | 'png' | 'webp') => Promise<Uint8Array>;
  readonly drawFaces: (photo: Photo, faces: readonly FaceMark[]) => Promise<Uint8Array>;
}
