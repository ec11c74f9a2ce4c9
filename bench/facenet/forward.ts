/**
 * FaceNet forward, batch 8, both cores, float32, warmed up: Visage (as the inference pool runs it, the batch
 * shared between the workers) beside PyTorch in eager mode and as frozen TorchScript, in turns, and beside
 * the machine's float32 matrix product. Prints medians and least times, the largest difference of
 * embeddings, and the share of the peak. Processor time (all threads together, waiting in loops included)
 * stands beside the clock, since it counts on a machine that others use as well.
 *
 *     node dist/bench/facenet/forward.js [rounds] [python]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { encodeModel } from '../../src/formats/index.ts';
import { GraphBuilder, matMul, toModel, type Graph } from '../../src/graph/index.ts';
import type { Tensor } from '../../src/kernel/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import { openInferencePool, type ModelFile } from '../../src/runtime/index.ts';
import { deterministicPictures, inceptionWeights } from '../../test/support/deterministic-weights.ts';
import { inRepository } from '../../test/support/repository.ts';

const rounds = Number(process.argv[2] ?? 15);
const python = process.argv[3] ?? '/usr/bin/python3';
const batch = 8;
const workers = availableParallelism();
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Multiplications and additions of the convolutions and matrix products for one picture, in 10⁹. */
function gigaflops(graph: Graph): number {
  let sum = 0;
  for (const node of graph.nodes) {
    const weights = graph.initializers.get(node.inputs[1] ?? '');
    const out = graph.values.get(node.outputs[0]!)!.dims;
    if (node.op === 'Conv') {
      const [channels, ...kernel] = weights!.dims;
      sum += 2 * channels! * kernel.reduce((a, b) => a * b, 1) * Number(out[2]) * Number(out[3]);
    }
    if (node.op === 'Gemm') sum += 2 * weights!.data.length;
  }
  return sum / 1e9;
}

const folder = await mkdtemp(join(tmpdir(), 'visage-bench-'));
async function fileOf(graph: Graph): Promise<ModelFile> {
  const path = join(folder, `${graph.name}.onnx`);
  await writeFile(path, encodeModel(toModel(graph)));
  return { name: graph.name, id: graph.name, path };
}

/** Side of the square matrices, and how many products one run makes: about as long as a run of the network. */
const side = 1024;
const products = 4;
function product(): Graph {
  const b = new GraphBuilder('product');
  // Means of rows, so that numbers stay as they are.
  const data = new Float32Array(side * side).fill(1 / side);
  const constant = b.constant({ type: 'float32', dims: [side, side], data }, 'b');
  let value = b.input('a', 'float32', [side, side]);
  for (let i = 0; i < products; i++) value = matMul(b, value, constant);
  b.output('c', value);
  return b.finish();
}

const graph = inceptionResnetV1(inceptionWeights());
const model = await fileOf(graph);
const peakModel = await fileOf(product());
const pool = openInferencePool({ workers });
await pool.warm([model, peakModel], true);

const pictures = deterministicPictures(batch);
const shares = Array.from({ length: workers }, (_, i): Tensor => {
  const [from, to] = [i, i + 1].map((part) => Math.round((part * batch) / workers)) as [number, number];
  const data = pictures.subarray((from * pictures.length) / batch, (to * pictures.length) / batch);
  return { type: 'uint8', dims: [to - from, 160, 160, 3], data };
});
const runShares = () => Promise.all(shares.map((image) => pool.run(model, { image })));
const square: Tensor = { type: 'float32', dims: [side, side], data: new Float32Array(side * side).fill(0.5) };
const runProducts = () => Promise.all(shares.map(() => pool.run(peakModel, { a: square })));

interface Milliseconds {
  readonly wall: number;
  readonly cpu: number;
}
async function millisecondsOf(work: () => Promise<unknown>): Promise<Milliseconds> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

const peer = spawn(
  python,
  [
    inRepository('bench', 'facenet', 'forward.py'),
    inRepository('scripts', 'goldens'),
    `${batch}`,
    `${workers}`,
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const answer = async (): Promise<unknown> => {
  const { value, done } = await answers.next();
  if (done) throw new Error('PyTorch has ended');
  return JSON.parse(value);
};
const ask = (word: string): Promise<unknown> => {
  peer.stdin.write(`${word}\n`);
  return answer();
};

const versions = (await answer()) as { torch: string; threads: number };
const wanted = (await ask('check')) as number[];
const got = (await runShares())[0]!['embedding']!.data as Float32Array;
const length = Math.hypot(...got.subarray(0, wanted.length));
const difference = Math.max(...wanted.map((value, i) => Math.abs(value - got[i]! / length)));

const contestants: readonly (readonly [string, () => Promise<Milliseconds>])[] = [
  ['Visage (ONNX Runtime)', () => millisecondsOf(runShares)],
  ['PyTorch eager', async () => (await ask('eager')) as Milliseconds],
  ['PyTorch TorchScript, frozen', async () => (await ask('script')) as Milliseconds],
  [`matrix product ${side}³`, () => millisecondsOf(runProducts)],
];
const measured = contestants.map((): Milliseconds[] => []);
for (let i = 0; i < 3; i++) {
  await runShares();
  await runProducts();
}
for (let round = 0; round < rounds; round++) {
  for (const [i, [, measure]] of contestants.entries()) measured[i]!.push(await measure());
}
peer.stdin.end();
await pool.close();
await rm(folder, { recursive: true });

const work = gigaflops(graph);
print(`${cpus()[0]?.model}, ${workers} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}`);
print(
  `PyTorch ${versions.torch} with ${versions.threads} threads; ${work.toFixed(2)} GFLOP a face; batch ${batch}`,
);
print(`largest difference of a unit embedding from PyTorch: ${difference.toExponential(1)}`);
print(
  '| | ms a face, median | least | processor ms a face, median | GFLOP/s, median | best | per core, processor time |',
);
print('|---|---|---|---|---|---|---|');
const results = contestants.map(([name], i) => {
  const sorted = (clock: keyof Milliseconds): number[] =>
    measured[i]!.map((time) => time[clock]).sort((a, b) => a - b);
  const [wall, cpu] = [sorted('wall'), sorted('cpu')];
  const isPeak = i === contestants.length - 1;
  // What one run computes, in 10⁹ operations, and what that is in faces.
  const amount = isPeak ? (workers * products * 2 * side ** 3) / 1e9 : batch * work;
  const faces = amount / work;
  const [median, least, busy] = [wall[wall.length >> 1]!, wall[0]!, cpu[cpu.length >> 1]!];
  const numbers = [median / faces, least / faces, busy / faces].map((time) => time.toFixed(2));
  const rates = [median, least, busy].map((time) => ((1000 * amount) / time).toFixed(0));
  print(`| ${[name, ...numbers, ...rates].join(' | ')} |`);
  return { median: median / faces, least: least / faces, busy: busy / faces };
});
const [ours, eager, script, peak] = results as [Result, Result, Result, Result];
const ratios = (other: Result, form: (ratio: number) => string): string =>
  `${form(other.median / ours.median)} of medians, ${form(other.least / ours.least)} of least times, ` +
  `${form(other.busy / ours.busy)} of processor time`;
print(`share of the peak: ${ratios(peak, (ratio) => `${(100 * ratio).toFixed(0)} %`)}`);
print(`PyTorch eager / Visage: ${ratios(eager, (ratio) => ratio.toFixed(2))}`);
print(`PyTorch TorchScript / Visage: ${ratios(script, (ratio) => ratio.toFixed(2))}`);

type Result = { readonly [Clock in 'median' | 'least' | 'busy']: number };
