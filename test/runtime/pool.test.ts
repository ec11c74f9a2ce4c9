import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Tensor, VisageError } from '../../src/kernel/index.ts';
import {
  openInferencePool,
  type InferencePool,
  type ModelFile,
  type TensorMap,
} from '../../src/runtime/index.ts';
import { doubling, echo, modelFile, squaring, tenPlaces } from '../support/networks.ts';
import { lookUps } from '../support/look-ups.ts';
import { inRepository } from '../support/repository.ts';

const pixels = (...data: number[]): TensorMap => ({
  pixels: { type: 'uint8', dims: [data.length / 4, 4], data: Uint8Array.from(data) },
});
/** A job that keeps a worker busy for about 0.1 s. */
const long = (): TensorMap => {
  const n = 1000;
  return { x: { type: 'float32', dims: [n, n], data: new Float32Array(n * n).fill(1) } };
};
const coded = (code: string, message: RegExp) => (error: VisageError) => {
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

/** Runs `body` with a pool and the list of the worker threads that were started for it. */
async function withPool(
  workers: number,
  body: (pool: InferencePool, threads: Worker[]) => Promise<void>,
  maxWaiting = 1000,
): Promise<void> {
  const threads: Worker[] = [];
  const started = (thread: Worker) => threads.push(thread);
  process.on('worker', started);
  const pool = openInferencePool({ workers, maxWaiting });
  try {
    await body(pool, threads);
  } finally {
    process.off('worker', started);
    await pool.close();
  }
}

/** Makes a worker die of an uncaught error before it comes to the next job. */
const kill = (thread: Worker): void => thread.postMessage(null, []);

/** Stops a worker before it has even started. */
const terminate = (thread: Worker): void => void thread.terminate();

test('a network answers by the names of its outputs', () =>
  withPool(1, async (pool) => {
    const { doubled, sum } = await pool.run(doubling, pixels(1, 2, 3, 255, 5, 6, 7, 8));
    assert.deepEqual(doubled, {
      type: 'float32',
      dims: [2, 4],
      data: Float32Array.of(2, 4, 6, 510, 10, 12, 14, 16),
    });
    assert.deepEqual(sum, { type: 'float32', dims: [2, 1], data: Float32Array.of(261, 26) });
  }));

test('every element type goes there and back; inputs stay with the caller', () =>
  withPool(1, async (pool) => {
    const whole = new ArrayBuffer(64);
    const inputs: Record<string, Tensor> = {
      float32: { type: 'float32', dims: [1, 3], data: new Float32Array(whole, 4, 3).fill(0.1) },
      uint8: { type: 'uint8', dims: [3, 1], data: Buffer.from(whole, 33, 3).fill(200) },
      int32: { type: 'int32', dims: [1, 1], data: Int32Array.of(-7) },
      int64: { type: 'int64', dims: [1, 2], data: BigInt64Array.of(-(2n ** 60n), 9n) },
    };
    for (let repeat = 0; repeat < 2; repeat++) {
      const outputs = await pool.run(echo, inputs);
      for (const [name, { type, dims, data }] of Object.entries(inputs)) {
        const same = outputs[`same ${name}`]!;
        assert.deepEqual([same.type, same.dims, [...same.data]], [type, dims, [...data]]);
      }
      assert.equal(whole.byteLength, 64, 'the buffer of a view was taken away');
    }
  }));

test('a buffer that is used again carries nothing over from the job before', () =>
  withPool(1, async (pool) => {
    await pool.run(doubling, pixels(...new Uint8Array(400).fill(255)));
    const { doubled } = await pool.run(doubling, pixels(1, 2, 3, 4));
    assert.deepEqual(doubled!.data, Float32Array.of(2, 4, 6, 8));
    const refused = pool.run(doubling, { pixels: { type: 'uint8', dims: [1, 5], data: new Uint8Array(5) } });
    await assert.rejects(refused);
    const again = await pool.run(doubling, pixels(5, 6, 7, 8));
    assert.deepEqual(again['doubled']!.data, Float32Array.of(10, 12, 14, 16));
  }));

test('what a network refuses fails alone, with the reason of ONNX Runtime, and its worker stays', () =>
  withPool(1, async (pool, threads) => {
    const x = { type: 'float32', dims: [2, 3], data: new Float32Array(6) } as const;
    const refusals: [ModelFile, TensorMap, RegExp][] = [
      [doubling, { pixels: x }, /^Running doubling failed: Unexpected input data type.*float.*uint8.*\.$/],
      [
        doubling,
        { pixels: { type: 'uint8', dims: [1, 5], data: new Uint8Array(5) } },
        /Got: 5 Expected: 4\.$/,
      ],
      [doubling, { pixels: { type: 'uint8', dims: [1, 4], data: new Uint8Array(5) } }, /size/],
      [doubling, { pixels: { type: 'uint8', dims: [-1, 4], data: new Uint8Array(4) } }, /dims/],
      [doubling, {}, /input 'pixels' is missing/],
      [doubling, { ...pixels(1, 2, 3, 4), more: x }, /no input 'more'; its inputs: pixels\.$/],
      [
        doubling,
        { pixels: { type: 'float64' } as unknown as Tensor },
        /input 'pixels' is no tensor of float32, uint8/,
      ],
      [doubling, { pixels: undefined as unknown as Tensor }, /Running doubling failed/],
      [squaring, { x }, /Running squaring failed: .*MatMul/],
      [tenPlaces, { place: { type: 'uint8', dims: [1], data: Uint8Array.of(99) } }, /out of data bounds/],
    ];
    for (const [model, inputs, message] of refusals) {
      await assert.rejects(pool.run(model, inputs), coded('INFERENCE_FAILED', message));
    }
    await pool.run(doubling, pixels(1, 2, 3, 4));
    assert.equal(threads.length, 1);
  }));

test('a program runs several networks in one worker, each in its turn', () =>
  withPool(2, async (pool, threads) => {
    const answers = await Promise.all(
      [0, 1].map((shift) => pool.runProgram(lookUps, { shift }, pixels(1, 4, 2, 3))),
    );
    assert.deepEqual(answers, [
      [20, 80, 40, 60],
      [30, 90, 50, 70],
    ]);
    assert.equal(threads.length, 2);
  }));

test('what fails in a program is named, and its worker stays', () =>
  withPool(1, async (pool, threads) => {
    const outOfBounds = pool.runProgram(lookUps, { shift: 9 }, pixels(0, 0, 1, 0));
    await assert.rejects(outOfBounds, coded('INFERENCE_FAILED', /^Running tenPlaces failed: .*out of data/));
    const unknown = {
      ...lookUps,
      url: 'data:text/javascript,export const run = () => { throw Error("none") }',
    };
    const refused = pool.runProgram(unknown, { shift: 0 }, pixels(0, 0, 0, 0));
    await assert.rejects(refused, coded('INFERENCE_FAILED', /^Running doubling failed: none\.$/));
    assert.deepEqual(await pool.runProgram(lookUps, { shift: 0 }, pixels(0, 1, 0, 1)), [0, 20, 0, 20]);
    assert.equal(threads.length, 1);
  }));

test('a program is aborted as a network is, and run again where its worker dies', () =>
  withPool(1, async (pool, threads) => {
    await pool.warm([doubling, tenPlaces]);
    const controller = new AbortController();
    const unwanted = pool.runProgram(lookUps, { shift: 0 }, pixels(0, 0, 0, 0), controller.signal);
    await nextTurn();
    controller.abort();
    await assert.rejects(unwanted, { name: 'AbortError' });
    kill(threads[0]!);
    assert.deepEqual(await pool.runProgram(lookUps, { shift: 1 }, pixels(0, 0, 0, 1)), [10, 10, 10, 30]);
    assert.equal(threads.length, 2);
  }));

test('a network that cannot be loaded is tried again at its next use', () =>
  withPool(1, async (pool, threads) => {
    const absent = modelFile('absent', new Uint8Array());
    rmSync(absent.path);
    await assert.rejects(pool.run(absent, pixels(1, 2, 3, 4)), coded('INFERENCE_FAILED', /absent.*exist/));
    writeFileSync(absent.path, 'no network');
    await assert.rejects(pool.warm([absent]), coded('INFERENCE_FAILED', /parsing/));
    writeFileSync(absent.path, readFileSync(doubling.path));
    const { sum } = await pool.run(absent, pixels(1, 2, 3, 4));
    assert.deepEqual(sum!.data, Float32Array.of(10));
    assert.equal(threads.length, 1);
  }));

test('workers start only when there is work for them', () =>
  withPool(3, async (pool, threads) => {
    assert.deepEqual([threads.length, pool.idle, pool.concurrency], [0, 3, 3]);
    for (let i = 0; i < 3; i++) await pool.run(doubling, pixels(1, 2, 3, 4));
    assert.equal(threads.length, 1);
    const both = [pool.run(doubling, pixels(1, 2, 3, 4)), pool.run(squaring, long())];
    assert.equal(pool.idle, 1);
    await Promise.all(both);
    assert.deepEqual([threads.length, pool.idle], [2, 3]);
  }));

test('jobs that wait run in their order', () =>
  withPool(1, async (pool) => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await pool.run(doubling, pixels(1, 2, 3, i));
        order.push(i);
      }),
    );
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  }));

