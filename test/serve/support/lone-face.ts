import { decodePhoto, encodePicture, placeOnCanvas } from '../../../src/image/index.ts';
import { samplePhoto } from '../../support/bundled-weights.ts';
import type { FilePart } from './form.ts';

/** A picture of one face, cut out of a sample photo that shows three. */
export const loneFace = (): Promise<FilePart> => cutOut('sample1.jpg', 300, 240);

/** One of somebody else. */
export const stranger = (): Promise<FilePart> => cutOut('sample6.jpg', 1380, 160);

async function cutOut(sample: string, x: number, y: number): Promise<FilePart> {
  const { raster } = await decodePhoto(samplePhoto(sample));
  const bytes = await encodePicture(placeOnCanvas(raster, 400, 460, -x, -y));
  return { fileName: 'image.jpg', bytes };
}
