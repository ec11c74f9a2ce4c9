import type { FaceMark, Photo } from '../image/index.ts';
import { mapInOrder, toVisageError, type VisageError, visageError } from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import { DrawnPhotos } from './drawn-photos.ts';
import type { ListedPhoto } from './photo-list.ts';
import type { Run } from './run.ts';
import { printable } from './view/cells.ts';
import { paint } from './view/style.ts';

/** What a verb does with every photo it is given. */
export interface PhotoWork<Face> {
  /** What is going on, for the progress display: `identifying`. */
  readonly stage: string;
  readonly photos: readonly ListedPhoto[];
  /** Folder for annotated copies. */
  readonly drawFolder: string | undefined;
  readonly recognizer: Recognizer;
  readonly look: (file: string) => Promise<{ readonly photo: Photo; readonly faces: readonly Face[] }>;
  /** The face of a photo as `--json` shows it. */
  readonly record: (face: Face) => unknown;
  /** The face of a photo on a line of its own, without the file name. */
  readonly line: (face: Face) => string;
  /** The face as it is drawn. */
  readonly mark: (face: Face) => FaceMark;
}

/** A photo with everything that is said about it, and no pixels: a long folder keeps memory flat. */
interface PhotoOutcome {
  readonly record: unknown;
  readonly lines: readonly string[];
  readonly failed: boolean;
}

/**
 * Looks at every photo, several at once, and reports each in its place and in order as soon as it is its
 * turn. A photo that fails is reported like the others and ends nothing.
 * @throws VisageError `ALL_PHOTOS_FAILED`, `FILE_UNWRITABLE` for the
 *   folder of copies, `INTERRUPTED`
 */
export async function reportPhotos<Face>(run: Run, work: PhotoWork<Face>): Promise<void> {
  const { output, signal } = run;
  const { photos } = work;
  const image = work.drawFolder === undefined ? undefined : await run.rooms.image();
  const drawn = work.drawFolder === undefined ? undefined : await DrawnPhotos.plan(work.drawFolder, photos);
  const depth = output.stdoutTraits.color;

  const lookAt = async (photo: ListedPhoto): Promise<PhotoOutcome> => {
    const { file } = photo;
    const name = printable(file);
    try {
      signal.throwIfAborted();
      if (photo.error !== undefined) throw photo.error;
      const seen = await work.look(file);
      const { width, height } = seen.photo;
      const { faces } = seen;
      const record = { file, width, height, faces: faces.map(work.record) };
      const lines = faces.length === 0 ? ['no face'] : faces.map(work.line);
      const outcome = { record, lines: lines.map((line) => `${name}: ${line}`), failed: false };
      if (image === undefined || drawn === undefined) return outcome;
      const jpeg = await image.drawFaces(seen.photo, faces.map(work.mark));
      return { ...outcome, record: { ...record, drawn: await drawn.write(photo, jpeg) } };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toVisageError(thrown);
      return {
        record: { file, error: errorRecord(error) },
        lines: [`${name}: ${errorLine(error, depth)}`],
        failed: true,
      };
    }
  };

  run.interruption.kept = 'the photos reported so far are done';
  const list = await output.openList({ pack: work.recognizer.pack.name }, 'photos');
  let [done, failed] = [0, 0];
  run.progress({ stage: work.stage, done, total: photos.length });
  for await (const outcome of mapInOrder(photos, work.recognizer.concurrency, lookAt)) {
    for (const line of outcome.lines) await output.line(line);
    await list.add(outcome.record);
    if (outcome.failed) failed++;
    run.progress({ stage: work.stage, done: ++done, total: photos.length, item: photos[done - 1]!.file });
    // Nobody reads on, and nothing else comes of the work: stop.
    if (output.readerGone && drawn === undefined) return;
  }
  output.progress.end();
  if (failed === photos.length) throw visageError('ALL_PHOTOS_FAILED', { got: failed });
  await list.close();
  if (failed > 0)
    output.note(`${failed} of ${photos.length} photos could not be used; the reason stands in their place.`);
  if (drawn !== undefined) output.note(`The annotated photos are in ${work.drawFolder}.`);
}

/** A failure as one entry of a list: code, sentence, hint. */
const errorRecord = (error: VisageError): unknown => error.toJSON();

const errorLine = (error: VisageError, depth: Parameters<typeof paint>[2]): string =>
  `${paint(error.code, 'bad', depth)} ${printable(error.message)}`;
