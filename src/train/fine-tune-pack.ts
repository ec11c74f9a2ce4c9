import { readFile } from 'node:fs/promises';
import { decodeModel, encodeModel } from '../formats/index.ts';
import { toModel, type Graph } from '../graph/index.ts';
import { mirror, type Raster } from '../image/index.ts';
import { Random, visageError, type Tensor } from '../kernel/index.ts';
import { derivePack, describePack, openPack, type OpenPackOptions, type PackRecord } from '../packs/index.ts';
import { openLocalSession } from '../runtime/index.ts';
import { blendGraphs } from './blend.ts';
import { fineTune, type FineTuned, type FineTuneOptions, type TrainingMoment } from './fine-tune.ts';
import { weightsOf, withWeights } from './gradient-session.ts';
import { graphOfModel } from './model-graph.ts';
import { headOf, splitGraph, weightsFrom } from './split-graph.ts';
import { Trainer } from './trainer.ts';
import { trueAcceptRate } from './verification-score.ts';

/** A face that was cut out as the pack cuts faces, and whose it is. */
export interface TrainingFace {
  readonly crop: Raster;
  readonly person: string;
}

export interface FineTunePackOptions extends FineTuneOptions, OpenPackOptions {
  /** Share of the people that are kept apart to judge by, default 0.2. */
  readonly apart?: number;
  /** How far from the old head to the new one, in (0, 1], default 0.5; see `blendGraphs`. */
  readonly blend?: number;
}

export interface FineTunedPack {
  readonly record: PackRecord;
  readonly training: FineTuned;
  /** Of people that the training never saw: TAR at FAR 1e-3 over all pairs of their photos. */
  readonly before: number;
  readonly after: number;
  readonly trainedPeople: readonly string[];
  readonly peopleApart: readonly string[];
}

/** Crops that go through the trunk at once. */
const cropsAtOnce = 16;

/**
 * What is said about fine-tuning in docs/training.md: many people in a batch, a small margin, small steps. Measured
 * with bench/train/fine-tune-head.ts on the bundled pack.
 */
const gentle: FineTuneOptions = {
  mining: 'batch-hard',
  margin: 0.05,
  method: 'sgd',
  learningRate: 0.02,
  warmupSteps: 10,
  steps: 100,
  peoplePerBatch: 300,
  photosPerPerson: 4,
  checkEvery: 10,
  patience: 5,
};

/** Rows of the trunk for each crop: of the crop, and of its mirror image where the pack takes the mean of both. */
async function featuresOf(
  trunk: Graph,
  at: string,
  crops: readonly Raster[],
  views: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  await using session = await openLocalSession(trunk.name, encodeModel(toModel(trunk)));
  const input = session.inputNames[0]!;
  let features: Float32Array | undefined;
  for (let from = 0; from < crops.length; from += cropsAtOnce) {
    signal?.throwIfAborted();
    const part = crops.slice(from, from + cropsAtOnce);
    const { width, height } = part[0]!;
    const size = width * height * 3;
    const data = new Uint8Array(part.length * views * size);
    for (const [i, crop] of part.entries()) {
      data.set(crop.data, i * views * size);
      if (views === 2) data.set(mirror(crop).data, (i * views + 1) * size);
    }
    const image: Tensor = { type: 'uint8', dims: [part.length * views, height, width, 3], data };
    const rows = (await session.run({ [input]: image }))[at]!.data as Float32Array;
    features ??= new Float32Array((rows.length / part.length) * crops.length);
    features.set(rows, (from * rows.length) / part.length);
  }
  return features ?? new Float32Array(0);
}

/** Means of the views of each photo. */
function meanFeatures(features: Float32Array, photos: readonly number[], views: number, size: number) {
  const data = new Float32Array(photos.length * size);
  for (const [i, photo] of photos.entries()) {
    for (let view = 0; view < views; view++) {
      for (let k = 0; k < size; k++) {
        data[i * size + k]! += features[(photo * views + view) * size + k]! / views;
      }
    }
  }
  return { type: 'float32', dims: [photos.length, size], data } as const;
}

/**
 * Trains the head of a pack further on faces of people, and installs the result as a new pack: its last matrix is
 * new, its distance is measured on the people kept apart, everything else is as in `base`, which is only read.
 * @param faces cut out by `base`, at least two people to train on and two kept apart with two photos each
 * @throws VisageError `TRAINING_DATA`, `TRAINING_DIVERGED`, `MODEL_INVALID` for a network without a head, and as
 *   `derivePack`; the reason of `signal`
 */
