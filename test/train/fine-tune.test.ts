import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { GraphBuilder, matMul, type Graph } from '../../src/graph/index.ts';
import { Random, type Tensor } from '../../src/kernel/index.ts';
import {
  fineTune,
  readFineTuneCheckpoint,
  squaredDistances,
  strangerDistance,
  writeFineTuneCheckpoint,
  trueAcceptRate,
  type FineTuneOptions,
  type FineTuneTask,
  Trainer,
  type TrainingMoment,
} from '../../src/train/index.ts';

/** Of 24 numbers the first six tell people apart; the others are noise, and the head listens to all alike. */
const [size, telling, dimension] = [24, 6, 8];

function head(): Graph {
  const b = new GraphBuilder('head');
  const random = new Random(2);
  const data = Float32Array.from({ length: size * dimension }, () => random.normal());
  const matrix = b.weight({ type: 'float32', dims: [size, dimension], data }, 'matrix');
  b.output('embedding', matMul(b, b.input('features', 'float32', ['batch', size]), matrix));
  return b.finish();
}

function facesOf(people: number, photos: number, seed: number) {
  const random = new Random(seed);
  const owners = Array.from({ length: people * photos }, (_, i) => Math.floor(i / photos));
  const centres = Array.from({ length: people * telling }, () => 3 * random.normal());
  const rows = Float32Array.from({ length: owners.length * size }, (_, i) => {
    const [photo, k] = [Math.floor(i / size), i % size];
    return (k < telling ? centres[owners[photo]! * telling + k]! : 0) + random.normal();
  });
  return { rows, owners };
}
const training = facesOf(60, 6, 1);
const apart = facesOf(15, 6, 2);
const features = (rows: Float32Array): { features: Tensor<'float32'> } => ({
  features: { type: 'float32', dims: [rows.length / size, size], data: rows },
});

const task: FineTuneTask = {
  graph: head(),
  weights: ['matrix'],
  people: training.owners,
  batch: (photos) => {
    const rows = new Float32Array(photos.length * size);
    for (const [i, photo] of photos.entries()) {
      rows.set(training.rows.subarray(photo * size, (photo + 1) * size), i * size);
    }
    return features(rows);
  },
  score: async (trainer: Trainer) => {
    const { rows, owners } = apart;
    const embeddings = await trainer.embed(features(rows), owners.length);
    return trueAcceptRate({ embeddings, dimension, people: owners }, 0.01).rate;
  },
};
const options: FineTuneOptions = {
  loss: 'triplet',
  mining: 'semi-hard',
  learningRate: 0.02,
  steps: 60,
  checkEvery: 10,
  peoplePerBatch: 30,
  photosPerPerson: 3,
  seed: 5,
};

test('fine-tuning learns what tells people apart, also people it never saw', async () => {
  const moments: TrainingMoment[] = [];
  const result = await fineTune(task, options, (moment) => moments.push(moment));
  assert.deepEqual(moments, result.history);
  assert.deepEqual(
    moments.map(({ step }) => step),
    [0, 10, 20, 30, 40, 50, 60],
  );
  const best = Math.max(...moments.map(({ score }) => score));
  assert.ok(best > moments[0]!.score + 0.1, `${moments[0]!.score} → ${best}`);
  assert.equal(moments.find(({ score }) => score === best)!.step, result.bestStep);
  assert.ok(moments.at(-1)!.loss! < moments[1]!.loss!);
  assert.ok(moments.slice(1).every(({ activeShare }) => activeShare! >= 0 && activeShare! <= 1));
});

test('pairs against the line that the network draws itself teach it too; the line lets in one stranger in a hundred', async () => {
  const embedded = async (graph: Graph, { rows, owners }: typeof apart) => {
    await using trainer = Trainer.open(graph, ['matrix'], 1);
    const embeddings = await trainer.embed(features(rows), owners.length);
    return { embeddings, dimension, people: owners };
  };
  const faces = await embedded(task.graph, training);
  const threshold = strangerDistance(faces, 0.01);
  const squared = squaredDistances(faces);
  const strangers = Array.from(squared).filter((_, at) => {
    const [row, column] = [Math.floor(at / faces.people.length), at % faces.people.length];
    return row < column && faces.people[row] !== faces.people[column];
  });
  const within = strangers.filter((distance) => distance <= threshold).length;
  assert.equal(within, Math.floor(0.01 * strangers.length));
  assert.equal(strangerDistance(faces, 1e-9), Math.min(...strangers));
  assert.throws(() => strangerDistance({ ...faces, people: faces.people.map(() => 0) }), {
    code: 'TRAINING_DATA',
  });

  // A photo that lies in two folders makes no line of nothing.
  const twice = Float32Array.of(1, 0, 1, 0, 0, 1);
  assert.equal(strangerDistance({ embeddings: twice, dimension: 2, people: [0, 1, 1] }), 2);

  const settings = { ...options, loss: 'contrastive', threshold, strangerWeight: 10 } as const;
  const { history, graph } = await fineTune(task, settings);
  const best = Math.max(...history.map(({ score }) => score));
  assert.ok(best > history[0]!.score + 0.1, `${history[0]!.score} → ${best}`);
  assert.ok(history.at(-1)!.loss! < history[1]!.loss!);
  // Without triplets there is something to count all the same: pairs of one person beyond the line.
  assert.ok(history.at(-1)!.activeShare! < history[1]!.activeShare!);
  const after = trueAcceptRate(await embedded(graph, apart), 0.01).rate;
  assert.equal(after, best);
});

