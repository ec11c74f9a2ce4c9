import { stat } from 'node:fs/promises';
import type { Classifier } from '../classify/index.ts';
import { visageError } from '../kernel/index.ts';
import { type GalleryFlags, galleryPath, openKnownGallery } from './gallery-access.ts';
import type { Run } from './run.ts';

/** Whoever says who is known, until it is closed. */
export interface KnownPeople extends AsyncDisposable {
  readonly classifier: Classifier;
  /** The file it is read from. */
  readonly path: string;
}

/**
 * Opens the classifier or the gallery that `identify` is to ask.
 * @throws VisageError `USAGE` where both are given, or neither and there is no gallery at the usual
 *   place; `CALIBRATION_MISSING`, `OPTION_INVALID` for a false accept rate that cannot be had; what opening them
 *   throws
 */
export async function openKnown(
  run: Run,
  flags: GalleryFlags & { readonly classifier?: string },
  maxFalseAccept?: number,
): Promise<KnownPeople> {
  if (flags.classifier !== undefined) {
    const problem = 'Both --classifier and --gallery are given; one of them says who is known.';
    if (flags.gallery !== undefined) throw usage(problem);
    const { loadClassifier } = await run.rooms.classify();
    const loaded = await loadClassifier(flags.classifier);
    const classifier = maxFalseAccept === undefined ? loaded : loaded.withMaxFalseAccept(maxFalseAccept);
    return { classifier, path: flags.classifier, [Symbol.asyncDispose]: async () => {} };
  }
  if (flags.gallery === undefined && !(await isUsualGalleryThere(run))) {
    throw usage('Who is known? Give --classifier <file> or --gallery <file>.');
  }
  const { galleryClassifier } = await run.rooms.gallery();
  const { describePack, packCalibration } = await run.rooms.packs();
  const gallery = await openKnownGallery(run, flags);
  try {
    const { maxDistance } = (await describePack(gallery.pack)).embedder;
    const { progress, signal } = run;
    const calibration = await packCalibration(gallery.pack);
    if (calibration === undefined && maxFalseAccept !== undefined) {
      throw visageError('CALIBRATION_MISSING', { what: `Pack ${gallery.pack}` });
    }
    const options = { maxDistance, calibration, ...(maxFalseAccept !== undefined && { maxFalseAccept }) };
    const classifier = await galleryClassifier(gallery, options, { progress, signal });
    return { classifier, path: gallery.path, [Symbol.asyncDispose]: () => gallery.close() };
  } catch (thrown) {
    await gallery.close();
    throw thrown;
  }
}

const isUsualGalleryThere = async (run: Run): Promise<boolean> =>
  (await stat(galleryPath(run, {})).catch(() => undefined)) !== undefined;

const usage = (problem: string): Error => visageError('USAGE', { problem, command: 'visage identify' });
