import { createHash } from 'node:crypto';
import { access, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { leastFalseAcceptRate } from '../../calibrate/index.ts';
import { type FaceChoice, readPeople, type SkippedFile } from '../../dataset/index.ts';
import { systemReason } from '../../formats/index.ts';
import { Random, VisageError, visageError } from '../../kernel/index.ts';
import {
  divideForTraining,
  type FineTuneHeadOptions,
  fineTuneHead,
  gentleFineTuning,
  installHead,
  ratesOf,
  readFineTuneCheckpoint,
  requireFreeName,
  type TrainingMoment,
  Trunk,
  writeFineTuneCheckpoint,
} from '../../train/index.ts';
import type { Run } from '../run.ts';
import { noteSkipped } from '../skipped-photos.ts';
import { printable } from '../view/cells.ts';
import { percent } from '../view/numbers.ts';
import { paint } from '../view/style.ts';
import { counted } from '../view/units.ts';
import { finetuneDocument } from './document.ts';
import { measureKind } from './measure.ts';
import { writeFailedTrainingPage, writeTrainingPage } from './page.ts';
import { keptFolder, photoFeatures } from './photo-features.ts';

/** What the flags of `visage finetune` ask for. */
export interface FinetuneRequest {
  readonly path: string;
  readonly pack: string;
  readonly name: string;
  readonly report: string;
  readonly workers: { readonly workers?: number };
  readonly loss: 'contrastive' | 'triplet' | 'arcface';
  readonly mining: NonNullable<FineTuneHeadOptions['mining']>;
  readonly margin: number;
  readonly learningRate?: number;
  readonly epochs?: number;
  readonly minutes: number;
  readonly patience: number;
  readonly apart: number;
  readonly blend?: number;
  readonly variations: number;
  readonly face: FaceChoice;
  readonly seed: number;
  readonly resume: boolean;
}

/** `visage finetune`: features of every photo, the training, a new pack, a page. */
export async function runFinetune(run: Run, request: FinetuneRequest): Promise<void> {
  const { output, rooms, progress, signal, interruption } = run;
  const { path, pack: base, name, report, workers, seed, apart } = request;
  // Whatever can be told now is not told after an hour.
  await requireFreeName(name);
  const { folder, photos, skipped } = await readPeople(path);
  divideForTraining(
    photos.map(({ person }) => person),
    apart,
    new Random(seed),
  );
  await makeFolderOf(report);
  const checkpoint = join(await keptFolder(), `${name}.npz`);
  if (request.resume) await requireCheckpoint(checkpoint);

  interruption.kept =
    'the photos that were looked at are kept in the cache; the same command goes on from there';
  const { openRecognizer } = await rooms.recognizer();
  await using recognizer = await openRecognizer({ pack: base, ...workers });
  await using trunk = await Trunk.open(recognizer.pack);
  const { face, variations } = request;
  const features = await photoFeatures(photos, recognizer, trunk, {
    folder,
    face,
    variations,
    progress,
    signal,
  });
  output.progress.end();
  const unusable: readonly SkippedFile[] = [...skipped, ...features.unusable];
  noteSkipped(output, unusable);
  const { faces } = features;
  if (faces.length === 0) throw visageError('ALL_PHOTOS_FAILED', { got: photos.length });

  const owners = faces.map(({ person }) => person);
  const options = headOptions(request, faces.length);
  const label = createHash('sha256')
    .update(JSON.stringify([base, variations, options, features.fingerprint]))
    .digest('hex');
  const from = request.resume ? await readFineTuneCheckpoint(checkpoint, label) : undefined;
  if (from !== undefined) output.note(`Going on from step ${from.state.optimiser.step}.`);
  const view = trainingView(progress, from?.history.at(-1));
  const history = [...(from?.history ?? [])];
  const onMoment = (moment: TrainingMoment): void => {
    history.push(moment);
    view.onMoment(moment);
  };
  const dataset = basename(resolve(path));
  const tuned = await fineTuneHead(trunk, faces, options, onMoment, signal, {
    from,
    onStep: view.onStep,
    keep: async (kept) => {
      await writeFineTuneCheckpoint(checkpoint, kept, label);
      interruption.kept = `the training as it was after step ${kept.state.optimiser.step} is kept; the same command with --resume goes on from there, and no pack was made yet`;
    },
  }).catch(async (thrown: unknown) => {
    // What came to an end by itself would come to the same end again.
    if (!signal.aborted) await rm(checkpoint, { force: true });
    if (madeNothing(thrown)) {
      output.progress.end();
      const error = thrown;
      await writeFailedTrainingPage(rooms, { request, error, people: owners, history, unusable }, dataset);
      output.note(`Page: ${report} shows how the training went.`);
    }
    throw thrown;
  });
  view.end();
  output.progress.end();

  const { roles, training } = tuned;
  const numbers = new Map([...roles.trainedPeople, ...roles.peopleApart].map((person, i) => [person, i]));
  const people = owners.map((person) => numbers.get(person)!);
  const unseen = await measureKind(tuned.unseen, people, { seed, signal });
  const fresh = tuned.fresh && (await measureKind(tuned.fresh, people, { seed, signal }));
  signal.throwIfAborted();
  const installed = await installHead(base, name, tuned, faces, { seed });
  interruption.kept = `pack ${name} is made`;
  await rm(checkpoint, { force: true });
  const { calibration } = installed;
  const result = {
    request,
    tuned,
    unseen,
    fresh,
    calibration: calibration && {
      people: calibration.people,
      leastFalseAccept: leastFalseAcceptRate(calibration),
    },
    unusable,
    photos: photos.length,
  };
  await writeTrainingPage(rooms, result, dataset);

  const depth = output.stdoutTraits.color;
  await output.line(
    `Trained on ${counted(roles.training.length, 'photo')} of ${counted(roles.trainedPeople.length, 'person', 'people')}, ${counted(roles.peopleApart.length, 'person', 'people')} kept apart; ${endWords[training.end]}, step ${training.bestStep} was best.`,
  );
  if (tuned.fresh !== undefined) await output.line(`New photos of trained people: ${change(tuned.fresh)}`);
  await output.line(`People never trained on: ${change(tuned.unseen)}`);
  await output.line(`Pack: ${paint(printable(name), 'strong', depth)}`);
  await output.line(`Page: ${paint(printable(report), 'strong', depth)}`);
  if (calibration === undefined)
    output.note(`The people kept apart are too few for a calibration: ${name} goes by a distance alone.`);
  output.note(`Open it in a browser: ${pathToFileURL(resolve(report)).href}`);
  output.note(`Use the pack with --pack ${name}; ${base} is as it was.`);
  await output.document(finetuneDocument(result));
}

/** Whether a training went through, or ran away, without anything worth keeping: its curves show why. */
const madeNothing = (thrown: unknown): thrown is VisageError =>
  thrown instanceof VisageError &&
  (thrown.code === 'TRAINING_NO_GAIN' || thrown.code === 'TRAINING_DIVERGED');

const endWords = {
  steps: 'all steps were taken',
  patience: 'stopped early, as it got no better',
  time: 'stopped when the minutes were over',
} as const;

function change({ trials, before, after }: Awaited<ReturnType<typeof fineTuneHead>>['unseen']): string {
  const same = trials.same.reduce((sum, value) => sum + value, 0);
  const different = trials.same.length - same;
  const mistaken = different >= 1000 ? '1 in 1000' : 'none';
  return `${percent(before.rate, 2)} → ${percent(after.rate, 2)} of ${same} pairs of one person recognised, ${mistaken} of ${different} of two people mistaken`;
}

function headOptions(request: FinetuneRequest, faces: number): FineTuneHeadOptions {
  const { loss, mining, margin, learningRate, epochs, minutes, patience, apart, blend, seed } = request;
  const { peoplePerBatch, photosPerPerson } = gentleFineTuning(loss);
  const steps = epochs === undefined ? undefined : stepsOf(epochs, faces, peoplePerBatch * photosPerPerson);
  return {
    loss,
    mining,
    margin,
    minutes,
    patience,
    apart,
    seed,
    ...(blend !== undefined && { blend }),
    ...(learningRate !== undefined && { learningRate }),
    ...(steps !== undefined && { steps, checkEvery: Math.max(1, Math.min(10, Math.round(steps / 10))) }),
  };
}

/** A batch holds at most the photos that there are. */
const stepsOf = (epochs: number, faces: number, batch: number): number =>
  Math.max(1, Math.round((epochs * faces) / Math.min(batch, faces)));

/** Turns what the training says into progress: on a terminal one live line, elsewhere plain ones. */
function trainingView(progress: Run['progress'], earlier: TrainingMoment | undefined) {
  let rates = earlier === undefined ? undefined : ratesOf(earlier);
  let steps = earlier?.steps ?? 0;
  let [seen, since] = [0, performance.now()];
  let done = earlier?.step ?? 0;
  const tell = (step: number, figures: readonly string[]): void =>
    progress({ stage: 'training', done: step, total: steps, figures });
  return {
    onMoment: (moment: TrainingMoment): void => {
      rates = ratesOf(moment);
      steps = moment.steps;
      if (moment.loss === undefined) tell(moment.step, [rateText(rates)]);
    },
    onStep: (
      { step, loss, activeShare }: { step: number; loss: number; activeShare: number | undefined },
      photos: number,
    ): void => {
      seen += photos;
      const perSecond = seen / Math.max(1e-3, (performance.now() - since) / 1000);
      tell(step, [
        `loss ${loss.toFixed(4)}`,
        ...(activeShare === undefined ? [] : [`active ${percent(activeShare, 0)}`]),
        ...(rates === undefined ? [] : [rateText(rates)]),
        `${Math.round(perSecond)} photos/s`,
      ]);
      if (performance.now() - since > 10_000) [seen, since] = [0, performance.now()];
      done = step;
    },
    /** A training that stopped early has come to its end all the same. */
    end: (): void => progress({ stage: 'training', done, total: done }),
  };
}

/** The true accept rate that the step is chosen by. */
const rateText = ({ unseen, fresh }: ReturnType<typeof ratesOf>): string =>
  `TAR ${percent(fresh === undefined ? unseen : (unseen + fresh) / 2)}`;

async function makeFolderOf(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
    throw visageError('FILE_UNWRITABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
}

async function requireCheckpoint(path: string): Promise<void> {
  await access(path).catch(() => {
    const reason = 'there is none; nothing of this name was interrupted in training';
    throw visageError('CHECKPOINT_INVALID', { path, reason });
  });
}
