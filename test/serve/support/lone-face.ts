import { decodePhoto, encodePicture, placeOnCanvas } from '../../../src/image/index.ts';
import { samplePhoto } from '../../support/bundled-weights.ts';
import type { FilePart } from './form.ts';

/** A picture of one face, cut out of a sample photo that shows three. */
export async function loneFace(fileName = 'image.jpg'): Promise<FilePart> {
  const { raster } = await decodePhoto(samplePhoto('sample1.jpg'));
  const bytes = await encodePicture(placeOnCanvas(raster, 400, 460, -300, -240));
  return { fileName, bytes };
}
