import { type Gallery, type NewExample, type PersonDetails, personName } from '../gallery/index.ts';
import { encodePicture, type PhotoSource } from '../image/index.ts';
import {
  checkOptions,
  mapInOrder,
  type OptionSchema,
  type ProgressListener,
  toVisageError,
  unit,
  type VisageError,
  visageError,
} from '../kernel/index.ts';
import { type FaceQuality, qualityNumbers } from '../quality/index.ts';
import type { Recognizer } from '../recognizer.ts';
import { type Company, type EnrolmentWarning, photoWarnings, standing } from './enrolment-warning.ts';
import type { FaceChoice } from './face-choice.ts';
import { lookAtPhoto, type SeenFace, type SeenPhoto, sourceName } from './seen-face.ts';

export const enrolSchema = {
  minQuality: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0,
    description: 'Faces of less overall quality are left out.',
  },
  keepDuplicates: {
    type: 'boolean',
    default: false,
    description: 'Enrols pictures again that the person has already.',
  },
} as const satisfies OptionSchema;

export interface EnrolOptions {
  /** Which face of each photo; default `main`. */
  readonly face?: FaceChoice;
  /** From 0 (default: everything is taken) to 1. */
  readonly minQuality?: number;
  readonly keepDuplicates?: boolean;
  /** Written beside the examples, in milliseconds since 1970 UTC. */
  readonly addedAtMs?: number;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What became of a photo. */
export type PhotoEnrolment = EnrolledPhoto | FailedPhoto;

/** A photo whose face was found. */
export interface EnrolledPhoto {
  readonly source: string;
  readonly error?: undefined;
  readonly width: number;
  readonly height: number;
  readonly faceCount: number;
  readonly face: Pick<SeenFace, 'face' | 'position'>;
  readonly quality: FaceQuality;
  readonly warnings: readonly EnrolmentWarning[];
  /** Null where it was left out: a duplicate, or of too little quality. */
  readonly exampleId: number | null;
}

export interface FailedPhoto {
  readonly source: string;
  /** `NO_FACE`, `IMAGE_UNREADABLE`, … */
  readonly error: VisageError;
}

export interface EnrolmentReport {
  /** As they are now; null where nothing was enrolled and there is nobody of that name. */
  readonly person: PersonDetails | null;
  /** Whether the name was new. */
  readonly isNew: boolean;
  /** In the order given. */
  readonly photos: readonly PhotoEnrolment[];
}

/** A photo between being looked at and being enrolled; its pixels are gone. */
interface Candidate {
  readonly seen: SeenPhoto;
  readonly face: SeenFace;
  readonly example: NewExample;
  readonly unitEmbedding: Float32Array;
}

/**
 * Adds a face of each photo to a person, who is added first where the name is new: one transaction, in
 * effect at once, without any training. Warns about what makes a bad example: several faces, a small,
 * blurred, turned or hidden face, a face that is nearer to somebody else, a picture that is there already.
 *
 * A photo that cannot be used is reported in its place and ends nothing; where none can be, nothing is changed.
 * @param photos at least one
 * @throws VisageError `PERSON_NAME_INVALID`, `PACK_MISMATCH`, `OPTION_INVALID`, `NO_PHOTO`, `GALLERY_BUSY`,
 *   `FILE_UNWRITABLE`, `RUNTIME_CLOSED`; the reason of an aborted signal, and nothing was changed
 */
export async function enrolPhotos(
  gallery: Gallery,
  recognizer: Recognizer,
  name: string,
  photos: readonly PhotoSource[],
  options: EnrolOptions = {},
): Promise<EnrolmentReport> {
  const { face = 'main', addedAtMs, progress, signal, ...rest } = options;
  const { minQuality, keepDuplicates } = checkOptions('enrolPhotos', enrolSchema, rest);
  personName(name);
  requireSamePack(gallery, recognizer);
  if (photos.length === 0) throw visageError('NO_PHOTO', { path: `The list of photos of ${name}` });

  const looked: (Candidate | FailedPhoto)[] = [];
  const look = (photo: PhotoSource) => lookOnce(recognizer, photo, face, addedAtMs, signal);
  for await (const each of mapInOrder(photos, recognizer.concurrency, look)) {
    looked.push(each);
    const item = sourceName(photos[looked.length - 1]!);
    progress?.({ stage: 'looking at photos', done: looked.length, total: photos.length, item });
  }
  signal?.throwIfAborted();

  const before = await findPerson(gallery, name);
  const company = await companyOf(gallery, recognizer, name, before);
  const candidates = looked.filter((each) => 'seen' in each);
  const judged = judge(candidates, company, { minQuality, keepDuplicates });
  const chosen = candidates.filter((_, i) => judged[i]!.enrolled);
  if (chosen.length === 0) return report(before ?? null, false, looked, candidates, judged, []);
  signal?.throwIfAborted();
  const { person, isNew, exampleIds } = await gallery.enrol(
    name,
    chosen.map(({ example }) => example),
  );
  return report(person, isNew, looked, candidates, judged, exampleIds);
}

interface Judgement {
  readonly warnings: readonly EnrolmentWarning[];
  readonly enrolled: boolean;
}

function judge(
  candidates: readonly Candidate[],
  company: Company,
  { minQuality, keepDuplicates }: { readonly minQuality: number; readonly keepDuplicates: boolean },
): Judgement[] {
  const rows = candidates.map(({ unitEmbedding }) => unitEmbedding);
  return candidates.map(({ seen, face }, i) => {
    const { duplicate, warnings } = standing(rows[i]!, company, rows.toSpliced(i, 1), i);
    const enrolled = face.quality.overall >= minQuality && (keepDuplicates || !duplicate);
    const aboutPeople = keepDuplicates && duplicate ? [] : warnings;
    return { warnings: [...photoWarnings(seen), ...aboutPeople], enrolled };
  });
}

function report(
  person: PersonDetails | null,
  isNew: boolean,
  looked: readonly (Candidate | FailedPhoto)[],
  candidates: readonly Candidate[],
  judged: readonly Judgement[],
  exampleIds: readonly number[],
): EnrolmentReport {
  let next = 0;
  const outcome = new Map<Candidate, EnrolledPhoto>();
  for (const [i, candidate] of candidates.entries()) {
    const { enrolled, warnings } = judged[i]!;
    const { source, width, height, faceCount } = candidate.seen;
    const { face, position, quality } = candidate.face;
    const exampleId = enrolled ? exampleIds[next++]! : null;
    outcome.set(candidate, {
      source,
      width,
      height,
      faceCount,
      face: { face, position },
      quality,
      warnings,
      exampleId,
    });
  }
  return { person, isNew, photos: looked.map((each) => ('seen' in each ? outcome.get(each)! : each)) };
}

async function lookOnce(
  recognizer: Recognizer,
  photo: PhotoSource,
  choice: FaceChoice,
  addedAtMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Candidate | FailedPhoto> {
  signal?.throwIfAborted();
  const source = sourceName(photo);
  try {
    const seen = await lookAtPhoto(recognizer, photo, choice, signal);
    const face = seen.faces[0]!;
    const { embedding, quality } = face;
    const crop = await encodePicture(face.crop, { format: 'jpeg', quality: 90 });
    const example: NewExample = {
      embedding,
      crop,
      source,
      quality: qualityNumbers(quality),
      ...(addedAtMs !== undefined && { addedAtMs }),
    };
    return { seen, face, example, unitEmbedding: unit(embedding) };
  } catch (thrown) {
    signal?.throwIfAborted();
    const error = toVisageError(thrown);
    if (error.code === 'RUNTIME_CLOSED') throw error;
    return { source, error };
  }
}

/** @throws VisageError `PACK_MISMATCH` */
function requireSamePack(gallery: Gallery, { pack }: Recognizer): void {
  if (gallery.pack === pack.name) return;
  const what = `The gallery ${gallery.path}`;
  throw visageError('PACK_MISMATCH', { what, got: gallery.pack, allowed: pack.name });
}

async function findPerson(gallery: Gallery, name: string): Promise<PersonDetails | undefined> {
  try {
    return await gallery.show(name);
  } catch (thrown) {
    if (toVisageError(thrown).code === 'PERSON_UNKNOWN') return undefined;
    throw thrown;
  }
}

async function companyOf(
  gallery: Gallery,
  { pack }: Recognizer,
  name: string,
  person: PersonDetails | undefined,
): Promise<Company> {
  const faces = await gallery.faces();
  await gallery.refresh();
  return {
    faces,
    personId: person?.id,
    name: person?.name ?? personName(name).name,
    exampleIds: person?.examples.map(({ id }) => id) ?? [],
    maxDistance: pack.embedder.maxDistance,
  };
}
