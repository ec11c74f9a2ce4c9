import { stat } from 'node:fs/promises';
import type { Gallery } from '../../gallery/index.ts';
import { visageError } from '../../kernel/index.ts';
import {
  enrolSchema,
  type EnrolmentReport,
  type EnrolmentWarning,
  type PhotoEnrolment,
} from '../../people/index.ts';
import type { Recognizer, RecognizerOptions } from '../../recognizer.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { qualityRecord } from '../face-quality-record.ts';
import { boxRecord } from '../face-record.ts';
import { addFlags, readFlags } from '../flags.ts';
import { addGalleryFlags, type GalleryFlags, galleryKey, galleryPath } from '../gallery-access.ts';
import { type ListedPhoto, listArguments } from '../photo-list.ts';
import type { DefineVerb, Run } from '../run.ts';
import { printable } from '../view/cells.ts';
import { percent, rounded } from '../view/numbers.ts';
import { paint } from '../view/style.ts';
import { counted } from '../view/units.ts';

const description = `Add photos of a person to the gallery, who is known from then on: visage identify --gallery names them at once, without any training.

The main face of each photo is taken. Each photo gets a line: its example number, how good the face is, and what to look at: several faces, a small or blurred one, one that is nearer to somebody else. A picture that the person has already is left out.

A new gallery is made where there is none; with a key it is encrypted. All photos are added at once or, if anything fails on the way, none.`;

const examples = `
Examples:
  visage enroll Anna anna1.jpg anna2.jpg
  visage enroll Anna photos/anna/ --gallery family.gallery
  visage enroll Anna group.jpg --face 2            the second from the left
  visage enroll Anna anna.jpg --key-file gallery.key

Exit code 1 only where no photo at all could be used.`;

/** `--face 0`, the default, is the main one: a flag has one type. */
const faceSchema = {
  face: {
    type: 'number',
    integer: true,
    min: 1,
    max: 1000,
    default: 1,
    description: 'which face of each photo, counted from the left',
  },
} as const;

interface EnrollFlags extends GalleryFlags {
  readonly face?: number;
}

export const defineEnroll: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<name>', 'who it is')
    .argument('<photo...>', 'photos, or folders of photos')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addFlags(command, faceSchema, { face: 'the main one' });
  addFlags(command, enrolSchema);
  addNetworkFlags(command, 'that of the gallery, bundled for a new one');
  addOutputFlags(command).action(async (name: string, paths: string[], flags: EnrollFlags) => {
    const options = readFlags(command, enrolSchema);
    const face = flags.face === undefined ? 'main' : readFlags(command, faceSchema).face;
    await enroll(run, { name, paths, flags, options: { ...options, face } }, readNetworkFlags(command));
  });
};

interface EnrollRequest {
  readonly name: string;
  readonly paths: readonly string[];
  readonly flags: GalleryFlags;
  readonly options: { minQuality: number; keepDuplicates: boolean; face: 'main' | number };
}

async function enroll(run: Run, request: EnrollRequest, networks: RecognizerOptions): Promise<void> {
  const { output, rooms, signal, progress } = run;
  const { personName } = await rooms.gallery();
  personName(request.name);
  const listed = await listArguments(rooms, request.paths);
  const usable = listed.filter((photo) => photo.error === undefined);
  const { enrolPhotos } = await rooms.people();
  await using opened = await openBoth(run, request.flags, networks);
  const { gallery, recognizer } = opened;
  const report: EnrolmentReport =
    usable.length === 0
      ? { person: null, isNew: false, photos: [] }
      : await enrolPhotos(
          gallery,
          recognizer,
          request.name,
          usable.map(({ file }) => file),
          { ...request.options, addedAtMs: Date.now(), progress, signal },
        );
  output.progress.end();
  const outcomes = inPlace(listed, report.photos);
  for (const outcome of outcomes) for (const line of lines(run, outcome)) await output.line(line);
  const { person } = report;
  const failed = outcomes.filter(({ error }) => error !== undefined).length;
  const list = await output.openList(
    {
      gallery: gallery.path,
      pack: gallery.pack,
      person: person && { id: person.id, name: person.name, exampleCount: person.exampleCount },
      isNew: report.isNew,
    },
    'photos',
  );
  for (const outcome of outcomes) await list.add(photoRecord(outcome));
  if (failed === outcomes.length) throw visageError('ALL_PHOTOS_FAILED', { got: failed });
  await list.close();
  if (failed > 0) output.note(`${failed} of ${counted(outcomes.length, 'photo')} could not be used.`);
  if (person !== null) {
    const count = counted(person.exampleCount, 'example');
    output.note(`${printable(person.name)} has ${count} in ${gallery.path}.`);
  }
}

