import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/kernel/index.ts';
import { homeOf, ListMemory } from '../../src/train/optimiser/list-memory.ts';
import { createOptimiser, gradientNorm, type OptimiserOptions } from '../../src/train/index.ts';

const f32 = Math.fround;
const [momentum, beta1, beta2, epsilon, rate, weightDecay] = [0.9, 0.8, 0.95, 1e-6, 0.03, 0.01].map(f32) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** One weight at a time, every operation rounded: float64 has digits enough for that to be exactly float32. */
type OneWeight = (w: number, g: number, moments: number[], step: number) => number;
const pulled = (w: number, g: number): number => f32(g + f32(weightDecay * w));
function adam(w: number, g: number, moments: number[], step: number): number {
  moments[0] = f32(f32(beta1 * moments[0]!) + f32(f32(1 - beta1) * g));
  moments[1] = f32(f32(beta2 * moments[1]!) + f32(f32(f32(1 - beta2) * g) * g));
  const [size, rho] = [f32(rate / (1 - beta1 ** step)), f32(Math.sqrt(1 - beta2 ** step))];
  const down = f32(f32(f32(Math.sqrt(moments[1])) / rho) + epsilon);
  return f32(w - f32(f32(size * moments[0]) / down));
}
const routes: Readonly<Record<string, { readonly start: readonly number[]; readonly next: OneWeight }>> = {
  sgd: {
    start: [0],
    next: (w, g, moments) => {
      moments[0] = f32(f32(momentum * moments[0]!) + pulled(w, g));
      return f32(w - f32(rate * moments[0]));
    },
  },
  adagrad: {
    start: [f32(0.1)],
    next: (w, g, moments) => {
      const full = pulled(w, g);
      moments[0] = f32(moments[0]! + f32(full * full));
      return f32(w - f32(f32(rate * full) / f32(f32(Math.sqrt(moments[0])) + epsilon)));
    },
  },
  adam: { start: [0, 0], next: (w, g, moments, step) => adam(w, pulled(w, g), moments, step) },
  adamw: {
    start: [0, 0],
    next: (w, g, moments, step) => adam(f32(w * f32(1 - rate * weightDecay)), g, moments, step),
  },
};

// More than one piece, and not a whole number of lanes.
const counts = [1, 3, 8192, 3 * 8192 + 5];

const elsewhere = (length: number): Float32Array => new Float32Array(length);
const lists = Object.entries(routes).flatMap(([method, route]) => [
  { method, ...route, where: 'elsewhere', allocate: elsewhere },
  {
    method,
    ...route,
    where: 'in one memory',
    allocate: new ListMemory([...counts, ...counts, ...counts, ...counts]).list,
  },
]);

for (const { method, start, next, where, allocate } of lists) {
  test(`${method} four weights at once, lists ${where}, is ${method} one weight at a time, bit for bit`, () => {
    const random = new Random(7);
    const normals = (list: Float32Array): Float32Array => list.map(() => random.normal());
    const filled = (n: number): Float32Array => {
      const list = allocate(n);
      list.set(normals(list));
      return list;
    };
    const lists = new Map(counts.map((n) => [`${n}`, filled(n)]));
    const gradients = new Map(counts.map((n) => [`${n}`, allocate(n)]));
    // Else both tests would be one.
    for (const list of lists.values()) assert.equal(homeOf(list) !== undefined, where === 'in one memory');
    const expected = new Map([...lists].map(([name, list]) => [name, list.slice()]));
    const moments = new Map([...lists].map(([name, list]) => [name, Array.from(list, () => [...start])]));
    const options = { method, momentum, beta1, beta2, epsilon, weightDecay, initialAccumulator: f32(0.1) };
    const optimiser = createOptimiser(options as OptimiserOptions, undefined, allocate);
    for (let step = 1; step <= 4; step++) {
      for (const list of gradients.values()) list.set(normals(list));
      const norm = optimiser.step(lists, gradients, rate);
      const squares = [...gradients.values()].flatMap((list) => Array.from(list, (g) => g * g));
      const length = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
      assert.ok(Math.abs(norm - length) <= 1e-12 * length);
      assert.equal(gradientNorm(gradients), norm);
      for (const [name, list] of expected) {
        const gradient = gradients.get(name)!;
        for (let i = 0; i < list.length; i++) {
          list[i] = next(list[i]!, gradient[i]!, moments.get(name)![i]!, step);
        }
      }
    }
    assert.deepEqual(lists, expected);
    const kept = optimiser.state.moments;
    for (const [name, each] of moments) {
      for (const [i, list] of kept.get(name)!.entries()) {
        assert.deepEqual(
          Array.from(list),
          Array.from(each, (numbers) => numbers[i]),
        );
      }
    }
  });
}