test('inputs given as a function are made when a worker takes the job', () =>
  withPool(1, async (pool) => {
    const made: string[] = [];
    const late = (name: string) => () => {
      made.push(name);
      return pixels(1, 2, 3, 4);
    };
    const first = pool.run(doubling, late('first'));
    const controller = new AbortController();
    const never = pool.run(doubling, late('never'), controller.signal);
    const second = pool.run(doubling, late('second'));
    const failing = pool.run(doubling, () => {
      throw new RangeError('nothing to be had');
    });
    const third = pool.run(doubling, late('third'));
    assert.deepEqual(made, []);
    controller.abort();
    await assert.rejects(never, { name: 'AbortError' });
    await assert.rejects(failing, /nothing to be had/);
    await Promise.all([first, second, third]);
    assert.deepEqual(made, ['first', 'second', 'third']);
  }));

test('a waiting job that is aborted leaves the queue, a running one rejects at once', () =>
  withPool(1, async (pool, threads) => {
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = pool.run(squaring, long(), running.signal);
    const second = pool.run(squaring, long(), waiting.signal);
    const third = pool.run(doubling, pixels(1, 2, 3, 4));
    await nextTurn();
    waiting.abort(new Error('changed my mind'));
    await assert.rejects(second, /changed my mind/);
    running.abort();
    await assert.rejects(first, { name: 'AbortError' });
    assert.equal(pool.idle, 0, 'the worker still has to finish what nobody wants');
    assert.deepEqual((await third)['sum']!.data, Float32Array.of(10));
    await assert.rejects(pool.run(doubling, pixels(1, 2, 3, 4), running.signal), { name: 'AbortError' });
    assert.deepEqual([threads.length, pool.idle], [1, 1]);
  }));

