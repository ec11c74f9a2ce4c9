import type { Command } from 'commander';
import { visageError } from '../../kernel/index.ts';
import type { IdentifiedFace } from '../../recognizer.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags } from '../common-flags.ts';
import { boxRecord } from '../face-record.ts';
import { listArguments } from '../photo-list.ts';
import { reportPhotos } from '../photo-batch.ts';
import { addReferenceFlags, readAskedPack } from '../reference-flags.ts';
import type { RegisterVerb, Run } from '../run.ts';
import { printable } from '../view/cells.ts';
import { percent, rounded } from '../view/numbers.ts';
import { paint } from '../view/style.ts';

const description = `Find every face in the photos and say whose it is.

A folder stands for all photos in it. Each face gets a line: the file, then the name with its probability, or "unknown" where the face is too far from everybody the classifier knows. A photo that cannot be used is reported in its place and ends nothing.`;

const examples = `
Examples:
  visage identify party.jpg --classifier classifier.json
  visage identify holiday/ --classifier classifier.json --draw annotated/
  visage identify *.jpg --classifier classifier.json --json > names.json

Exit code 1 only where no photo at all could be used, or the classifier could not.`;

/** How many of the most probable people a face is reported with. */
const candidateCount = 5;

export const registerIdentify: RegisterVerb = (program, run) => {
  const command = program
    .command('identify')
    .summary('name every face in photos')
    .description(description)
    .argument('<photo...>', 'photos, or folders of photos')
    .option('--classifier <file>', 'what visage train wrote')
    .option('--draw <folder>', 'write a copy of each photo with boxes and names to this folder')
    .addHelpText('after', examples);
  addReferenceFlags(addNetworkFlags(command, 'that of the classifier'));
  addOutputFlags(command).action(async (paths: string[], flags: { classifier?: string; draw?: string }) => {
    if (flags.classifier === undefined) {
      throw visageError('USAGE', {
        problem: 'Who is known? Give --classifier <file>.',
        command: 'visage identify',
      });
    }
    await identify(run, command, { paths, classifierPath: flags.classifier, drawFolder: flags.draw });
  });
};

interface IdentifyRequest {
  readonly paths: readonly string[];
  readonly classifierPath: string;
  readonly drawFolder: string | undefined;
}

async function identify(run: Run, command: Command, request: IdentifyRequest): Promise<void> {
  const { loadClassifier, requirePack } = await run.rooms.classify();
  const classifier = await loadClassifier(request.classifierPath);
  const { pack = classifier.pack } = await readAskedPack(command, run.rooms, classifier.pack);
  requirePack(classifier, pack, request.classifierPath);
  const networks = readNetworkFlags(command, pack);
  const photos = await listArguments(run.rooms, request.paths);
  const { openRecognizer } = await run.rooms.recognizer();
  await using recognizer = await openRecognizer(networks);
  const depth = run.output.stdoutTraits.color;
  await reportPhotos<IdentifiedFace>(run, {
    stage: 'identifying',
    photos,
    drawFolder: request.drawFolder,
    recognizer,
    look: (file) => recognizer.identify(file, classifier, run.signal),
    record: faceRecord,
    line: (face) =>
      face.name === null
        ? `${paint('unknown', 'doubtful', depth)} (nearest: ${nearest(face)}, distance ${face.distance.toFixed(2)})`
        : `${paint(printable(face.name), 'good', depth)} (${percent(face.probability)})`,
    mark: (face) =>
      face.name === null
        ? {
            box: face.box,
            label: 'unknown',
            sublabel: `distance ${face.distance.toFixed(2)}`,
            tone: 'unknown',
          }
        : { box: face.box, label: face.name, sublabel: percent(face.probability), tone: 'known' },
  });
}

const nearest = (face: IdentifiedFace): string => printable(face.candidates[0]?.name ?? 'nobody');

const faceRecord = (face: IdentifiedFace): unknown => ({
  box: boxRecord(face.box),
  score: rounded(face.score, 4),
  name: face.name,
  probability: rounded(face.probability, 6),
  distance: rounded(face.distance, 4),
  candidates: face.candidates
    .slice(0, candidateCount)
    .map(({ name, probability }) => ({ name, probability: rounded(probability, 6) })),
});
