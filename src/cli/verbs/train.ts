import { type Classifier, referenceTraining, type TrainOptions, trainSchema } from '../../classify/index.ts';
import type { EmbeddedSplit } from '../../dataset/index.ts';
import type { Command } from 'commander';
import { type OptionsOf, Random, visageError } from '../../kernel/index.ts';
import { addOutputFlags, seedSchema } from '../common-flags.ts';
import { findCrop, showFace, writePicture } from '../example-face.ts';
import { addFlags, readFlags } from '../flags.ts';
import { addReferenceFlags, readAskedPack } from '../reference-flags.ts';
import type { DefineVerb, Run } from '../run.ts';
import { addMaxFalseAcceptFlag, readMaxFalseAccept } from '../unknown-flags.ts';
import { countNames, splitRecord } from '../split-report.ts';
import { printable } from '../view/cells.ts';
import { rounded } from '../view/numbers.ts';

const description = `Learn whose face is whose from the training faces, and test it on those for validation.

Prints the accuracy on both parts, then one validation face chosen at random with the name it was given, how probable that is, and the name it should have.

svm is a linear support vector machine, one against one, as the original system uses; linear is one against the rest, quicker for many people; neighbors and mean compare with the examples themselves.`;

const examples = `
Examples:
  visage train faces-embeddings.npz
  visage train faces-embeddings.npz --example example.png
  visage train faces-embeddings.npz --classifier neighbors --seed 3 --json
  visage train faces-embeddings.npz --reference`;

const { kind, seed: _, ...plainSchema } = trainSchema;
const schema = { classifier: kind, ...plainSchema, ...seedSchema } as const;

export const defineTrain: DefineVerb = (command, run) => {
  command
    .description(description)
    .argument('<faces-embeddings.npz>', 'what visage embed wrote')
    .option('--out <file>', 'where the classifier goes', 'classifier.json')
    .option('--example <file>', 'write the random example as a picture to this file (PNG)')
    .option(
      '--dataset <file>',
      'what visage prepare wrote: the picture comes from it (default: faces-dataset.npz beside the embeddings)',
    )
    .addHelpText('after', examples);
  addFlags(command, schema, { maxDistance: 'that of the pack' });
  addMaxFalseAcceptFlag(command, '0.001');
  addReferenceFlags(command.option('--pack <name>', 'refuse embeddings of any other pack'));
  addOutputFlags(command).action(async (embeddingsPath: string, flags: TrainFlags) => {
    await train(run, command, embeddingsPath, flags);
  });
};

interface TrainFlags {
  readonly out: string;
  readonly example?: string;
  readonly dataset?: string;
  readonly maxDistance?: number;
}

/**
 * What the flags ask for; with `--reference`, what the original system does.
 * @throws VisageError `OPTION_INVALID`, also for a flag that contradicts `--reference`
 */
function readOptions(command: Command, reference: boolean): OptionsOf<typeof schema> {
  const options = readFlags(command, schema);
  if (!reference) return options;
  const { kind, kernel, C, classWeight } = referenceTraining;
  const fixed = { classifier: kind, kernel, C, classWeight };
  for (const [name, allowed] of Object.entries(fixed)) {
    const got = options[name as keyof typeof fixed];
    if (command.getOptionValueSource(name) !== 'cli' || got === allowed) continue;
    const option = command.options.find((flag) => flag.attributeName() === name)!.long!;
    throw visageError('OPTION_INVALID', {
      owner: 'visage train',
      option,
      got,
      allowed: `${allowed}, as --reference trains`,
    });
  }
  const maxFalseAccept = readMaxFalseAccept(command);
  if (maxFalseAccept !== undefined) {
    throw visageError('OPTION_INVALID', {
      owner: 'visage train',
      option: '--max-false-accept',
      got: maxFalseAccept,
      allowed: 'nothing with --reference, which names everybody; --max-distance sets a limit',
    });
  }
  return { ...options, ...fixed };
}

/**
 * By what the classifier is to tell strangers: the calibration of the pack, unless a distance was asked for.
 * @throws VisageError `USAGE`, `CALIBRATION_MISSING`, `OPTION_INVALID`, and what reading the calibration throws
 */
async function readOpenSet(
  run: Run,
  command: Command,
  pack: string,
  { maxDistance }: TrainFlags,
): Promise<TrainOptions['openSet']> {
  const maxFalseAccept = readMaxFalseAccept(command);
  if (maxDistance !== undefined) {
    if (maxFalseAccept === undefined) return undefined;
    const problem = 'Both --max-distance and --max-false-accept are given; one of them says who is unknown.';
    throw visageError('USAGE', { problem, command: 'visage train' });
  }
  const { packCalibration } = await run.rooms.packs();
  const calibration = await packCalibration(pack);
  if (calibration !== undefined) {
    return { calibration, ...(maxFalseAccept !== undefined && { maxFalseAccept }) };
  }
  if (maxFalseAccept !== undefined) throw visageError('CALIBRATION_MISSING', { what: `Pack ${pack}` });
  return undefined;
}

