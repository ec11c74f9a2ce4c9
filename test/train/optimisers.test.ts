import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createOptimiser, learningRateAt, type OptimiserOptions } from '../../src/train/index.ts';
import { inRepository } from '../support/repository.ts';
import { relativeError } from './support/gradient-check.ts';

interface Golden {
  readonly start: readonly number[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly options: OptimiserOptions;
        readonly gradients: readonly (readonly number[])[];
        readonly norms: readonly number[];
        readonly end: readonly number[];
      }
    >
  >;
}
const golden = JSON.parse(
  await readFile(inRepository('test/train/goldens/optimisers.json'), 'utf8'),
) as Golden;
const rateAt = (step: number): number => (step < 10 ? 0.05 : 0.025);

for (const [name, { options, gradients, norms, end }] of Object.entries(golden.cases)) {
  const step = (optimiser: ReturnType<typeof createOptimiser>, weights: Float32Array, at: number): void => {
    const given = new Map([['w', Float32Array.from(gradients[at]!)]]);
    optimiser.step(new Map([['w', weights]]), given, rateAt(at));
  };
  const method = name.split(',')[0] as 'sgd';

  test(`${name} falls as in PyTorch`, () => {
    const optimiser = createOptimiser({ method, ...options });
    const weights = Float32Array.from(golden.start);
    for (const [step, gradient] of gradients.entries()) {
      const length = optimiser.step(
        new Map([['w', weights]]),
        new Map([['w', Float32Array.from(gradient)]]),
        rateAt(step),
      );
      assert.ok(Math.abs(length - norms[step]!) < 1e-4 * norms[step]!);
    }
    assert.ok(relativeError(weights, end) < 1e-5);
  });

  test(`${name} goes on from its state bit for bit`, () => {
    const whole = createOptimiser({ method, ...options });
    const weights = Float32Array.from(golden.start);
    for (let at = 0; at < 12; at++) step(whole, weights, at);
    const resumed = createOptimiser({ method, ...options }, whole.state);
    const copy = weights.slice();
    for (let at = 12; at < 25; at++) {
      step(whole, weights, at);
      step(resumed, copy, at);
    }
    assert.deepEqual(copy, weights);
  });
}

test('weights without a gradient stay, and decay spares those that are not to decay', () => {
  const optimiser = createOptimiser({ method: 'adamw', weightDecay: 0.5 });
  const weights = new Map([
    ['still', Float32Array.of(1)],
    ['spared', Float32Array.of(1)],
    ['decaying', Float32Array.of(1)],
  ]);
  const zeros = new Map([
    ['spared', Float32Array.of(0)],
    ['decaying', Float32Array.of(0)],
  ]);
  optimiser.step(weights, zeros, 0.1, (name) => name === 'decaying');
  assert.equal(weights.get('still')![0], 1);
  assert.equal(weights.get('spared')![0], 1);
  assert.ok(Math.abs(weights.get('decaying')![0]! - 0.95) < 1e-6);
});

test('learning rates warm up, fall and stay', () => {
  const cosine = { learningRate: 1, warmupSteps: 4, lastShare: 0.1 } as const;
  assert.deepEqual(
    [0, 1, 2, 3].map((step) => learningRateAt(step, 104, cosine)),
    [0.2, 0.4, 0.6, 0.8],
  );
  assert.equal(learningRateAt(4, 104, cosine), 1);
  assert.ok(Math.abs(learningRateAt(54, 104, cosine) - 0.55) < 1e-12);
  assert.ok(Math.abs(learningRateAt(104, 104, cosine) - 0.1) < 1e-12);
  const steps = [0, 49, 50, 75].map((step) =>
    learningRateAt(step, 100, { learningRate: 1, schedule: 'steps' }),
  );
  assert.deepEqual(steps, [1, 1, 0.1, 0.01]);
  assert.equal(learningRateAt(99, 100, { learningRate: 0.3, schedule: 'constant' }), 0.3);
});

test('options out of range are refused', () => {
  assert.throws(() => createOptimiser({ momentum: 1 }), { code: 'OPTION_INVALID' });
  assert.throws(() => learningRateAt(0, 1, { learningRate: -1 }), { code: 'OPTION_INVALID' });
});
