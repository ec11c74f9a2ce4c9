/**
 * The whole journey (decode, detect, align, embed), warm, in photos per second of the whole machine,
 * beside face-api.js on its WASM backend: `npm run bench:journey [-- ROUNDS]`.
 * Needs `npm ci` in bench/peers. The two take turns, so a machine whose speed drifts is fair to both.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { inRepository, inShared } from '../../test/support/repository.ts';
import { Contestant } from './contestant.ts';
import { measureStages } from './stages.ts';

const rounds = Number(process.argv[2] ?? 5);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function photosUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const samples = [1, 2, 3, 4, 5, 6].map((n) =>
  inRepository('node_modules/@vladmandic/face-api/demo', `sample${n}.jpg`),
);
const sets = [{ name: 'six sample photos', photos: samples, expected: 22 }];
if (existsSync(inShared('data/celeb6'))) {
  const photos = await photosUnder(inShared('data/celeb6'));
  sets.push({ name: `celeb6, ${photos.length} photos`, photos, expected: photos.length });
}
if (!existsSync(inRepository('bench/peers/node_modules'))) {
  say('face-api.js is not installed: run npm ci in bench/peers first.');
  process.exit(1);
}

say(`${cpus()[0]!.model}, ${availableParallelism()} cores, Node ${process.version}`);
const peer = inRepository('bench/peers/face-api.mjs');
const contestants = [
  await Contestant.start('Visage', inRepository('dist/bench/journey/visage.js')),
  await Contestant.start('face-api.js, one process', peer),
  await Contestant.start('face-api.js, a process a core', peer, availableParallelism()),
];
for (const { name, photos, expected } of sets) {
  const times = contestants.map((): number[] => []);
  const found: string[] = [];
  for (let round = -1; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const { ms, faces } = await contestant.run(photos);
      const atMost = photos === samples ? Infinity : 1;
      const recall = faces.reduce((sum, count) => sum + Math.min(count, atMost), 0);
      const all = faces.reduce((sum, count) => sum + count, 0);
      found[i] = atMost === 1 ? `${recall}/${expected} photos` : `${recall}/${expected} faces`;
      if (atMost === 1) found[i] += ` (${all} faces)`;
      if (round >= 0) times[i]!.push(ms);
    }
  }
  say(`\n${name}, ${rounds} rounds in turn, medians`);
  say('| | ms a photo | photos/s | found | Visage is faster by, round by round |\n|---|---|---|---|---|');
  for (const [i, contestant] of contestants.entries()) {
    const ms = median(times[i]!) / photos.length;
    const ratio = median(times[i]!.map((time, round) => time / times[0]![round]!));
    say(
      `| ${contestant.name} | ${ms.toFixed(1)} | ${(1000 / ms).toFixed(1)} | ${found[i]} | ${ratio.toFixed(2)}× |`,
    );
  }
}
for (const contestant of contestants) contestant.stop();
say('\nShare of one core’s time per stage (one worker, six sample photos, medians)');
for (const line of await measureStages(samples, rounds)) say(line);