const matrixOf = async (seed: number) =>
  (await fineTune(task, { ...options, steps: 20, seed })).graph.initializers.get('matrix');

test('the same seed gives the same network, byte for byte, and another seed another', async () => {
  const first = await matrixOf(5);
  assert.deepEqual(await matrixOf(5), first);
  assert.notDeepEqual(await matrixOf(6), first);
});

test('a network that gets no better is given back as it was, and the training stops early', async () => {
  const constant: FineTuneTask = { ...task, score: () => Promise.resolve(0.5) };
  const result = await fineTune(constant, { ...options, steps: 500, patience: 2 });
  assert.equal(result.end, 'patience');
  assert.equal(result.bestStep, 0);
  assert.equal(result.graph, task.graph);
  assert.equal(result.history.at(-1)!.step, 20);
});

test('a training stops at a signal, and too little data before it starts', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const run = fineTune(task, options, ({ step }) => step === 20 && stop.abort(reason), stop.signal);
  await assert.rejects(run, reason);
  await assert.rejects(fineTune({ ...task, people: training.owners.map(() => 0) }, options), {
    code: 'TRAINING_DATA',
  });
  await assert.rejects(fineTune(task, { ...options, learningRate: 0 }), { code: 'OPTION_INVALID' });
  await assert.rejects(fineTune(task, { ...options, learningRate: 1e38, method: 'sgd' }), {
    code: 'TRAINING_DIVERGED',
  });
});

for (const loss of ['triplet', 'contrastive', 'arcface'] as const) {
  test(`a training with ${loss} that was stopped and went on ends as one that never stopped`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'visage-kept-'));
    try {
      const path = join(folder, 'kept.npz');
      const settings: FineTuneOptions = { ...options, loss, steps: 30, checkEvery: 5, method: 'adamw' };
      const whole = await fineTune(task, settings);
      const reason = new Error('enough');
      const stopped = fineTune(task, settings, undefined, undefined, {
        keep: async (progress) => {
          await writeFineTuneCheckpoint(path, progress, 'label');
          if (progress.state.optimiser.step === 15) throw reason;
        },
      });
      await assert.rejects(stopped, reason);
      await assert.rejects(readFineTuneCheckpoint(path, 'other'), { code: 'CHECKPOINT_INVALID' });
      const from = await readFineTuneCheckpoint(path, 'label');
      const result = await fineTune(task, settings, undefined, undefined, { from });
      assert.deepEqual(result.graph.initializers, whole.graph.initializers);
      assert.deepEqual(result.state, whole.state);
      assert.equal(result.bestStep, whole.bestStep);
      const curve = ({ history }: typeof whole) =>
        history.map((moment) => ({ ...moment, photosPerSecond: 0, secondsLeft: 0 }));
      assert.deepEqual(curve(result), curve(whole));
      // What has ended already, ends at once.
      const again = await fineTune(task, settings, undefined, undefined, {
        from: { ...from, state: whole.state, best: { ...from.best, step: 25 } },
      });
      assert.equal(again.history.length, from.history.length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test('a loss that rises while the score falls is a training that ran away; minutes end one early', async () => {
  const { graph } = await fineTune(task, options);
  const noise = new Random(8);
  const spoilt: FineTuneTask = {
    ...task,
    graph,
    // From the second batch on nothing tells anybody apart.
    batch: (photos, random) => {
      const { features: given } = task.batch(photos, random) as ReturnType<typeof features>;
      return calls++ === 0 ? { features: given } : features(given.data.map(() => noise.normal()));
    },
    score: async (trainer) => ((await task.score(trainer)) as number) - (trainer.steps > 0 ? 0.5 : 0),
  };
  let calls = 0;
  const run = fineTune(spoilt, options);
  await assert.rejects(run, (error: { code: string; message: string }) => {
    assert.equal(error.code, 'TRAINING_DIVERGED');
    assert.match(error.message, /the loss rose from 0\.\d+ to 0\.\d+, and the score fell from 0\.\d+ to/);
    return true;
  });
  const short = await fineTune(task, { ...options, steps: 100_000, minutes: 1e-4 });
  assert.equal(short.end, 'time');
  assert.equal(short.history.at(-1)!.step, short.state.optimiser.step);
});
