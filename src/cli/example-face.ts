import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../formats/index.ts';
import type { Raster } from '../image/index.ts';
import { toVisageError, visageError } from '../kernel/index.ts';
import type { Output } from './output.ts';
import type { Rooms } from './rooms.ts';
import { faceLines } from './view/face-picture.ts';

/** Where the picture of a validation face may be found. */
export interface CropPlace {
  readonly embeddingsPath: string;
  /** The names of the validation faces in the embeddings file, in order. */
  readonly names: readonly string[];
  /** What `--dataset` says; by default the data set that lies beside the embeddings. */
  readonly datasetPath: string | undefined;
  /** Whether somebody asked for the picture: then it is an error that there is none. */
  readonly needed: boolean;
}

/**
 * The crop of validation face `index`, from the data set that the embeddings were made of.
 * @throws VisageError where it is needed and not there, or the data set is another one
 */
export async function findCrop(rooms: Rooms, place: CropPlace, index: number): Promise<Raster | undefined> {
  const path = place.datasetPath ?? join(dirname(place.embeddingsPath), 'faces-dataset.npz');
  try {
    const { DatasetFile, readCrop } = await rooms.dataset();
    await using dataset = await DatasetFile.open(path);
    const { names } = dataset.splits.val;
    if (names.length !== place.names.length || names.some((name, i) => name !== place.names[i])) {
      throw visageError('DATASET_ARRAYS', {
        path,
        reason: `its validation faces are not those of ${place.embeddingsPath}`,
        verb: 'prepare',
      });
    }
    return await readCrop(path, 'val', index);
  } catch (thrown) {
    if (place.needed) throw toVisageError(thrown);
    return undefined;
  }
}

/** Writes the face with the title that the original gives it. */
export async function writePicture(rooms: Rooms, path: string, crop: Raster, title: string): Promise<void> {
  const { titledPicture } = await rooms.image();
  await writeFileAtomically(path, await titledPicture(crop, title));
}

const pictureColumns = 36;

/** Shows the face on a terminal that can show one. */
export function showFace(output: Output, crop: Raster): void {
  showFaces(output, [crop]);
}

/** Shows faces beside each other on a terminal that can show them. */
export function showFaces(output: Output, crops: readonly Raster[]): void {
  const { interactive, unicode, color } = output.stderrTraits;
  if (!interactive || !unicode || crops.length === 0) return;
  const columns = Math.min(pictureColumns, Math.floor(80 / crops.length) - gap.length);
  // Crops are squares of one size, so all have as many lines.
  const pictures = crops.map((crop) => faceLines(crop, columns, color));
  for (const row of pictures[0]!.keys()) output.note(pictures.map((lines) => lines[row] ?? '').join(gap));
}

const gap = '  ';