export async function fineTunePack(
  base: string,
  name: string,
  faces: readonly TrainingFace[],
  options: FineTunePackOptions = {},
  onMoment?: (moment: TrainingMoment) => void,
  signal?: AbortSignal,
): Promise<FineTunedPack> {
  const { apart = 0.2, blend = 0.5, cacheFolder, modelsFolder, ...training } = options;
  const places: OpenPackOptions = {
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...(modelsFolder !== undefined && { modelsFolder }),
  };
  // Told before hours are spent.
  const isTaken = await describePack(name, places).then(
    () => true,
    () => false,
  );
  if (isTaken) throw visageError('PACK_EXISTS', { pack: name });
  const random = new Random(training.seed ?? 0).fork('people apart');
  const people = [...new Set(faces.map(({ person }) => person))].sort();
  const order = Array.from(random.permutation(people.length), (i) => people[i]!);
  const kept = Math.max(2, Math.round(apart * people.length));
  const [peopleApart, trainedPeople] = [order.slice(0, kept).sort(), order.slice(kept).sort()];
  const photosOf = (list: readonly string[]): number[] => {
    const wanted = new Set(list);
    return faces.flatMap(({ person }, photo) => (wanted.has(person) ? [photo] : []));
  };
  const numberOf = new Map([...trainedPeople, ...peopleApart].map((person, i) => [person, i]));
  const owners = (photos: readonly number[]): number[] =>
    photos.map((photo) => numberOf.get(faces[photo]!.person)!);
  const [own, others] = [photosOf(trainedPeople), photosOf(peopleApart)];
  if (new Set(owners(others)).size === others.length) {
    throw visageError('TRAINING_DATA', {
      reason: `nobody of the ${peopleApart.length} people kept apart has two photos`,
      advice: 'Give more people, with two photos each at least.',
    });
  }

  const pack = await openPack(base, places);
  const { name: network, path } = pack.models.embedder;
  const graph = await graphOfModel(network, decodeModel(await readFile(path), path));
  const at = headOf(graph);
  const { trunk, head } = splitGraph(graph, at);
  const weights = weightsFrom(head, at);
  const views = pack.embedder.mirrored ? 2 : 1;
  const size = Number(head.inputs[0]!.dims[1]);
  const features = await featuresOf(
    trunk,
    at,
    faces.map(({ crop }) => crop),
    views,
    signal,
  );
  const strangers = { [at]: meanFeatures(features, others, views, size) };
  const judge = async (trainer: Trainer) => ({
    embeddings: await trainer.embed(strangers, others.length),
    dimension: pack.embedder.dimension,
    people: owners(others),
  });

  const result = await fineTune(
    {
      graph: head,
      weights,
      people: owners(own),
      batch: (photos, draw) => {
        const data = new Float32Array(photos.length * size);
        for (const [i, photo] of photos.entries()) {
          const share = views === 2 ? draw.choice([0, 0.5, 1]) : 0;
          const from = own[photo]! * views * size;
          for (let k = 0; k < size; k++) {
            const mirrored = views === 2 ? features[from + size + k]! : 0;
            data[i * size + k] = (1 - share) * features[from + k]! + share * mirrored;
          }
        }
        return { [at]: { type: 'float32', dims: [photos.length, size], data } };
      },
      score: async (trainer) => trueAcceptRate(await judge(trainer)).rate,
    },
    { ...gentle, ...training },
    onMoment,
    signal,
  );

  const blended = blendGraphs(head, result.graph, weights, blend);
  await using trainer = Trainer.open(blended, weights, 1);
  const strangerFaces = await judge(trainer);
  const { rate, curve } = trueAcceptRate(strangerFaces);
  // The last point of the curve accepts everything.
  const equal = curve.find((point) => point.falseAcceptRate + point.trueAcceptRate >= 1)!;
  const maxDistance = Math.min(2, Math.max(0, Number(equal.threshold.toFixed(3))));
  const record = await derivePack(
    base,
    {
      name,
      description: `${pack.description}; its last layer trained further on ${trainedPeople.length} people`,
      embedder: encodeModel(toModel(withWeights(graph, weightsOf(blended, weights)))),
      maxDistance,
      maxDistanceSource: `where as large a share of one person's pairs is refused as of two people's is accepted, ${peopleApart.length} people kept apart in training`,
      notes: [`Made from ${base} by training its last layer further, seed ${training.seed ?? 0}.`],
    },
    places,
  );
  return {
    record,
    training: result,
    before: result.history[0]!.score,
    after: rate,
    trainedPeople,
    peopleApart,
  };
}
