/**
 * A large gallery: enrolment, memory, exact and approximate search, recall.
 *
 *     npm run build && node dist/bench/gallery/run.js [people]
 *
 * 100,000 invented people × 3 examples × 128 numbers unless asked otherwise; each stage in a fresh process,
 * on one thread. Times of queries are medians. Recall is measured on 1,000 faces that were not enrolled, against the exact search.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Crowd } from './crowd.ts';
import type { StageReport } from './stage.ts';

const people = Number(process.argv[2] ?? 100_000);
const crowd: Crowd = { people, examples: 3, dimension: 128, spread: 0.05, seed: 1 };
const folder = mkdtempSync(join(tmpdir(), 'visage-bench-gallery-'));
const program = fileURLToPath(new URL('./stage.js', import.meta.url));

function run(stage: string): StageReport {
  process.stderr.write(`${stage}…\n`);
  const args = [program, stage, folder, JSON.stringify(crowd)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as StageReport;
}

const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(14))).join('');

try {
  const enrolled = run('enrol');
  const rows: [string, StageReport][] = [
    ['exact scan', run('exact')],
    ['usearch, built', run('build')],
    ['usearch, memory-mapped', run('mapped')],
  ];
  const columns: [string, (report: StageReport) => string][] = [
    ['ready, s', ({ readySeconds }) => readySeconds.toFixed(1)],
    ['memory, MiB', ({ residentMiB }) => residentMiB.toFixed(0)],
    ['file, MiB', ({ fileMiB }) => fileMiB.toFixed(0)],
    ['query, ms', ({ queryMs }) => queryMs!.toFixed(3)],
    ['queries/s', ({ queryMs }) => (1000 / queryMs!).toFixed(0)],
    ['recall@1', ({ recall }) => recall!.toFixed(4)],
    ['right person', ({ right }) => right!.toFixed(4)],
    ['one more, ms', ({ addMs }) => addMs!.toFixed(1)],
  ];
  const { examples, dimension, spread, seed } = crowd;
  process.stdout.write(
    [
      `${people} people × ${examples} examples × ${dimension} numbers (spread ${spread}, seed ${seed}); 1,000 probes`,
      `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, one thread`,
      `enrolled in one transaction in ${enrolled.readySeconds.toFixed(1)} s: ${enrolled.fileMiB.toFixed(0)} MiB of SQLite`,
      '',
      line(['', ...columns.map(([title]) => title)]),
      ...rows.map(([name, report]) => line([name, ...columns.map(([, cell]) => cell(report))])),
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
