import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  add,
  batchNormalization,
  conv,
  flatten,
  GraphBuilder,
  matMul,
  maxPool,
  relu,
  type Graph,
  type Value,
} from '../../src/graph/index.ts';
import { Random, type Tensor } from '../../src/kernel/index.ts';
import {
  personBatches,
  readCheckpoint,
  Trainer,
  writeCheckpoint,
  type TrainerOptions,
} from '../../src/train/index.ts';
import { relativeError } from './support/gradient-check.ts';

const folder = await mkdtemp(join(tmpdir(), 'visage-train-'));
after(() => rm(folder, { recursive: true, force: true }));

/** A network of three convolutions, with a residual sum and normalisations, on 11×11 pixels of 3 colours. */
function network(): Graph {
  const b = new GraphBuilder('tiny');
  const random = new Random(11);
  const normals = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => scale * random.normal());
  const filters = (name: string, x: Value, out: number, stride: number): Value => {
    const inPerGroup = Number(x.dims[1]);
    const weights = normals(out * inPerGroup * 9, 0.3);
    const convolved = conv(
      b,
      x,
      { out, inPerGroup, height: 3, width: 3, groups: 1, weights, bias: normals(out, 0.1) },
      { stride, padding: [1, 1, 1, 1], name },
    );
    const vector = (part: string, data: Float32Array): Value =>
      b.weight({ type: 'float32', dims: [out], data }, `${name}/${part}`);
    return batchNormalization(b, convolved, {
      gamma: vector(
        'gamma',
        normals(out, 0.2).map((value) => 1 + value),
      ),
      beta: vector('beta', normals(out, 0.2)),
      mean: vector('mean', normals(out, 0.2)),
      variance: vector(
        'variance',
        normals(out, 0.1).map((value) => 1 + Math.abs(value)),
      ),
      epsilon: 1e-3,
    });
  };
  const x = b.input('x', 'float32', ['batch', 3, 11, 11]);
  const first = maxPool(b, relu(b, filters('first', x, 6, 1)), 3, { stride: 2 });
  const second = relu(b, add(b, filters('second', first, 6, 1), first));
  const third = flatten(b, relu(b, filters('third', second, 8, 2)));
  const size = Number(third.dims[1]);
  b.output(
    'embedding',
    matMul(
      b,
      third,
      b.weight({ type: 'float32', dims: [size, 16], data: normals(size * 16, 0.1) }, 'matrix'),
    ),
  );
  return b.finish();
}
const trained = [
  'first/weights',
  'first/gamma',
  'second/weights',
  'second/beta',
  'third/weights',
  'third/bias',
  'matrix',
];

const people = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3];
/** Photos of a person are noisy copies of one picture. */
function photos(seed = 5): { x: Tensor<'float32'> } {
  const random = new Random(seed);
  const size = 3 * 11 * 11;
  const faces = Array.from({ length: 4 }, () => Float32Array.from({ length: size }, () => random.normal()));
  const data = new Float32Array(people.length * size);
  for (const [i, person] of people.entries()) {
    for (let k = 0; k < size; k++) data[i * size + k] = faces[person]![k]! + 0.8 * random.normal();
  }
  return { x: { type: 'float32', dims: [people.length, 3, 11, 11], data } };
}

/** With plain descent and a rate of 1 the change of a weight is its gradient. */
async function gradientsOf(
  options: TrainerOptions,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  await using trainer = Trainer.open(network(), trained, 4, {
    method: 'sgd',
    momentum: 0,
    threads: 1,
    ...options,
  });
  const before = trainer.state.weights;
  const { loss } = await trainer.step(photos(), people, 1);
  const after = trainer.state.weights;
  const gradients = new Map(
    [...before].map(([name, { data }]) => [name, data.map((value, i) => value - after.get(name)!.data[i]!)]),
  );
  return { loss, gradients };
}

for (const mining of ['semi-hard', 'batch-all', 'batch-hard', 'davidsandberg'] as const) {
  test(`gradients of micro-batches are those of the large batch: ${mining}`, async () => {
    const whole = await gradientsOf({ mining, margin: 0.5 });
    for (const microBatch of [1, 5, 8]) {
      const parts = await gradientsOf({ mining, margin: 0.5, microBatch });
      assert.ok(Math.abs(parts.loss - whole.loss) < 1e-6);
      for (const name of trained) {
        const error = relativeError(parts.gradients.get(name)!, whole.gradients.get(name)!);
        // Differences of weights carry the rounding of the weights, of up to 2e-7 for these.
        const rounding = 2e-7 / Math.max(...whole.gradients.get(name)!.map(Math.abs));
        assert.ok(error < 1e-5 + rounding, `${name}, parts of ${microBatch}: ${error.toExponential(1)}`);
      }
    }
  });
}