/** Gallery and networks of one pack; the gallery is made where it is not there. */
async function openBoth(
  run: Run,
  flags: GalleryFlags,
  networks: RecognizerOptions,
): Promise<AsyncDisposable & { readonly gallery: Gallery; readonly recognizer: Recognizer }> {
  const { describeGallery, openGallery } = await run.rooms.gallery();
  const { openRecognizer } = await run.rooms.recognizer();
  const path = galleryPath(run, flags);
  const key = await galleryKey(run, flags);
  const known = (await isThere(path)) ? await describeGallery(path) : undefined;
  if (known !== undefined && networks.pack !== undefined && networks.pack !== known.pack) {
    throw visageError('PACK_MISMATCH', { what: path, got: known.pack, allowed: networks.pack });
  }
  const recognizer = await openRecognizer({
    ...networks,
    ...(known === undefined ? {} : { pack: known.pack }),
  });
  try {
    const { name: pack, embedder } = recognizer.pack;
    const gallery = await openGallery(path, {
      pack,
      dimension: embedder.dimension,
      ...(key !== undefined && { key }),
    });
    const close = async (): Promise<void> => {
      await Promise.all([gallery.close(), recognizer.close()]);
    };
    return { gallery, recognizer, [Symbol.asyncDispose]: close };
  } catch (thrown) {
    await recognizer.close();
    throw thrown;
  }
}

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );

/** Paths that led to no photo stand where they were given. */
function inPlace(listed: readonly ListedPhoto[], photos: readonly PhotoEnrolment[]): PhotoEnrolment[] {
  let next = 0;
  return listed.map(({ file, error }) => (error === undefined ? photos[next++]! : { source: file, error }));
}

function lines(run: Run, outcome: PhotoEnrolment): string[] {
  const depth = run.output.stdoutTraits.color;
  const name = printable(outcome.source);
  if (outcome.error !== undefined) {
    return [`${name}: ${paint(outcome.error.code, 'bad', depth)} ${printable(outcome.error.message)}`];
  }
  const { exampleId, quality, warnings } = outcome;
  const verdict = `${quality.verdict}, quality ${percent(quality.overall, 0)}`;
  const first =
    exampleId === null
      ? paint('left out', 'doubtful', depth)
      : `${paint(`example ${exampleId}`, 'good', depth)} (${verdict})`;
  return [
    `${name}: ${first}`,
    ...warnings.map(({ message }) => `  ${paint('!', 'doubtful', depth)} ${printable(message)}`),
  ];
}

function photoRecord(outcome: PhotoEnrolment): unknown {
  const { source: file, error } = outcome;
  if (error !== undefined) return { file, error };
  const { width, height, faceCount, face, quality, warnings, exampleId } = outcome;
  return {
    file,
    width,
    height,
    faceCount,
    face: { position: face.position, box: boxRecord(face.face.box), score: rounded(face.face.score, 4) },
    quality: qualityRecord(quality),
    exampleId,
    warnings: warnings.map(warningRecord),
  };
}

const warningRecord = ({ distance, ...warning }: EnrolmentWarning): unknown => ({
  ...warning,
  ...(distance !== undefined && { distance: rounded(distance, 4) }),
});
