import type { Classifier } from '../../classify/index.ts';
import { decodePhoto, drawFaces } from '../../image/index.ts';
import { mapInOrder, type ProgressListener, toVisageError } from '../../kernel/index.ts';
import type { IdentifiedFace, Recognizer } from '../../recognizer.ts';
import { choosePhotos, type ReportPhoto, type ReportSkipped } from '../../report/index.ts';
import { DrawnPhotos } from '../drawn-photos.ts';
import type { ListedPhoto } from '../photo-list.ts';
import { percent } from '../view/numbers.ts';
import { photoPicture } from './report-pictures.ts';
import type { TestPhotos } from './test-photos.ts';

/** Longest side of an annotated photo, in pixels. */
const drawnSidePx = 1600;

export interface IdentifyJob extends TestPhotos {
  readonly recognizer: Recognizer;
  readonly classifier: Classifier;
  /** Folder for the annotated photos. */
  readonly drawFolder: string;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
}

export interface IdentifiedPhotos {
  readonly photos: readonly ReportPhoto[];
  readonly failed: readonly ReportSkipped[];
}

const candidateCount = 5;

/**
 * Names every face of the photos, writes an annotated copy of each, and gives what the report shows of
 * them. A photo that cannot be used is listed and ends nothing.
 * @throws VisageError `FILE_UNWRITABLE` for the folder; the reason of `signal`
 */
export async function identifyPhotos(job: IdentifyJob): Promise<IdentifiedPhotos> {
  const { photos, recognizer, classifier, progress, signal } = job;
  const drawn = await DrawnPhotos.plan(job.drawFolder, photos);
  const lookAt = async (listed: ListedPhoto, index: number): Promise<ReportPhoto | ReportSkipped> => {
    try {
      signal.throwIfAborted();
      const { photo, faces } = await recognizer.identify(listed.file, classifier, signal);
      const described = faces.map((face) => describe(face, job.expectedName(index, face.box, faces.length)));
      await drawn.write(listed, await drawFaces(photo, described.map(mark), { maxSidePx: drawnSidePx }));
      return { file: listed.place, width: photo.width, height: photo.height, faces: described };
    } catch (thrown) {
      signal.throwIfAborted();
      const { code, message, hint } = toVisageError(thrown);
      return { file: listed.place, code, message, hint };
    }
  };
  const identified: ReportPhoto[] = [];
  const failed: ReportSkipped[] = [];
  const paths: string[] = [];
  let done = 0;
  for await (const outcome of mapInOrder(photos, recognizer.concurrency, lookAt)) {
    if ('code' in outcome) failed.push(outcome);
    else {
      identified.push(outcome);
      paths.push(photos[done]!.file);
    }
    progress({ stage: 'naming faces', done: ++done, total: photos.length, item: outcome.file });
  }
  // Pictures only of the photos that the report has room for, so that memory stays flat.
  const shown = new Set(choosePhotos(identified));
  const pictured: ReportPhoto[] = [];
  for (const [i, photo] of identified.entries()) {
    signal.throwIfAborted();
    const picture = shown.has(i) ? await photoPicture((await decodePhoto(paths[i]!)).raster) : undefined;
    pictured.push(picture === undefined ? photo : { ...photo, picture });
  }
  return { photos: pictured, failed };
}

type ReportPhotoFace = ReportPhoto['faces'][number];

function describe(face: IdentifiedFace, expected: string | undefined): ReportPhotoFace {
  const { box, name, probability } = face;
  const candidates = face.candidates.slice(0, candidateCount);
  return { box, name, probability, candidates, ...(expected === undefined ? {} : { expected }) };
}

const mark = ({ box, name, probability }: ReportPhotoFace) =>
  name === null
    ? { box, label: 'unknown', tone: 'unknown' as const }
    : { box, label: name, sublabel: percent(probability), tone: 'known' as const };
