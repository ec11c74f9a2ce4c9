import type { Command } from 'commander';
import type { UnknownReason } from '../../calibrate/index.ts';
import type { IdentifiedFace } from '../../recognizer.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { boxRecord } from '../face-record.ts';
import { addGalleryKeyFlags, type GalleryFlags } from '../gallery-access.ts';
import { openKnown } from '../known-people.ts';
import { listArguments } from '../photo-list.ts';
import { reportPhotos } from '../photo-batch.ts';
import { addReferenceFlags, readAskedPack } from '../reference-flags.ts';
import type { DefineVerb, Run } from '../run.ts';
import { addMaxFalseAcceptFlag, readMaxFalseAccept, whyUnknown, whyUnknownShort } from '../unknown-flags.ts';
import { printable } from '../view/cells.ts';
import { percent, rounded } from '../view/numbers.ts';
import { paint } from '../view/style.ts';

const description = `Find every face in the photos and say whose it is.

Who is known is said by a classifier (visage train) or a gallery (visage enroll); with neither given, by the gallery that visage enroll writes to, where there is one.

A folder stands for all photos in it. Each face gets a line: the file, then the name with its probability, or "unknown" and why: the face is too far from everybody who is known, as near to one of them as to another, or too poor to tell. --max-false-accept says how sure an answer must be: with 0.001 one stranger in a thousand is given a name. A photo that cannot be used is reported in its place and ends nothing.`;

const examples = `
Examples:
  visage identify party.jpg --classifier classifier.json
  visage identify party.jpg --gallery people.gallery
  visage identify party.jpg --gallery people.gallery --max-false-accept 0.01
  visage identify holiday/ --classifier classifier.json --draw annotated/
  visage identify *.jpg --classifier classifier.json --json > names.json

Exit code 1 only where no photo at all could be used, or who is known could not be read.`;

/** How many of the most probable people a face is reported with. */
const candidateCount = 5;

export const defineIdentify: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<photo...>', 'photos, or folders of photos')
    .option('--classifier <file>', 'what visage train wrote')
    .option(
      '--gallery <file>',
      'what visage enroll wrote (default without --classifier: the file that VISAGE_GALLERY names, else people.gallery)',
    )
    .option('--draw <folder>', 'write a copy of each photo with boxes and names to this folder')
    .addHelpText('after', examples);
  addMaxFalseAcceptFlag(command, 'that of the classifier; of a gallery 0.001');
  addGalleryKeyFlags(command);
  addReferenceFlags(addNetworkFlags(command, 'that of the classifier or gallery'));
  addOutputFlags(command).action(async (paths: string[], flags: IdentifyFlags) => {
    await identify(run, command, paths, flags);
  });
};

interface IdentifyFlags extends GalleryFlags {
  readonly classifier?: string;
  readonly draw?: string;
}

async function identify(
  run: Run,
  command: Command,
  paths: readonly string[],
  flags: IdentifyFlags,
): Promise<void> {
  await using known = await openKnown(run, flags, readMaxFalseAccept(command));
  const { classifier } = known;
  const { pack = classifier.pack } = await readAskedPack(command, run.rooms, classifier.pack);
  const { requirePack } = await run.rooms.classify();
  requirePack(classifier, pack, known.path);
  const networks = readNetworkFlags(command, pack);
  const photos = await listArguments(run.rooms, paths);
  const { openRecognizer } = await run.rooms.recognizer();
  await using recognizer = await openRecognizer(networks);
  const depth = run.output.stdoutTraits.color;
  await reportPhotos<IdentifiedFace>(run, {
    stage: 'identifying',
    photos,
    drawFolder: flags.draw,
    recognizer,
    look: (file) => recognizer.identify(file, classifier, run.signal),
    record: faceRecord,
    line: (face) =>
      face.name === null
        ? `${paint('unknown', 'doubtful', depth)} (${whyUnknown(face)})`
        : `${paint(printable(face.name), 'good', depth)} (${percent(face.probability)})`,
    mark: (face) =>
      face.name === null
        ? {
            box: face.box,
            label: 'unknown',
            sublabel: whyUnknownShort(face),
            tone: 'unknown',
          }
        : { box: face.box, label: face.name, sublabel: percent(face.probability), tone: 'known' },
  });
}

/** The reason first, then what belongs to it. */
const unknownRecord = ({ kind, ...rest }: UnknownReason): unknown => ({ reason: kind, ...rest });

const faceRecord = (face: IdentifiedFace): unknown => ({
  box: boxRecord(face.box),
  score: rounded(face.score, 4),
  name: face.name,
  probability: rounded(face.probability, 6),
  distance: rounded(face.distance, 4),
  ...(face.certainty !== undefined && { certainty: rounded(face.certainty, 6) }),
  ...(face.falseAcceptRate !== undefined && {
    falseAcceptRate: Number(face.falseAcceptRate.toPrecision(3)),
  }),
  ...(face.unknown !== undefined && { unknown: unknownRecord(face.unknown) }),
  candidates: face.candidates
    .slice(0, candidateCount)
    .map(({ name, probability }) => ({ name, probability: rounded(probability, 6) })),
});
