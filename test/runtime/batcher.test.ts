import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Random, type VisageError } from '../../src/kernel/index.ts';
import { Batcher, openInferencePool, type InferencePool, type TensorMap } from '../../src/runtime/index.ts';
import { batchMean, convolutions, doubling, squaring, tenPlaces } from '../support/networks.ts';

/** A pool that also writes down the size of every batch it is given. */
function recording(pool: InferencePool): { pool: InferencePool; batches: number[] } {
  const batches: number[] = [];
  const record = (made: TensorMap) => {
    batches.push(Object.values(made)[0]!.dims[0]!);
    return made;
  };
  const recorder: InferencePool = {
    concurrency: pool.concurrency,
    get idle() {
      return pool.idle;
    },
    run: (model, inputs, signal) =>
      pool.run(model, typeof inputs === 'function' ? () => record(inputs()) : record(inputs), signal),
    runProgram: (program, argument, inputs, signal) => pool.runProgram(program, argument, inputs, signal),
    warm: (models, everywhere) => pool.warm(models, everywhere),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
  return { pool: recorder, batches };
}

async function withPool(
  workers: number,
  body: (pool: InferencePool, batches: number[]) => Promise<void>,
): Promise<void> {
  const { pool, batches } = recording(openInferencePool({ workers }));
  try {
    await body(pool, batches);
  } finally {
    await pool.close();
  }
}

const long = (): TensorMap => {
  const n = 700;
  return { x: { type: 'float32', dims: [n, n], data: new Float32Array(n * n) } };
};

test('a single row goes off at once, without the batch axis around what comes back', () =>
  withPool(1, async (pool, batches) => {
    const batcher = new Batcher(pool, doubling, { input: 'pixels' });
    const { doubled, sum } = await batcher.run(Uint8Array.of(1, 2, 3, 4), [4]);
    assert.deepEqual(doubled, { type: 'float32', dims: [4], data: Float32Array.of(2, 4, 6, 8) });
    assert.deepEqual(sum, { type: 'float32', dims: [1], data: Float32Array.of(10) });
    assert.deepEqual(batches, [1]);
  }));

test('rows gather while the workers are busy, up to the largest batch', () =>
  withPool(1, async (pool, batches) => {
    const batcher = new Batcher(pool, doubling, { input: 'pixels', maxBatch: 8 });
    const busy = pool.run(squaring, long());
    const rows: Promise<TensorMap>[] = [];
    for (let i = 0; i < 20; i++) {
      rows.push(batcher.run(Uint8Array.of(i, 0, 0, 1), [4]));
      await Promise.resolve();
    }
    await busy;
    for (const [i, { sum }] of (await Promise.all(rows)).entries()) assert.equal(sum!.data[0], i + 1);
    // 700 is the busy job's own first dimension; 20 rows in three equal shares.
    assert.deepEqual(batches, [700, 7, 7, 6]);
  }));

test('free workers share the rows that come together', () =>
  withPool(2, async (pool, batches) => {
    const batcher = new Batcher(pool, doubling, { input: 'pixels' });
    await Promise.all(Array.from({ length: 10 }, () => batcher.run(Uint8Array.of(1, 2, 3, 4), [4])));
    assert.deepEqual(batches, [5, 5]);
  }));

test('only rows of equal dims share a batch', () =>
  withPool(1, async (pool, batches) => {
    const batcher = new Batcher(pool, convolutions, { input: 'pixels' });
    const busy = pool.run(squaring, long());
    const sizes = [10, 12, 10, 12, 10];
    const rows = sizes.map((size) => batcher.run(new Uint8Array(size * size * 3), [size, size, 3]));
    await Promise.all([busy, ...rows]);
    assert.deepEqual(batches, [700, 3, 2]);
  }));

test('one bad row fails alone', () =>
  withPool(1, async (pool, batches) => {
    const batcher = new Batcher(pool, tenPlaces, { input: 'place' });
    const busy = pool.run(squaring, long());
    const rows = [3, 99, 5].map((place) => batcher.run(Uint8Array.of(place), []));
    const [three, bad, five] = await Promise.allSettled(rows);
    assert.deepEqual(three, {
      status: 'fulfilled',
      value: { tenfold: { type: 'float32', dims: [], data: Float32Array.of(30) } },
    });
    assert.equal(five!.status, 'fulfilled');
    assert.equal(bad?.status === 'rejected' && (bad.reason as VisageError).code, 'INFERENCE_FAILED');
    await busy;
    assert.deepEqual(batches, [700, 3, 1, 1, 1]);
  }));

test('a row of the wrong length is refused before it can spoil a batch', () =>
  withPool(1, async (pool, batches) => {
    const batcher = new Batcher(pool, doubling, { input: 'pixels' });
    await assert.rejects(batcher.run(new Uint8Array(3), [4]), /a row of \[4\] holds 4 numbers, got 3/);
    assert.deepEqual(batches, []);
  }));

test('a network that does not keep the batch axis is found out', () =>
  withPool(2, async (pool) => {
    const batcher = new Batcher(pool, batchMean, { input: 'pixels' });
    const busy = [pool.run(squaring, long()), pool.run(squaring, long())];
    const rows = [1, 2, 3].map((i) => batcher.run(Uint8Array.of(i, i, i, i), [4]));
    for (const row of await Promise.allSettled(rows)) {
      assert.match(String(row.status === 'rejected' && row.reason), /'mean' of \[\] is not one row for each/);
    }
    await Promise.all(busy);
  }));

test('aborted rows leave their batch, or their result is dropped', () =>
  withPool(1, async (pool, batches) => {
    const batcher = new Batcher(pool, doubling, { input: 'pixels', maxBatch: 2 });
    const busy = pool.run(squaring, long());
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const rows = controllers.map(({ signal }, i) => batcher.run(Uint8Array.of(i, 0, 0, 0), [4], signal));
    const settled = Promise.allSettled(rows);
    await nextTurn();
    for (const i of [0, 1, 2, 4]) controllers[i]!.abort(new Error(`no ${i}`));
    await busy;
    assert.deepEqual(
      (await settled).map((row) => (row.status === 'rejected' ? (row.reason as Error).message : 'done')),
      ['no 0', 'no 1', 'no 2', 'done', 'no 4'],
    );
    assert.deepEqual(batches, [700, 1]);
    await assert.rejects(batcher.run(new Uint8Array(4), [4], controllers[0]!.signal), /no 0/);
    assert.equal(pool.idle, 1, 'a job came for rows that had left');
  }));

test('when the pool closes, rows that were accepted are finished and later ones refused', () =>
  withPool(1, async (pool) => {
    const batcher = new Batcher(pool, doubling, { input: 'pixels' });
    const rows = [1, 2, 3].map((i) => batcher.run(Uint8Array.of(i, 0, 0, 0), [4]));
    const closed = pool.close();
    assert.equal((await Promise.all(rows)).length, 3);
    await closed;
    for (const row of await Promise.allSettled([4, 5].map((i) => batcher.run(Uint8Array.of(i), [1])))) {
      assert.equal(row.status === 'rejected' && (row.reason as VisageError).code, 'RUNTIME_CLOSED');
    }
  }));

test('a row has the same numbers in every batch', () =>
  withPool(1, async (pool) => {
    const random = new Random(5);
    const picture = () => Uint8Array.from({ length: 20 * 24 * 3 }, () => random.integer(256));
    const rows = Array.from({ length: 16 }, picture);
    const batcher = new Batcher(pool, convolutions, { input: 'pixels' });
    const alone: TensorMap[] = [];
    for (const row of rows) alone.push(await batcher.run(row, [20, 24, 3]));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: 1 }), async (some) => {
        const together = await Promise.all(some.map((row) => batcher.run(row, [20, 24, 3])));
        for (const [i, { features }] of together.entries()) {
          const expected = alone[rows.indexOf(some[i]!)]!['features']!.data;
          for (const [j, value] of (features!.data as Float32Array).entries()) {
            assert.ok(Math.abs(value - Number(expected[j])) <= 1e-5 * Math.max(1, Math.abs(value)));
          }
        }
      }),
      { numRuns: 30 },
    );
  }));

