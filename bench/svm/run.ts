/**
 * Support vector machine with probabilities, one-vs-one: ours against scikit-learn's
 * `SVC(kernel='linear', probability=True)`, both on one thread.
 *
 *     npm run build && node dist/bench/svm/run.js [rounds] [people]
 *
 * Rounds alternate between the two, each in a fresh process; the table gives medians. Needs a python3
 * with scikit-learn below 1.11 (Debian: python3-sklearn; another one by the variable PYTHON).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRepository } from '../../test/support/repository.ts';
import { makePeople, type Crowd, type Report } from './people.ts';

const rounds = Number(process.argv[2] ?? 5);
const crowd: Crowd = {
  people: Number(process.argv[3] ?? 200),
  faces: 10,
  testFaces: 5,
  dimension: 128,
  spread: 1.6,
  seed: 1,
};
const python = process.env['PYTHON'] ?? '/usr/bin/python3';
const oneThread = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
const folder = mkdtempSync(join(tmpdir(), 'visage-bench-'));

const run = (command: string, ...args: string[]): Report =>
  JSON.parse(execFileSync(command, args, { encoding: 'utf8', env: oneThread })) as Report;
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  const people = makePeople(crowd);
  writeFileSync(join(folder, 'train.f32'), people.train);
  writeFileSync(join(folder, 'test.f32'), people.test);
  writeFileSync(join(folder, 'train-labels.i32'), people.trainLabels);
  writeFileSync(join(folder, 'test-labels.i32'), people.testLabels);
  const ours: Report[] = [];
  const theirs: Report[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(
      run(process.execPath, fileURLToPath(new URL('fit-visage.js', import.meta.url)), JSON.stringify(crowd)),
    );
    theirs.push(run(python, inRepository('bench', 'svm', 'fit-scikit.py'), folder, String(crowd.dimension)));
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const line = (name: string, key: Exclude<keyof Report, 'version'>, digits: number): string => {
    const [our, their] = [ours, theirs].map((reports) => median(reports.map((report) => report[key])));
    const ratio = key.endsWith('Ms') ? `${(their! / our!).toFixed(2)} ×` : '';
    return [
      name.padEnd(38),
      our!.toFixed(digits).padStart(12),
      their!.toFixed(digits).padStart(14),
      ratio.padStart(9),
    ].join('');
  };
  const { people: persons, faces, dimension, testFaces } = crowd;
  process.stdout.write(
    [
      `${persons} people × ${faces} faces × ${dimension} numbers, ${(persons * (persons - 1)) / 2} pairs, linear, C = 1; ` +
        `${persons * testFaces} held-out faces`,
      `${cpus()[0]?.model ?? 'unknown processor'}; ${ours[0]!.version}; ${theirs[0]!.version}; median of ${rounds}`,
      '',
      `${''.padEnd(38)}${'Visage'.padStart(12)}${'scikit-learn'.padStart(14)}${'faster'.padStart(9)}`,
      line('fit with probabilities, ms', 'fitMs', 0),
      line('  the same in processor time, ms', 'fitCpuMs', 0),
      line('predict one face, ms', 'predictMs', 3),
      line('probabilities of one face, ms', 'probabilityMs', 3),
      line('accuracy by votes', 'accuracy', 4),
      line('accuracy by probability', 'probabilityAccuracy', 4),
      line('log loss', 'logLoss', 4),
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
