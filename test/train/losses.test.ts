import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../src/formats/index.ts';
import { GraphBuilder, toModel, type Value } from '../../src/graph/index.ts';
import { Random } from '../../src/kernel/index.ts';
import {
  arcFaceLoss,
  type ContrastiveOptions,
  differentiate,
  graphContrastiveLoss,
  graphTripletLoss,
  mineTriplets,
  squaredDistances,
  tripletLoss,
  unitLength,
} from '../../src/train/index.ts';
import { inRepository } from '../support/repository.ts';
import { relativeError } from './support/gradient-check.ts';

interface Golden {
  readonly people: readonly number[];
  readonly dimension: number;
  readonly margin: number;
  readonly embeddings: readonly number[];
  readonly triplets: readonly {
    readonly rule: 'batch-all' | 'batch-hard' | 'semi-hard';
    readonly soft: boolean;
    readonly loss: number;
    readonly triplets: number;
    readonly active: number;
    readonly gradient: readonly number[];
  }[];
  readonly contrastive: ContrastiveOptions & {
    readonly loss: number;
    readonly active: number;
    readonly gradient: readonly number[];
  };
  readonly arcface: {
    readonly scale: number;
    readonly angle: number;
    readonly classes: readonly number[];
    readonly loss: number;
    readonly gradient: readonly number[];
    readonly centres: readonly number[];
  };
}
const golden = JSON.parse(await readFile(inRepository('test/train/goldens/losses.json'), 'utf8')) as Golden;
const { people, dimension, margin } = golden;
const count = people.length;

/** Rows of length 1. */
function unitRows(rows: readonly number[], dimension: number): Float32Array {
  const unit = Float32Array.from(rows);
  for (let at = 0; at < unit.length; at += dimension) {
    const length = Math.hypot(...unit.subarray(at, at + dimension));
    for (let k = 0; k < dimension; k++) unit[at + k]! /= length;
  }
  return unit;
}

/** The gradient through x/|x|: (g − u·(g·u))/|x|. */
function throughNorm(gradient: ArrayLike<number>): number[] {
  const unit = unitRows(golden.embeddings, dimension);
  return golden.embeddings.map((_, at) => {
    const from = at - (at % dimension);
    let [along, length] = [0, 0];
    for (let k = from; k < from + dimension; k++) {
      along += gradient[k]! * unit[k]!;
      length += golden.embeddings[k]! ** 2;
    }
    return (gradient[at]! - unit[at]! * along) / Math.sqrt(length);
  });
}

/** Runs a loss as a graph, and gives it with the gradients of the embeddings and of the weights. */
async function runLoss(
  build: (b: GraphBuilder, unit: Value, people: Value) => void,
  weights: readonly string[] = [],
) {
  const b = new GraphBuilder('loss');
  const embedding = b.input('embedding', 'float32', ['batch', dimension]);
  build(b, unitLength(b, embedding), b.input('people', 'int64', ['batch']));
  const graph = differentiate(b.finish(), { weights, inputs: ['embedding'], outputs: ['loss'] });
  const session = await InferenceSession.create(encodeModel(toModel(graph)));
  const feeds: Record<string, Tensor> = {
    embedding: new Tensor('float32', Float32Array.from(golden.embeddings), [count, dimension]),
    people: new Tensor('int64', BigInt64Array.from(people, BigInt), [count]),
  };
  if (weights.length > 0) {
    feeds['centres'] = new Tensor('float32', Float32Array.from(golden.arcface.classes), [dimension, 4]);
    const oneHot = Float32Array.from({ length: 4 * count }, (_, i) =>
      Number(i % 4 === people[Math.floor(i / 4)]),
    );
    feeds['wanted'] = new Tensor('float32', oneHot, [count, 4]);
  }
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
  ) as Readonly<Record<string, Float32Array>>;
}

for (const { rule, soft, ...expected } of golden.triplets) {
  const name = `${rule}${soft ? ', soft margin' : ''}`;
  test(`the triplet loss ${name} is that of PyTorch`, () => {
    const embeddings = unitRows(golden.embeddings, dimension);
    const options = { mining: rule, margin, softMargin: soft };
    const got = tripletLoss({ embeddings, dimension, people }, new Random(1), options);
    assert.equal(got.triplets, expected.triplets);
    assert.equal(got.active, expected.active);
    assert.ok(Math.abs(got.loss - expected.loss) < 1e-6);
    assert.ok(relativeError(throughNorm(got.gradient), expected.gradient) < 1e-5);
  });
  if (rule === 'semi-hard') continue;
  test(`the triplet loss ${name} in the graph is that of PyTorch`, async () => {
    const got = await runLoss((b, unit, people) => {
      const { loss, activeShare } = graphTripletLoss(b, unit, people, {
        mining: rule,
        margin,
        softMargin: soft,
      });
      b.output('loss', loss);
      b.output('active', activeShare);
    });
    assert.ok(Math.abs(got['loss']![0]! - expected.loss) < 1e-5);
    assert.ok(Math.abs(got['active']![0]! - expected.active / expected.triplets) < 1e-6);
    assert.ok(relativeError(got['gradient/embedding']!, expected.gradient) < 1e-4);
  });
}

