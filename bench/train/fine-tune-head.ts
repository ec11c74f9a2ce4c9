/**
 * The head of the bundled recogniser (its last matrix, 256 → 128) trained further on people of LFW. Of people
 * with five or more photos, 80 % are trained on, with 60 % of their photos; 20 % of their photos choose the
 * best step, together with a tenth of the people that is kept apart; the last 20 % of the photos are new. What it
 * does to people never seen is told by the pairs of LFW in which nobody trained on takes part, and by the other
 * 20 % of the people.
 *
 *     node dist/bench/train/fine-tune-head.js [seed] [features.npz]
 *
 * FINE_TUNE='{"loss":"triplet"}' and the like set other options of `fineTuneHead`.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { lfwImagePath, parseLfwPairs, verificationReport } from '../../src/evaluate/index.ts';
import type { Graph } from '../../src/graph/index.ts';
import { distance, Random, unit, type Tensor } from '../../src/kernel/index.ts';
import {
  blendGraphs,
  fineTune,
  gentleFineTuning,
  strangerDistance,
  Trainer,
  trueAcceptRate,
  weightsFrom,
  type FineTuneHeadOptions,
  type FineTuneOptions,
} from '../../src/train/index.ts';
import { inShared } from '../../test/support/repository.ts';
import { bundledNetwork, defaultFeaturesFile, featureSize, lfwFeatures } from './lfw-features.ts';
import { lfwPeople } from './lfw-people.ts';

const seed = Number(process.argv[2] ?? 1);
const file = process.argv[3] ?? defaultFeaturesFile;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const pairsFile = inShared('data', 'lfw', 'pairs.txt');
const pairs = parseLfwPairs(await readFile(pairsFile, 'utf8'), pairsFile);
const { trained, unseen } = await lfwPeople(seed);
const nameOf = (photo: string): string => join(basename(dirname(photo)), basename(photo));
const photosInPairs = pairs.flatMap(({ first, second }) => [lfwImagePath(first), lfwImagePath(second)]);
const needed = [
  ...new Set([...photosInPairs, ...[...trained, ...unseen].flatMap(({ photos }) => photos.map(nameOf))]),
];
const features = await lfwFeatures(needed, file, (line) => void process.stderr.write(`${line}\n`));
const { at, head } = await bundledNetwork();

interface Faces {
  /** [photos, features] */
  readonly rows: Float32Array;
  readonly people: readonly number[];
}
function facesOf(people: readonly (readonly string[])[], firstNumber = 0): Faces {
  const found = people.flatMap((photos, person) =>
    photos.flatMap((photo) => (features.has(photo) ? [{ row: features.get(photo)!, person }] : [])),
  );
  const rows = new Float32Array(found.length * featureSize);
  for (const [i, { row }] of found.entries()) rows.set(row, i * row.length);
  return { rows, people: found.map(({ person }) => person + firstNumber) };
}

const tensorOf = ({ rows, people }: Faces): Tensor<'float32'> => ({
  type: 'float32',
  dims: [people.length, featureSize],
  data: rows,
});

// Each trained person's photos: 60 % to train on, 20 % to choose by, 20 % new.
const random = new Random(seed).fork('split by photo');
const kept = Math.round(trained.length / 10);
const learners = trained.slice(0, trained.length - kept);
const shares = learners.map(({ photos }) => {
  const order = Array.from(random.permutation(photos.length), (i) => nameOf(photos[i]!));
  const [first, second] = [Math.round(0.6 * order.length), Math.round(0.8 * order.length)];
  return [order.slice(0, first), order.slice(first, second), order.slice(second)] as const;
});
const training = facesOf(shares.map(([photos]) => photos));
const choosing = facesOf(shares.map(([, photos]) => photos));
const fresh = facesOf(shares.map(([, , photos]) => photos));
const apart = facesOf(trained.slice(trained.length - kept).map(({ photos }) => photos.map(nameOf)));
const strangers = facesOf(unseen.map(({ photos }) => photos.map(nameOf)));
print(
  `${learners.length} people: ${training.people.length} photos to train on, ${choosing.people.length} to choose by, ${fresh.people.length} new; ${kept} people kept apart; ${unseen.length} people never seen; seed ${seed}`,
);

