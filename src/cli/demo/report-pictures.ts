import { DatasetFile } from '../../dataset/index.ts';
import { encodePicture, letterbox, type Raster } from '../../image/index.ts';
import type { Picture } from '../../report/index.ts';

/** Longest side of a photo in the report, in pixels. */
const photoSidePx = 800;
/** Side of a face in the report, in pixels. */
const faceSidePx = 96;

/** `raster` as a small JPEG, its long side at most `maxSidePx`. */
async function smallPicture(raster: Raster, maxSidePx: number, quality: number): Promise<Picture> {
  const scale = Math.min(1, maxSidePx / Math.max(raster.width, raster.height));
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  const small = scale === 1 ? raster : (await letterbox(raster, width, height)).raster;
  return { format: 'jpeg', bytes: await encodePicture(small, { format: 'jpeg', quality }), width, height };
}

/** A photo as the report shows it. */
export const photoPicture = (raster: Raster): Promise<Picture> => smallPicture(raster, photoSidePx, 72);

/**
 * The faces of a `faces-dataset.npz` as the report shows them, by their number: training faces first,
 * then test faces. Reads the file once, row by row.
 * @param wanted numbers of the faces to take
 */
export async function facePictures(path: string, wanted: ReadonlySet<number>): Promise<Map<number, Picture>> {
  const pictures = new Map<number, Picture>();
  await using file = await DatasetFile.open(path);
  let number = 0;
  for (const split of ['train', 'val'] as const) {
    for await (const crop of file.crops(split)) {
      if (wanted.has(number)) pictures.set(number, await smallPicture(crop, faceSidePx, 74));
      number++;
    }
  }
  return pictures;
}