test('the job of a worker that dies is run again, and no other job notices', () =>
  withPool(2, async (pool, threads) => {
    await pool.warm([squaring], true);
    kill(threads[0]!);
    const jobs = Array.from({ length: 6 }, () => pool.run(squaring, long()));
    for (const { squared } of await Promise.all(jobs)) assert.equal(squared!.data[12345], 1000);
    assert.equal(threads.length, 3);
  }));

test('a worker that dies with nothing to do is replaced when it is needed', () =>
  withPool(1, async (pool, threads) => {
    await pool.run(doubling, pixels(1, 2, 3, 4));
    await threads[0]!.terminate();
    await pool.run(doubling, pixels(1, 2, 3, 4));
    assert.equal(threads.length, 2);
  }));

test('a job that kills a second worker fails; those beside and behind it do not', () =>
  withPool(2, async (pool, threads) => {
    await pool.warm([squaring, doubling], true);
    process.once('worker', terminate);
    kill(threads[1]!);
    const beside = pool.run(squaring, long());
    const deadly = pool.run(doubling, pixels(1, 2, 3, 4));
    const behind = [1, 2, 3].map(() => pool.run(squaring, long()));
    await assert.rejects(deadly, coded('INFERENCE_FAILED', /two workers died of it \(.*exit code \d\)/));
    await Promise.all([beside, ...behind]);
    assert.equal(threads.length, 4);
  }));

test('an aborted job whose worker dies is not run again', () =>
  withPool(1, async (pool, threads) => {
    await pool.warm([doubling]);
    const controller = new AbortController();
    kill(threads[0]!);
    const job = pool.run(doubling, pixels(1, 2, 3, 4), controller.signal);
    await Promise.resolve();
    assert.equal(pool.idle, 0);
    controller.abort();
    await assert.rejects(job, { name: 'AbortError' });
    while (pool.idle === 0) await nextTurn();
    assert.equal(threads.length, 1);
  }));