test('whatever comes in whatever order, every row gets its own answer', () =>
  withPool(2, async (pool, batches) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ place: fc.nat(12), pause: fc.boolean(), abort: fc.nat(9) }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (plan, maxBatch) => {
          batches.length = 0;
          const batcher = new Batcher(pool, tenPlaces, { input: 'place', maxBatch });
          const rows: Promise<unknown>[] = [];
          for (const { place, pause, abort } of plan) {
            const controller = new AbortController();
            const row = batcher.run(Uint8Array.of(place), [], controller.signal);
            rows.push(
              row.then(
                ({ tenfold }) => tenfold!.data[0],
                (error: Error) => error.name,
              ),
            );
            if (pause) await nextTurn();
            if (abort === 0) controller.abort();
          }
          for (const [i, answer] of (await Promise.all(rows)).entries()) {
            const { place, abort } = plan[i]!;
            const expected = place < 10 ? 10 * place : 'VisageError';
            // A row may be done before it is aborted.
            assert.ok(answer === expected || (abort === 0 && answer === 'AbortError'), String(answer));
          }
          assert.ok(batches.every((batch) => batch >= 1 && batch <= maxBatch));
        },
      ),
      { numRuns: 40 },
    );
    await nextTurn();
  }));

test('the largest batch is checked', () =>
  withPool(1, async (pool) => {
    for (const maxBatch of [0, 1.5, Number.NaN]) {
      assert.throws(() => new Batcher(pool, doubling, { input: 'pixels', maxBatch }), /maxBatch is/);
    }
  }));
