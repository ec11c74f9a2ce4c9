/**
 * What running the bundled networks costs: the memory of many runs of changing shapes, the first answer
 * of a fresh pool, and the time of a row by batch size with the largest difference from the row alone.
 *
 *     node dist/bench/inference/main.js [runs] [workers]
 */
import { availableParallelism, cpus } from 'node:os';
import { resourceUsage } from 'node:process';
import { mapInOrder, Random, type Tensor } from '../../src/kernel/index.ts';
import { openPack } from '../../src/packs/index.ts';
import { Batcher, openInferencePool, type ModelFile, type TensorMap } from '../../src/runtime/index.ts';

const runs = Number(process.argv[2] ?? 600);
const workers = Number(process.argv[3] ?? availableParallelism());
const random = new Random(1);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

const noise = (...dims: number[]): Tensor<'uint8'> => {
  const data = new Uint8Array(dims.reduce((a, b) => a * b, 1));
  const words = new Uint32Array(data.buffer, 0, data.length >> 2);
  for (let i = 0; i < words.length; i++) words[i] = random.bits();
  return { type: 'uint8', dims, data };
};
const image = (...dims: number[]): TensorMap => ({ image: noise(...dims) });

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const { models } = await openPack('bundled');
const { detector, embedder } = models;
const landmarks = models.landmarks!;
print(`${cpus()[0]?.model}, ${workers} workers, node ${process.version}`);

async function measureSpeed(): Promise<void> {
  const pool = openInferencePool({ workers: 1 });
  const first: [ModelFile, TensorMap][] = [
    [detector, image(1, 384, 512, 3)],
    [landmarks, image(1, 112, 112, 3)],
    [embedder, image(1, 150, 150, 3)],
  ];
  for (const [model, inputs] of first) {
    const cold = await millisecondsOf(() => pool.run(model, inputs));
    let warm = Infinity;
    for (let i = 0; i < 5; i++) warm = Math.min(warm, await millisecondsOf(() => pool.run(model, inputs)));
    print(`${model.name}: first answer ${cold.toFixed(0)} ms, then ${warm.toFixed(1)} ms`);
  }
  for (const batch of [1, 2, 4, 8, 16]) {
    const rows = noise(batch, 150, 150, 3);
    const together = await pool.run(embedder, { image: rows });
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      best = Math.min(best, await millisecondsOf(() => pool.run(embedder, { image: rows })));
    }
    let difference = 0;
    for (let row = 0; row < batch; row++) {
      const size = rows.data.length / batch;
      const data = rows.data.subarray(row * size, (row + 1) * size);
      const alone = await pool.run(embedder, { image: { type: 'uint8', dims: [1, 150, 150, 3], data } });
      const [a, b] = [alone['embedding']!.data as Float32Array, together['embedding']!.data as Float32Array];
      for (const [i, value] of a.entries()) {
        difference = Math.max(difference, Math.abs(value - b[row * a.length + i]!));
      }
    }
    print(
      `${embedder.name}: batch ${batch}, ${(best / batch).toFixed(2)} ms a row, largest difference from the row alone ${difference.toExponential(1)}`,
    );
  }
  await pool.close();
}

async function measureMemory(): Promise<void> {
  const pool = openInferencePool({ workers });
  print(`memory before: ${megabytes(process.memoryUsage.rss())}`);
  await pool.warm([detector, landmarks, embedder], true);
  print(`networks loaded: ${megabytes(process.memoryUsage.rss())}`);
  const embedders = new Batcher(pool, embedder, { input: 'image' });
  const finders = new Batcher(pool, landmarks, { input: 'image' });
  async function photo(): Promise<void> {
    // Photos of any shape: the short side is a multiple of 64 pixels, as the detector pads them.
    await pool.run(detector, image(1, 64 * (4 + random.integer(5)), 512, 3));
    const faces = Array.from({ length: random.integer(10) }, async () => {
      await finders.run(noise(112, 112, 3).data, [112, 112, 3]);
      await embedders.run(noise(150, 150, 3).data, [150, 150, 3]);
    });
    await Promise.all(faces);
  }
  const photos = Array.from({ length: runs }, (_, i) => i);
  const start = performance.now();
  let done = 0;
  for await (const _ of mapInOrder(photos, workers + 2, photo)) {
    done++;
    if (done % Math.ceil(runs / 10) === 0)
      print(`after ${done} photos: ${megabytes(process.memoryUsage.rss())}`);
  }
  print(
    `${((1000 * runs) / (performance.now() - start)).toFixed(1)} photos a second, peak ${megabytes(resourceUsage().maxRSS * 1024)}`,
  );
  await pool.close();
}

// Memory first: what was there before is never quite given back.
await measureMemory();
await measureSpeed();