async function train(run: Run, command: Command, embeddingsPath: string, flags: TrainFlags): Promise<void> {
  const { output, progress } = run;
  const options = readOptions(command, command.opts<{ reference?: true }>().reference === true);
  const { readEmbeddings } = await run.rooms.dataset();
  const { saveClassifier, trainClassifier } = await run.rooms.classify();
  const { accuracy } = await run.rooms.evaluate();
  const embeddings = await readEmbeddings(embeddingsPath);
  const { train, val } = embeddings;
  const { pack: asked, reference } = await readAskedPack(command, run.rooms, embeddings.pack);
  const pack = embeddings.pack ?? asked ?? 'bundled';
  if (asked !== undefined && asked !== pack) {
    throw visageError('PACK_MISMATCH', { what: embeddingsPath, got: pack, allowed: asked });
  }
  if (flags.example !== undefined && val.names.length === 0) {
    throw visageError('DATASET_ARRAYS', {
      path: embeddingsPath,
      reason: 'it has no validation faces, and --example shows one',
      verb: 'prepare',
    });
  }
  const openSet = reference ? undefined : await readOpenSet(run, command, pack, flags);
  run.signal.throwIfAborted();
  // Fitting holds the thread, so no signal could be answered: let Ctrl-C end the process. Nothing is written yet.
  run.interruption.standAside();
  const { classifier: kind, ...plain } = options;
  const { describePack } = await run.rooms.packs();
  // The pack may be of another machine: it is needed for this number alone.
  const described = await describePack(pack).catch(() => undefined);
  const packMaxDistance = described?.embedder.maxDistance;
  const maxDistance =
    flags.maxDistance ??
    (reference ? referenceTraining.maxDistance : (packMaxDistance ?? options.maxDistance));
  const classifier = trainClassifier(train.embeddings, train.names, {
    ...plain,
    maxDistance,
    kind,
    pack,
    openSet,
    ...(reference && { calibration: referenceTraining.calibration }),
    progress,
  });
  const shares = {
    train: accuracy(train.names, answers(classifier, train)),
    test: val.names.length === 0 ? null : accuracy(val.names, answers(classifier, val)),
  };
  await saveClassifier(flags.out, classifier);
  output.progress.end();

  await output.line(`Dataset: train=${train.names.length}, test=${val.names.length}`);
  const percents = Object.entries(shares).map(([part, share]) =>
    share === null ? '' : `${part}=${(share * 100).toFixed(3)}`,
  );
  await output.line(`Accuracy: ${percents.filter((text) => text !== '').join(', ')}`);
  if (classifier.note !== undefined) output.note(classifier.note);
  if (shares.test === null)
    output.note('There are no validation faces, so nothing says how well this works on new photos.');
  const example =
    shares.test === null
      ? null
      : await showExample(run, classifier, val, {
          embeddingsPath,
          datasetPath: flags.dataset,
          picturePath: flags.example,
          seed: options.seed,
        });
  output.note(`The classifier is in ${flags.out}. Next: visage identify <photo> --classifier ${flags.out}`);
  await output.document({
    file: flags.out,
    pack,
    kind: classifier.kind,
    accuracy: shares,
    classes: classifier.classes,
    train: splitRecord(countNames(train.names), [train.names.length, classifier.dimension]),
    val: splitRecord(countNames(val.names), [val.names.length, classifier.dimension]),
    example,
  });
}

const answers = (classifier: Classifier, { embeddings }: EmbeddedSplit): string[] =>
  embeddings.map((embedding) => classifier.predict(embedding).name);

interface ExampleRequest {
  readonly embeddingsPath: string;
  readonly datasetPath: string | undefined;
  readonly picturePath: string | undefined;
  readonly seed: number;
}

/** One validation face at random: what it was taken for, and what it is. Gives its record for `--json`. */
async function showExample(
  run: Run,
  classifier: Classifier,
  val: EmbeddedSplit,
  request: ExampleRequest,
): Promise<unknown> {
  const { output, rooms } = run;
  const index = new Random(request.seed).fork('example').integer(val.names.length);
  const expected = val.names[index]!;
  const { name, probability } = classifier.predict(val.embeddings[index]!);
  const title = `${name} (${(probability * 100).toFixed(3)})`;
  const { picturePath, embeddingsPath, datasetPath } = request;
  const needed = picturePath !== undefined || datasetPath !== undefined;
  const crop = await findCrop(rooms, { embeddingsPath, names: val.names, datasetPath, needed }, index);
  if (crop !== undefined) showFace(output, crop);
  await output.line(`Predicted: ${printable(title)}`);
  await output.line(`Expected: ${printable(expected)}`);
  if (crop !== undefined && picturePath !== undefined) {
    await writePicture(rooms, picturePath, crop, title);
    output.note(`The example is in ${picturePath}.`);
  }
  return {
    index,
    ...(val.files === undefined ? {} : { file: val.files[index] }),
    expected,
    predicted: name,
    probability: rounded(probability, 6),
    ...(picturePath === undefined ? {} : { picture: picturePath }),
  };
}
