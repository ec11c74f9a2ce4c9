import { mapInOrder, type ProgressListener } from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import type { EarlierWork, KeptFace, PrepareRecord } from './earlier-work.ts';
import type { HopelessPhoto } from './face-arrays.ts';
import type { Journal } from './journal.ts';
import { splitNames, type DatasetLayout, type SplitName } from './layout.ts';
import { preparePhoto } from './prepare-photo.ts';
import { skippedFor, type SkippedFile } from './skipped-file.ts';

/** A face in its place in the data set. */
export type PlacedFace = KeptFace & { readonly person: string; readonly file: string };

/** What came of the photos of a data set. */
export interface FoundFaces {
  readonly faces: Readonly<Record<SplitName, readonly PlacedFace[]>>;
  /** Photos that need no second look. */
  readonly hopeless: readonly HopelessPhoto[];
  readonly skipped: readonly SkippedFile[];
  /** Photos that have an outcome: all of them, unless `signal` aborted. */
  readonly done: number;
  /** Those of them that were looked at now, and those whose outcome was known. */
  readonly detected: number;
  readonly reused: number;
}

/**
 * Looks at every photo of `layout` in order, several at once, and keeps what is new in `journal`.
 * When `signal` aborts, photos under way are finished and kept, and the rest is left.
 * @throws VisageError `RUNTIME_CLOSED`, `FILE_UNWRITABLE`
 */
export async function findFaces(
  layout: DatasetLayout,
  recognizer: Recognizer,
  earlier: EarlierWork,
  journal: Journal<PrepareRecord>,
  progress: ProgressListener | undefined,
  signal: AbortSignal | undefined,
): Promise<FoundFaces> {
  const photos = splitNames.flatMap((split) => layout[split].map((photo) => ({ ...photo, split })));
  const faces: Record<SplitName, PlacedFace[]> = { train: [], val: [] };
  const hopeless: HopelessPhoto[] = [];
  const skipped: SkippedFile[] = [];
  let [index, detected, reused] = [0, 0, 0];
  const outcomes = mapInOrder(photos, recognizer.concurrency, (photo) =>
    preparePhoto(photo, recognizer, earlier, signal),
  );
  for await (const outcome of outcomes) {
    const { person, file, split } = photos[index++]!;
    if (outcome.kind === 'interrupted') continue;
    if (outcome.kind === 'failed') skipped.push(skippedFor(file, outcome.error));
    else if (outcome.kind === 'hopeless') {
      const { photo, kept } = outcome;
      if (!kept) await journal.append({ hopeless: photo }, new Uint8Array(0));
      hopeless.push(photo);
      skipped.push({ file, code: photo.code, message: photo.message });
    } else if (outcome.kind === 'kept') {
      faces[split].push({ ...outcome.face, person, file });
    } else {
      const place = await journal.append({ face: outcome.face }, outcome.crop);
      faces[split].push({ ...outcome.face, place, person, file });
    }
    const known = outcome.kind === 'kept' || (outcome.kind === 'hopeless' && outcome.kept);
    if (known) reused++;
    else detected++;
    progress?.({ stage: 'finding faces', done: detected + reused, total: photos.length, item: file });
  }
  return { faces, hopeless, skipped, done: detected + reused, detected, reused };
}
