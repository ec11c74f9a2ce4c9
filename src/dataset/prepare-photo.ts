import { openByteSource } from '../formats/index.ts';
import { toVisageError, visageError, type ErrorCode, type VisageError } from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import type { EarlierWork, KeptFace } from './earlier-work.ts';
import type { HopelessPhoto, PreparedFace } from './face-arrays.ts';
import { fingerprint } from './fingerprint.ts';
import type { DatasetPhoto } from './layout.ts';
import { mainFace } from './main-face.ts';

/** What became of a photo. */
export type PhotoOutcome =
  | { readonly kind: 'new'; readonly face: PreparedFace; readonly crop: Uint8Array }
  | { readonly kind: 'kept'; readonly face: KeptFace }
  | { readonly kind: 'hopeless'; readonly photo: HopelessPhoto; readonly kept: boolean }
  | { readonly kind: 'failed'; readonly error: VisageError }
  | { readonly kind: 'interrupted' };

/** A photo file beyond this is read by nobody; the room that decodes says the same. */
const maxPhotoBytes = 256 * 1024 * 1024;

/**
 * Failures that the bytes of the photo alone decide and that take time to find out. The others may
 * pass: another limit, a package that is installed later, a file that becomes readable.
 */
export const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NO_FACE', 'IMAGE_UNREADABLE']);

/** The bytes of a photo file. @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE` */
export async function readPhoto(path: string): Promise<Uint8Array> {
  const source = await openByteSource(path);
  try {
    if (source.sizeBytes > maxPhotoBytes) {
      const reason = `it has ${source.sizeBytes} bytes; at most ${maxPhotoBytes} are accepted`;
      throw visageError('FILE_UNREADABLE', { path, reason });
    }
    return await source.read(0, source.sizeBytes);
  } finally {
    await source.close();
  }
}

/**
 * Finds the main face of one photo and cuts it out, unless `earlier` knows the result already.
 * Failures that concern the photo are outcomes, not exceptions.
 * @throws VisageError `RUNTIME_CLOSED`
 */
export async function preparePhoto(
  photo: DatasetPhoto,
  recognizer: Recognizer,
  earlier: EarlierWork,
  signal: AbortSignal | undefined,
): Promise<PhotoOutcome> {
  if (signal?.aborted) return { kind: 'interrupted' };
  const { file } = photo;
  let print = '';
  try {
    const bytes = await readPhoto(photo.path);
    print = fingerprint(bytes);
    const kept = earlier.face(print);
    if (kept !== undefined) return { kind: 'kept', face: kept };
    const known = earlier.hopeless(print, file);
    if (known !== undefined) return { kind: 'hopeless', photo: known, kept: true };

    const located = await recognizer.locate({ name: file, bytes }, signal);
    const { width, height } = located.photo;
    // Faces come best score first.
    const first = recognizer.pack.selection?.face === 'first';
    const face = first ? located.faces[0] : mainFace(located.faces, width, height);
    if (face === undefined) throw visageError('NO_FACE', { path: file });
    const { box, score } = face;
    const prepared = { fingerprint: print, faceCount: located.faces.length, box, score };
    return { kind: 'new', face: prepared, crop: recognizer.crop(located, face).data };
  } catch (thrown) {
    if (signal?.aborted) return { kind: 'interrupted' };
    const error = toVisageError(thrown);
    const { code, message } = error;
    if (code === 'RUNTIME_CLOSED') throw error;
    if (!lasting.has(code)) return { kind: 'failed', error };
    return { kind: 'hopeless', photo: { file, fingerprint: print, code, message }, kept: false };
  }
}
