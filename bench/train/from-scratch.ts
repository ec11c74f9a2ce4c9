/**
 * The small network from nothing: people of LFW with five or more photos, 80 % of them to train on, the
 * others never seen. Prints the curve and, at the end, how well it tells unseen people apart.
 *
 *     node dist/bench/train/from-scratch.js [minutes] [seed] [weights.npz]
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import {
  areaUnderCurve,
  equalErrorRate,
  pointAtFalseAcceptRate,
  rocCurve,
} from '../../src/evaluate/index.ts';
import { writeNpz } from '../../src/formats/index.ts';
import type { Raster } from '../../src/image/index.ts';
import { Random, type Tensor } from '../../src/kernel/index.ts';
import { initialSmallFaceNet, smallFaceNet, smallFaceNetSizePx } from '../../src/nets/index.ts';
import {
  augment,
  centreCrop,
  learningRateAt,
  personBatches,
  runningAveragesOf,
  squaredDistances,
  Trainer,
} from '../../src/train/index.ts';
import { lfwPeople, middleFace, type Person } from './lfw-people.ts';

const minutes = Number(process.argv[2] ?? 30);
const seed = Number(process.argv[3] ?? 1);
const target = process.argv[4];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const [peoplePerBatch, photosPerPerson] = [16, 2];
/** Photos are kept with a border, which shifts bring in. */
const storedPx = 112;

interface Faces {
  readonly crops: Raster[];
  readonly people: Uint32Array;
}
async function facesOf(people: readonly Person[]): Promise<Faces> {
  const crops: Raster[] = [];
  const labels: number[] = [];
  for (const [label, { photos }] of people.entries()) {
    const faces = await Promise.all(photos.map((photo) => middleFace(photo, storedPx)));
    crops.push(...faces);
    labels.push(...faces.map(() => label));
  }
  return { crops, people: Uint32Array.from(labels) };
}

function tensorOf(faces: readonly Raster[]): Tensor<'uint8'> {
  const size = 3 * smallFaceNetSizePx ** 2;
  const data = new Uint8Array(faces.length * size);
  for (const [i, face] of faces.entries()) data.set(face.data, i * size);
  return { type: 'uint8', dims: [faces.length, smallFaceNetSizePx, smallFaceNetSizePx, 3], data };
}

async function embeddingsOf(trainer: Trainer, { crops }: Faces): Promise<Float32Array> {
  let all: Float32Array | undefined;
  for (let from = 0; from < crops.length; from += 64) {
    const part = crops.slice(from, from + 64).map((crop) => centreCrop(crop, smallFaceNetSizePx));
    const rows = await trainer.embed({ image: tensorOf(part) }, part.length);
    all ??= new Float32Array((rows.length / part.length) * crops.length);
    all.set(rows, (from * rows.length) / part.length);
  }
  return all!;
}

/** Every pair of photos. */
function measure(embeddings: Float32Array, { people }: Faces) {
  const count = people.length;
  const distances = squaredDistances({ embeddings, dimension: embeddings.length / count, people });
  const pairs = { distances: [] as number[], same: [] as boolean[] };
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      pairs.distances.push(Math.sqrt(distances[i * count + j]!));
      pairs.same.push(people[i] === people[j]);
    }
  }
  const curve = rocCurve(pairs);
  return {
    auc: areaUnderCurve(curve),
    eer: equalErrorRate(curve),
    tar: pointAtFalseAcceptRate(curve, 1e-3).trueAcceptRate,
    pairs: pairs.same.length,
    same: pairs.same.filter(Boolean).length,
  };
}

const { trained, unseen } = await lfwPeople(seed);
const [training, strangers] = [await facesOf(trained), await facesOf(unseen)];
print(
  `${trained.length} people with ${training.crops.length} photos to train on; ${unseen.length} people with ${strangers.crops.length} photos never seen; seed ${seed}`,
);
print(
  `${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}`,
);

const graph = smallFaceNet(initialSmallFaceNet(new Random(seed)));
const states = new Set(runningAveragesOf(graph));
const weights = [...graph.initializers]
  .filter(([name, { type }]) => type === 'float32' && !states.has(name) && /weights$|gamma$|beta$/.test(name))
  .map(([name]) => name);
const numbers = weights.reduce((sum, name) => sum + graph.initializers.get(name)!.data.length, 0);
print(`${numbers} weights; ${peoplePerBatch} people × ${photosPerPerson} photos a step`);

await using trainer = Trainer.open(graph, weights, trained.length, {
  loss: 'arcface',
  arcScale: 16,
  arcMargin: 0.1,
  batchNorm: 'batch',
  method: 'adamw',
  weightDecay: 0.05,
  clipNorm: 5,
  seed,
});
const random = new Random(seed).fork('training');
const started = performance.now();
const elapsedMinutes = (): number => (performance.now() - started) / 60_000;
/** Tells on a machine that others use as well how much of it the training had. */
const processorMinutes = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 6e7;
};
const report = async (step: number, loss: number): Promise<void> => {
  const { auc, eer, tar } = measure(await embeddingsOf(trainer, strangers), strangers);
  print(
    `${elapsedMinutes().toFixed(1).padStart(5)} min (${processorMinutes().toFixed(1)} of a core)  step ${String(step).padStart(5)}  loss ${loss.toFixed(3)}  unseen people: AUC ${auc.toFixed(4)}, EER ${(100 * eer).toFixed(1)} %, TAR at FAR 1e-3 ${(100 * tar).toFixed(1)} %`,
  );
};
await report(0, Number.NaN);

// The learning rate follows the time that is left, so that every machine uses its minutes to the end.
let [step, nextReport, recent] = [0, 1, 0];
for (let pass = 0; elapsedMinutes() < minutes; pass++) {
  for (const batch of personBatches(training.people, peoplePerBatch, photosPerPerson, random, pass)) {
    const own = random.fork(`step ${step}`);
    const faces = await Promise.all(
      Array.from(batch, (photo, i) =>
        augment(training.crops[photo]!, smallFaceNetSizePx, own.fork(`${i}`), { shift: 0.06, light: 0.3 }),
      ),
    );
    const rate = learningRateAt(Math.round(1000 * elapsedMinutes()), Math.round(1000 * minutes), {
      learningRate: 1.5e-3,
      lastShare: 0.005,
    });
    const people = Uint32Array.from(batch, (photo) => training.people[photo]!);
    const { loss } = await trainer.step(
      { image: tensorOf(faces) },
      people,
      rate * Math.min(1, (step + 1) / 50),
    );
    step++;
    recent = recent === 0 ? loss : 0.98 * recent + 0.02 * loss;
    if (elapsedMinutes() >= minutes) break;
  }
  if (elapsedMinutes() >= nextReport) {
    await report(step, recent);
    nextReport = elapsedMinutes() + Math.max(1, minutes / 15);
  }
}
await report(step, recent);
const seconds = (performance.now() - started) / 1000;
const photos = step * peoplePerBatch * photosPerPerson;
const { pairs, same } = measure(await embeddingsOf(trainer, strangers), strangers);
print(
  `${photos} photos in ${(seconds / 60).toFixed(1)} minutes, ${(photos / seconds).toFixed(0)} a second; ${same} pairs of one person among ${pairs}; peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
);
if (target !== undefined) {
  const kept = [...trainer.state.weights].filter(([name]) => !name.startsWith('arcface'));
  await writeNpz(target, Object.fromEntries(kept));
}