for (const options of [
  { loss: 'triplet', mining: 'semi-hard', microBatch: 5, method: 'adamw' },
  { loss: 'triplet', mining: 'davidsandberg', method: 'adagrad' },
  { loss: 'triplet', mining: 'batch-hard', softMargin: true, method: 'sgd' },
  { loss: 'arcface', batchNorm: 'batch', method: 'adam', clipNorm: 1 },
] as const satisfies readonly TrainerOptions[]) {
  const settings: TrainerOptions = { weightDecay: 1e-3, seed: 4, ...options };
  const name = Object.values(options).join(', ');

  test(`a training falls, and one that is resumed equals one that never stopped: ${name}`, async () => {
    const losses: number[] = [];
    const train = async (trainer: Trainer, to: number): Promise<void> => {
      while (trainer.steps < to) {
        const { loss } = await trainer.step(photos(trainer.steps % 3), people, 0.02);
        losses.push(loss);
      }
    };
    await using whole = Trainer.open(network(), trained, 4, settings);
    await train(whole, 12);
    const path = join(folder, `${name}.npz`);
    {
      await using first = Trainer.open(network(), trained, 4, settings);
      await train(first, 5);
      await writeCheckpoint(path, first.state, name);
    }
    await using second = Trainer.open(network(), trained, 4, settings, await readCheckpoint(path, name));
    assert.equal(second.steps, 5);
    await train(second, 12);
    assert.deepEqual(second.state, whole.state);
    assert.ok(losses[11]! < 0.95 * losses[0]!, losses.slice(0, 12).join(' '));
  });
}

test('a checkpoint of other settings, of another network or of something else is refused', async () => {
  const path = join(folder, 'settings.npz');
  await using trainer = Trainer.open(network(), trained, 4, {});
  await writeCheckpoint(path, trainer.state, 'seed 1');
  await assert.rejects(readCheckpoint(path, 'seed 2'), { code: 'CHECKPOINT_INVALID' });
  const state = await readCheckpoint(path, 'seed 1');
  assert.throws(() => Trainer.open(network(), ['matrix'], 4, {}, state), { code: 'MODEL_INVALID' });
  await assert.rejects(readCheckpoint(join(folder, 'absent.npz')), { code: 'FILE_NOT_FOUND' });
});

test('a learning rate that runs away, and numbers that are none, stop the training with advice', async () => {
  for (const mining of ['batch-hard', 'semi-hard'] as const) {
    await using trainer = Trainer.open(network(), trained, 4, { method: 'sgd', mining, softMargin: true });
    const run = async (): Promise<void> => {
      for (let i = 0; i < 50; i++) await trainer.step(photos(), people, 1e30);
    };
    await assert.rejects(run, { code: 'TRAINING_DIVERGED' });
  }
});

test('batches hold K photos of P people, everybody once a pass, and follow from the seed', () => {
  const owners = [0, 0, 0, 1, 2, 2, 3, 3, 3, 3, 4, 4];
  const random = new Random(9);
  const batches = personBatches(owners, 2, 3, random, 0);
  assert.equal(batches.length, 2);
  const seen = batches.flatMap((batch) => {
    assert.equal(batch.length, 6);
    return [0, 3].map((from) => {
      const own = new Set(batch.slice(from, from + 3).map((photo) => owners[photo]!));
      assert.equal(own.size, 1);
      return [...own][0]!;
    });
  });
  assert.equal(new Set(seen).size, 4);
  assert.ok(!seen.includes(1), 'a single photo makes no pair');
  assert.deepEqual(personBatches(owners, 2, 3, new Random(9), 0), batches);
  assert.notDeepEqual(personBatches(owners, 2, 3, random, 1), batches);
});

test('one person, and people with one photo each, are too little', () => {
  for (const owners of [[0, 0, 0], [0, 1, 2], []]) {
    assert.throws(() => personBatches(owners, 2, 2, new Random(1), 0), { code: 'TRAINING_DATA' });
  }
});
