/**
 * A whole training step (forward, backward, update), batch 12, float32, statistics of the batch, SGD
 * with momentum, batch-hard triplets: Visage and PyTorch in turns, on the same machine. Processor time stands
 * beside the clock, since it counts on a machine that others use as well.
 *
 *     node dist/bench/train/step-time.js [rounds] [small-face-net|inception-resnet-v1|both] [threads] [python]
 */
import { spawn } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import type { Graph } from '../../src/graph/index.ts';
import { Random, type Tensor } from '../../src/kernel/index.ts';
import { inceptionResnetV1, initialSmallFaceNet, smallFaceNet } from '../../src/nets/index.ts';
import { Trainer, weightsFrom } from '../../src/train/index.ts';
import { deterministicPictures, inceptionWeights } from '../../test/support/deterministic-weights.ts';
import { inRepository } from '../../test/support/repository.ts';

const rounds = Number(process.argv[2] ?? 10);
const which = process.argv[3] ?? 'both';
const threads = Number(process.argv[4] ?? availableParallelism());
const python = process.argv[5] ?? '/usr/bin/python3';
const batch = 12;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const networks: Readonly<Record<string, { readonly build: () => Graph; readonly sizePx: number }>> = {
  'small-face-net': { build: () => smallFaceNet(initialSmallFaceNet(new Random(1))), sizePx: 96 },
  'inception-resnet-v1': {
    build: () => inceptionResnetV1(inceptionWeights({ gamma: true }), { batchNorm: 'separate' }),
    sizePx: 160,
  },
};
const names = Object.keys(networks).filter((name) => which === 'both' || which === name);

/** The upper left corner of each picture. */
function pictures(sizePx: number): Tensor<'uint8'> {
  const whole = deterministicPictures(batch);
  const data = new Uint8Array(batch * sizePx * sizePx * 3);
  for (let row = 0; row < batch * sizePx; row++) {
    const from = (Math.floor(row / sizePx) * 160 + (row % sizePx)) * 480;
    data.set(whole.subarray(from, from + 3 * sizePx), row * sizePx * 3);
  }
  return { type: 'uint8', dims: [batch, sizePx, sizePx, 3], data };
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
  /** Peak so far, in MB. */
  readonly memory: number;
}
async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  const memory = process.resourceUsage().maxRSS / 1024;
  return { wall: performance.now() - start, cpu: (user + system) / 1000, memory };
}

const peerArguments = [
  inRepository('bench/train/step_time.py'),
  inRepository('scripts/goldens'),
  `${batch}`,
  `${threads}`,
];
const peer = spawn(python, [...peerArguments, names.join(',')], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const answer = async (): Promise<unknown> => {
  const { value, done } = await answers.next();
  if (done) throw new Error('PyTorch has ended');
  return JSON.parse(value);
};
const versions = (await answer()) as { torch: string };

print(
  `${cpus()[0]?.model}, ${threads} of ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}, PyTorch ${versions.torch}`,
);
print('| network | | ms a face, median | least | processor ms a face, median | least | peak memory, MB |');
print('|---|---|---|---|---|---|---|');
for (const name of names) {
  const { build, sizePx } = networks[name]!;
  const graph = build();
  await using trainer = Trainer.open(
    graph,
    weightsFrom(graph, 'image').filter((weight) => !/^(?!Block\d+_\d+_Conv2d).*\/bias$/.test(weight)),
    6,
    {
      mining: 'batch-hard',
      softMargin: true,
      batchNorm: 'batch',
      method: 'sgd',
      threads,
    },
  );
  const image = pictures(sizePx);
  const people = Uint32Array.from({ length: batch }, (_, i) => Math.floor(i / 2));
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  await trainer.step({ image }, people, 1e-3);
  for (let round = 0; round < rounds; round++) {
    ours.push(await costOf(() => trainer.step({ image }, people, 1e-3)));
    peer.stdin.write(`${name}\n`);
    theirs.push((await answer()) as Cost);
  }
  for (const [who, costs] of [
    ['Visage', ours],
    ['PyTorch', theirs],
  ] as const) {
    const sorted = (part: 'wall' | 'cpu'): number[] =>
      costs.map((cost) => cost[part] / batch).sort((a, b) => a - b);
    const numbers = (['wall', 'cpu'] as const).flatMap((part) => [
      sorted(part)[Math.floor(rounds / 2)]!.toFixed(1),
      sorted(part)[0]!.toFixed(1),
    ]);
    print(`| ${name} | ${who} | ${numbers.join(' | ')} | ${costs.at(-1)!.memory.toFixed(0)} |`);
  }
  const ratio = (part: 'wall' | 'cpu'): string => {
    const ratios = ours.map((cost, i) => cost[part] / theirs[i]![part]).sort((a, b) => a - b);
    return ratios[Math.floor(rounds / 2)]!.toFixed(2);
  };
  print(`| ${name} | Visage / PyTorch, median of the rounds | ${ratio('wall')} | | ${ratio('cpu')} | | |`);
}
peer.stdin.end();
