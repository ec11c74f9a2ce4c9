import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fitCalibration, type Calibration, type CalibrationPerson } from '../calibrate/index.ts';
import { encodeModel } from '../formats/index.ts';
import { toModel } from '../graph/index.ts';
import { Random, VisageError, visageError } from '../kernel/index.ts';
import {
  derivePack,
  describePack,
  modelsFolder,
  openPack,
  packCalibration,
  requirePackName,
  shippedCalibration,
  writePackCalibration,
  type OpenPackOptions,
  type PackRecord,
} from '../packs/index.ts';
import type { FineTuned, FineTuneHooks, TrainingMoment } from './fine-tune.ts';
import { fineTuneHead, type FineTuneHeadOptions, type TunedHead } from './fine-tune-head.ts';
import { Trunk, type FaceFeatures, type TrainingFace } from './trunk.ts';

export interface FineTunePackOptions extends FineTuneHeadOptions, OpenPackOptions {
  /** Variations of each photo that are trained on beside it, see `augment`; default 2. */
  readonly variations?: number;
}

/** A pack that fine-tuning made. */
export interface InstalledHead {
  readonly record: PackRecord;
  /** Fitted on the people kept apart, and installed with the pack; absent where they are too few. */
  readonly calibration: Calibration | undefined;
}

export interface FineTunedPack extends InstalledHead {
  readonly training: FineTuned;
  /** Of people that the training never saw and that did not choose: TAR at FAR 1e-3 over all pairs of their photos. */
  readonly before: number;
  readonly after: number;
  readonly trainedPeople: readonly string[];
  readonly peopleApart: readonly string[];
  readonly head: TunedHead;
}

export const defaultVariations = 2;

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/**
 * Told before hours are spent.
 * @throws VisageError `OPTION_INVALID` for what is no name of a pack; `PACK_EXISTS` where the name is taken
 */
export async function requireFreeName(name: string, places: OpenPackOptions = {}): Promise<void> {
  if (await succeeds(describePack(name, places))) throw visageError('PACK_EXISTS', { pack: name });
  requirePackName(name);
  // Also what holds no pack that could be opened: nothing is ever written over.
  const folder = join(places.modelsFolder ?? modelsFolder(), name);
  if (await succeeds(access(folder))) throw visageError('PACK_EXISTS', { pack: name });
}

/**
 * Installs a head that was trained further as a new pack: its last matrix is new, its distance and its calibration
 * are those of the people kept apart, everything else is as in `base`, which is only read.
 * @param faces what the head was trained on
 * @throws VisageError as `derivePack`
 */
export async function installHead(
  base: string,
  name: string,
  tuned: TunedHead,
  faces: readonly FaceFeatures[],
  places: OpenPackOptions & { readonly seed?: number } = {},
): Promise<InstalledHead> {
  const { description } = await describePack(base, places);
  const { trainedPeople, peopleApart } = tuned.roles;
  // The last point of the curve accepts everything.
  const equal = tuned.unseen.after.curve.find((point) => point.falseAcceptRate + point.trueAcceptRate >= 1)!;
  const record = await derivePack(
    base,
    {
      name,
      description: `${description}; its last layer trained further on ${trainedPeople.length} people`,
      embedder: encodeModel(toModel(tuned.network)),
      maxDistance: Math.min(2, Math.max(0, Number(equal.threshold.toFixed(3)))),
      maxDistanceSource: `where as large a share of one person's pairs is refused as of two people's is accepted, ${peopleApart.length} people kept apart in training`,
      notes: [`Made from ${base} by training its last layer further, seed ${places.seed ?? 0}.`],
    },
    places,
  );
  const calibration = await calibrationOf(base, name, tuned, faces, places);
  if (calibration !== undefined) await writePackCalibration(calibration, places.modelsFolder);
  return { record, calibration };
}

async function calibrationOf(
  base: string,
  name: string,
  { apart, roles }: TunedHead,
  faces: readonly FaceFeatures[],
  places: OpenPackOptions & { readonly seed?: number },
): Promise<Calibration | undefined> {
  const people = new Map<string, Float32Array[]>();
  const { embeddings, dimension } = apart;
  for (const [place, row] of apart.rows) {
    const { person } = faces[place]!;
    const embedding = embeddings.subarray(row * dimension, (row + 1) * dimension);
    people.set(person, [...(people.get(person) ?? []), embedding]);
  }
  const given = Array.from(people, ([person, own]): CalibrationPerson => ({ name: person, embeddings: own }));
  try {
    return fitCalibration(given, {
      pack: name,
      source: `${roles.peopleApart.length} people kept apart when it was trained`,
      base:
        shippedCalibration(base) ?? (await packCalibration(base, places.modelsFolder).catch(() => undefined)),
      seed: places.seed ?? 0,
    });
  } catch (thrown) {
    // Too few people to speak of rates: the pack then goes by its distance.
    if (thrown instanceof VisageError && thrown.code === 'FIT_INVALID') return undefined;
    throw thrown;
  }
}

/**
 * Trains the head of a pack further on faces of people, and installs the result as a new pack; see
 * {@link fineTuneHead} and {@link installHead}.
 * @param faces cut out by `base`; four people with two photos each at least, of whom two are kept apart
 * @throws VisageError `TRAINING_DATA`, `TRAINING_DIVERGED`, `TRAINING_NO_GAIN`, `MODEL_INVALID` for a network without
 *   a head, and as `derivePack`; the reason of `signal`
 */
export async function fineTunePack(
  base: string,
  name: string,
  faces: readonly TrainingFace[],
  options: FineTunePackOptions = {},
  onMoment?: (moment: TrainingMoment) => void,
  signal?: AbortSignal,
  hooks: FineTuneHooks = {},
): Promise<FineTunedPack> {
  const { cacheFolder, modelsFolder: folder, variations = defaultVariations, ...training } = options;
  const places = {
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...(folder !== undefined && { modelsFolder: folder }),
    seed: training.seed ?? 0,
  };
  await requireFreeName(name, places);
  await using trunk = await Trunk.open(await openPack(base, places));
  const random = new Random(places.seed);
  const features: FaceFeatures[] = [];
  for (const [i, face] of faces.entries()) {
    signal?.throwIfAborted();
    const rows = await trunk.rowsOf(face, variations, random.fork(`photo ${i}`));
    features.push({ person: face.person, rows });
  }
  const head = await fineTuneHead(trunk, features, training, onMoment, signal, hooks);
  const installed = await installHead(base, name, head, features, places);
  return {
    ...installed,
    training: head.training,
    before: head.unseen.before.rate,
    after: head.unseen.after.rate,
    trainedPeople: head.roles.trainedPeople,
    peopleApart: head.roles.peopleApart,
    head,
  };
}