const weights = weightsFrom(head, at);
const embed = async (trainer: Trainer, faces: Faces) => ({
  embeddings: await trainer.embed({ [at]: tensorOf(faces) }, faces.people.length),
  dimension: 128,
  people: faces.people,
});
const rateOf = async (trainer: Trainer, faces: Faces): Promise<number> =>
  trueAcceptRate(await embed(trainer, faces)).rate;

const knownPeople = new Set(trained.map(({ name }) => name));
const strangePairs = pairs.filter(
  ({ first, second }) =>
    !knownPeople.has(first.person) &&
    !knownPeople.has(second.person) &&
    features.has(lfwImagePath(first)) &&
    features.has(lfwImagePath(second)),
);

async function judge(graph: Graph) {
  await using trainer = Trainer.open(graph, weights, 1);
  const photos = [
    ...new Set(strangePairs.flatMap(({ first, second }) => [lfwImagePath(first), lfwImagePath(second)])),
  ];
  const { embeddings } = await embed(trainer, facesOf([photos]));
  const rows = new Map(photos.map((photo, i) => [photo, embeddings.subarray(128 * i, 128 * (i + 1))]));
  const report = verificationReport(
    {
      distances: strangePairs.map(({ first, second }) =>
        distance(unit(rows.get(lfwImagePath(first))!), unit(rows.get(lfwImagePath(second))!)),
      ),
      same: strangePairs.map(({ same }) => same),
      folds: strangePairs.map(({ fold }) => fold),
    },
    [1e-3],
  );
  const [freshRate, strangerRate] = [await rateOf(trainer, fresh), await rateOf(trainer, strangers)];
  const lfw = report.accuracy.mean;
  print(
    `  new photos of trained people: TAR at FAR 1e-3 ${percent(freshRate)}; people never seen: TAR ${percent(strangerRate)}, LFW accuracy ${percent(lfw)} on ${strangePairs.length} pairs (AUC ${report.areaUnderCurve.toFixed(5)}, TAR at FAR 1e-3 ${percent(report.points[0]!.trueAcceptRate)})`,
  );
  return { freshRate, strangerRate, lfw };
}

print('before');
const before = await judge(head);
const wanted = JSON.parse(process.env['FINE_TUNE'] ?? '{}') as FineTuneHeadOptions;
const { blend, ...gentle } = { ...gentleFineTuning(wanted.loss ?? 'contrastive'), ...wanted };
const line = await (async () => {
  await using trainer = Trainer.open(head, weights, 1);
  return strangerDistance(await embed(trainer, training));
})();
const settings: FineTuneOptions = { ...gentle, threshold: wanted.threshold ?? line, seed };
const started = performance.now();
const result = await fineTune(
  {
    graph: head,
    weights,
    people: training.people,
    batch: (photos) => {
      const data = new Float32Array(photos.length * featureSize);
      for (const [i, photo] of photos.entries()) {
        data.set(training.rows.subarray(photo * featureSize, (photo + 1) * featureSize), i * featureSize);
      }
      return { [at]: { type: 'float32', dims: [photos.length, featureSize], data } };
    },
    // Part of the way, as it would be installed.
    score: async ({ network }) => {
      await using trainer = Trainer.open(blendGraphs(head, network, weights, blend), weights, 1);
      return (await rateOf(trainer, choosing)) + (await rateOf(trainer, apart));
    },
  },
  settings,
  ({ step, loss, activeShare, score, photosPerSecond }) =>
    print(
      `  step ${String(step).padStart(4)}  loss ${loss?.toFixed(4) ?? '—'}  active ${activeShare === undefined ? '—' : percent(activeShare)}  score ${score.toFixed(4)}  ${photosPerSecond.toFixed(0)} photos/s`,
    ),
);
// Part of the way only: much of the gain, little of the loss.
const blended = blendGraphs(head, result.graph, weights, blend);
print(
  `after: step ${result.bestStep}, ${percent(blend)} of the way, ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
const after = await judge(blended);
const points = (to: number, from: number): string =>
  `${to >= from ? '+' : ''}${(100 * (to - from)).toFixed(2)} points`;
print(
  `new photos of trained people ${points(after.freshRate, before.freshRate)}; people never seen: TAR ${points(after.strangerRate, before.strangerRate)}, LFW ${points(after.lfw, before.lfw)}`,
);