test('the contrastive loss is that of PyTorch', async () => {
  const { loss, active, gradient, ...options } = golden.contrastive;
  assert.ok(active > 0 && active < 1);
  const got = await runLoss((b, unit, people) => {
    const result = graphContrastiveLoss(b, unit, people, options);
    b.output('loss', result.loss);
    b.output('active', result.activeShare);
  });
  assert.ok(Math.abs(got['loss']![0]! - loss) < 1e-5);
  assert.ok(Math.abs(got['active']![0]! - active) < 1e-6);
  assert.ok(relativeError(got['gradient/embedding']!, gradient) < 1e-4);
});

test('the ArcFace loss is that of PyTorch', async () => {
  const { scale, angle, classes, ...expected } = golden.arcface;
  const b = (builder: GraphBuilder, unit: Value): void => {
    const tensor = { type: 'float32', dims: [dimension, 4], data: Float32Array.from(classes) } as const;
    const wanted = builder.input('wanted', 'float32', ['batch', 4]);
    const options = { scale, marginRadians: angle };
    builder.output('loss', arcFaceLoss(builder, unit, builder.weight(tensor, 'centres'), wanted, options));
  };
  const got = await runLoss((builder, unit) => b(builder, unit), ['centres']);
  assert.ok(Math.abs(got['loss']![0]! - expected.loss) < 1e-5);
  assert.ok(relativeError(got['gradient/embedding']!, expected.gradient) < 1e-4);
  assert.ok(relativeError(got['gradient/centres']!, expected.centres) < 1e-4);
});

/** Batches of up to 6 people with up to 4 photos each, in any order. */
const batches = fc
  .record({
    people: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 20 }),
    seed: fc.integer(),
  })
  .map(({ people, seed }) => {
    const random = new Random(seed);
    const rows = people.flatMap(() => Array.from({ length: 4 }, () => random.normal()));
    return { embeddings: unitRows(rows, 4), dimension: 4, people, seed };
  });

test('triplets are an anchor, another photo of the same person and one of somebody else', () => {
  fc.assert(
    fc.property(
      batches,
      fc.constantFrom('batch-all', 'batch-hard', 'semi-hard', 'davidsandberg'),
      (batch, rule) => {
        const triplets = mineTriplets(batch, rule, 0.2, new Random(batch.seed));
        const distances = squaredDistances(batch);
        for (let t = 0; t < triplets.length; t += 3) {
          const [a, p, n] = [triplets[t]!, triplets[t + 1]!, triplets[t + 2]!];
          assert.notEqual(a, p);
          assert.equal(batch.people[a], batch.people[p]);
          assert.notEqual(batch.people[a], batch.people[n]);
          const [near, far] = [p, n].map((other) => distances[a * batch.people.length + other]!);
          if (rule === 'semi-hard') assert.ok(far! > near!);
          if (rule === 'davidsandberg') assert.ok(far! < near! + 0.2);
        }
        assert.deepEqual(triplets, mineTriplets(batch, rule, 0.2, new Random(batch.seed)));
      },
    ),
  );
});

test("davidsandberg's rule draws among all violations, each pair once", () => {
  const embeddings = unitRows(golden.embeddings, dimension);
  const batch = { embeddings, dimension, people };
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const triplets = mineTriplets(batch, 'davidsandberg', margin, new Random(seed));
    const pairs = new Set<string>();
    for (let t = 0; t < triplets.length; t += 3) {
      const pair = `${triplets[t]} ${triplets[t + 1]}`;
      assert.ok(!pairs.has(pair) && triplets[t]! < triplets[t + 1]!);
      pairs.add(pair);
      seen.add(`${pair} ${triplets[t + 2]}`);
    }
  }
  const distances = squaredDistances(batch);
  let violations = 0;
  for (let a = 0; a < count; a++) {
    for (let p = a + 1; p < count; p++) {
      for (let n = 0; n < count; n++) {
        if (people[a] !== people[p] || people[a] === people[n]) continue;
        if (distances[a * count + n]! < distances[a * count + p]! + margin) violations++;
      }
    }
  }
  assert.equal(seen.size, violations);
});

test('a batch without a pair has no triplets, no loss and a gradient of zeros', () => {
  const embeddings = unitRows(golden.embeddings.slice(0, 3 * dimension), dimension);
  for (const mining of ['batch-all', 'batch-hard', 'semi-hard', 'davidsandberg'] as const) {
    const got = tripletLoss({ embeddings, dimension, people: [1, 2, 3] }, new Random(1), { mining });
    assert.deepEqual([got.loss, got.triplets, got.active], [0, 0, 0]);
    assert.ok(got.gradient.every((value) => value === 0));
  }
});
