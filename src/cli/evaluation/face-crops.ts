import { type EmbeddedPhoto, hasFace, type PhotoFile } from '../../dataset/index.ts';
import { decodePhoto, encodePicture, letterbox } from '../../image/index.ts';
import type { ProgressListener } from '../../kernel/index.ts';
import type { Recognizer } from '../../recognizer.ts';
import type { Picture, ShownFace } from '../../report/index.ts';
import type { NamedPhoto } from './looked-photos.ts';

/** Side of a face on the page, in pixels: shown at most about this large. */
const sidePx = 150;

/**
 * The faces of some photos as the page shows them: the crop that the network saw.
 * @param wanted places in `files` and `photos`
 */
export async function cropFaces(
  wanted: Iterable<number>,
  files: readonly PhotoFile[],
  photos: readonly EmbeddedPhoto[],
  recognizer: Recognizer,
  { progress, signal }: { readonly progress?: ProgressListener; readonly signal?: AbortSignal },
): Promise<Map<number, Picture>> {
  const pictures = new Map<number, Picture>();
  const places = [...new Set(wanted)].filter((i) => hasFace(photos[i]!));
  const { detector, selection } = recognizer.pack;
  for (const [done, i] of places.entries()) {
    const { path, file } = files[i]!;
    progress?.({ stage: 'cutting out faces', done, total: places.length, item: file });
    const outcome = photos[i]!;
    if (!hasFace(outcome)) continue;
    const photo = await decodePhoto(path, {
      neededSidePx: detector.photoSidePx,
      upright: selection?.upright ?? true,
      signal,
    });
    const crop = recognizer.crop({ photo, faces: [outcome.face] }, outcome.face);
    const small =
      Math.max(crop.width, crop.height) > sidePx ? (await letterbox(crop, sidePx, sidePx)).raster : crop;
    const bytes = await encodePicture(small, { format: 'jpeg', quality: 76 });
    pictures.set(i, { format: 'jpeg', bytes, width: small.width, height: small.height });
  }
  progress?.({ stage: 'cutting out faces', done: places.length, total: places.length });
  return pictures;
}

/** The face of a photo as a page shows it. */
export function shownFace(
  photo: number,
  files: readonly NamedPhoto[],
  pictures: ReadonlyMap<number, Picture>,
): ShownFace {
  const { person, file } = files[photo]!;
  return { name: person, file, picture: pictures.get(photo) };
}