test('too many waiting jobs are refused', () =>
  withPool(
    1,
    async (pool) => {
      const accepted = [1, 2, 3].map((i) => pool.run(doubling, pixels(i, i, i, i)));
      await assert.rejects(
        pool.run(doubling, pixels(4, 4, 4, 4)),
        coded('RUNTIME_BUSY', /2 jobs are waiting; at most 2 may/),
      );
      await Promise.all(accepted);
      await pool.run(doubling, pixels(4, 4, 4, 4));
    },
    2,
  ));

test('warming up loads each network once, side by side, and jobs go where theirs is loaded', () =>
  withPool(2, async (pool, threads) => {
    // Both workers are free when the job comes, but only one of them is loading its network.
    const warm = pool.warm([doubling, squaring]);
    await pool.run(squaring, long());
    await warm;
    assert.equal(threads.length, 2);
    // The file is gone, so only the worker that has the network can run it.
    const copy = { ...modelFile('copy', new Uint8Array()), path: `${doubling.path}.copy` };
    copyFileSync(doubling.path, copy.path);
    await pool.warm([copy]);
    rmSync(copy.path);
    for (let i = 0; i < 6; i++) await pool.run(copy, pixels(1, 2, 3, 4));
  }));

test('warming up everywhere leaves no worker without the network', () =>
  withPool(3, async (pool, threads) => {
    const copy = { ...modelFile('everywhere', new Uint8Array()), path: `${doubling.path}.everywhere` };
    copyFileSync(doubling.path, copy.path);
    await pool.run(doubling, pixels(1, 2, 3, 4));
    await pool.warm([copy, squaring], true);
    assert.equal(threads.length, 3);
    rmSync(copy.path);
    await Promise.all(Array.from({ length: 9 }, () => pool.run(copy, pixels(1, 2, 3, 4))));
  }));

test('close finishes what was accepted and can be called twice', async () => {
  const pool = openInferencePool({ workers: 2 });
  const accepted = Array.from({ length: 7 }, (_, i) => pool.run(doubling, pixels(i, 0, 0, 0)));
  const [first, second] = [pool.close(), pool.close()];
  assert.equal(first, second);
  await first;
  for (const [i, { sum }] of (await Promise.all(accepted)).entries()) assert.equal(sum!.data[0], i);
  await assert.rejects(pool.run(doubling, pixels(1, 2, 3, 4)), coded('RUNTIME_CLOSED', /pool is closed/));
  await assert.rejects(pool.warm([doubling], true), coded('RUNTIME_CLOSED', /pool is closed/));
  await pool.close();
  await openInferencePool().close();
});

test('options are checked', () => {
  assert.throws(() => openInferencePool({ workers: 0 }), coded('OPTION_INVALID', /workers is 0/));
  assert.throws(() => openInferencePool({ threads: 2 } as never), coded('OPTION_UNKNOWN', /threads/));
});

/** Runs `body` as a program of its own; `pool` and `run(model, inputs)` are there. */
function runProgram(body: string): { status: number | null; stdout: string; stderr: string } {
  const program = `
    import { openInferencePool } from ${JSON.stringify(inRepository('dist/src/runtime/index.js'))};
    const pool = openInferencePool({ workers: 2 });
    const double = () => pool.run(${JSON.stringify(doubling)}, {
      pixels: { type: 'uint8', dims: [1, 4], data: Uint8Array.of(1, 2, 3, 4) },
    });
    const square = (n, signal) => pool.run(${JSON.stringify(squaring)}, {
      x: { type: 'float32', dims: [n, n], data: new Float32Array(n * n) },
    }, signal);
    ${body}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

// The program is given by a flag, which a worker must not inherit.
test('a process that forgets to close ends all the same', () => {
  assert.deepEqual(
    runProgram(`
      const answers = await Promise.all([double(), double(), double()]);
      console.log(answers.map(({ sum }) => sum.data[0]).join());`),
    { status: 0, stdout: '10,10,10\n', stderr: '' },
  );
});

test('a process that exits in the middle of a run is not torn down by it', () => {
  assert.deepEqual(
    runProgram(`
      await square(10);
      void square(1500);
      setTimeout(() => process.exit(7), 10);`),
    { status: 7, stdout: '', stderr: '' },
  );
});

test('closing waits for a run that nobody waits for any more', () => {
  assert.deepEqual(
    runProgram(`
      await square(10);
      const controller = new AbortController();
      const job = square(1500, controller.signal);
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort();
      await job.catch((error) => console.log(error.name));
      await pool.close();`),
    { status: 0, stdout: 'AbortError\n', stderr: '' },
  );
});
