/** One stage in a process of its own: `stage.js enrol|exact|build|mapped FOLDER CROWD`; prints JSON. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openGallery } from '../../src/gallery/index.ts';
import { enrolments, probes, type Crowd } from './crowd.ts';

export interface StageReport {
  /** Until the stage could answer: enrolled, or loaded and built. */
  readonly readySeconds: number;
  readonly residentMiB: number;
  readonly fileMiB: number;
  /** Median. */
  readonly queryMs?: number;
  /** Share of probes whose nearest face is that of the exact search. */
  readonly recall?: number;
  /** Share of probes whose nearest face is the same person's. */
  readonly right?: number;
  readonly saveSeconds?: number;
  /** 1 more person, until it can be found. */
  readonly addMs?: number;
}

const [stage, folder, text] = process.argv.slice(2);
const crowd = JSON.parse(text!) as Crowd;
const path = join(folder!, 'crowd.gallery');
const answers = join(folder!, 'exact.json');
const probeCount = 1000;
const seconds = (since: number): number => (performance.now() - since) / 1000;
const mebibytes = async (file: string): Promise<number> =>
  ((await stat(file).catch(() => undefined))?.size ?? 0) / 2 ** 20;

const index = stage === 'build' || stage === 'mapped' ? 'approximate' : 'exact';
await using gallery = await openGallery(path, { pack: 'bench', dimension: crowd.dimension, index });
const start = performance.now();
let report: StageReport;
if (stage === 'enrol') {
  await gallery.addAll(enrolments(crowd));
  report = {
    readySeconds: seconds(start),
    residentMiB: process.memoryUsage.rss() / 2 ** 20,
    fileMiB: await mebibytes(path),
  };
} else {
  const faces = await gallery.faces();
  const readySeconds = seconds(start);
  const asked = probes(crowd, probeCount);
  for (const { embedding } of asked.slice(0, 50)) faces.search(embedding, 1);
  const times: number[] = [];
  const found = asked.map(({ embedding }) => {
    const began = performance.now();
    const [match] = faces.search(embedding, 1);
    times.push(performance.now() - began);
    return match!;
  });
  const queryMs = times.toSorted((a, b) => a - b)[probeCount >> 1]!;
  const residentMiB = process.memoryUsage.rss() / 2 ** 20;
  const ids = found.map(({ exampleId }) => exampleId);
  if (stage === 'exact') await writeFile(answers, JSON.stringify(ids));
  const exact = JSON.parse(await readFile(answers, 'utf8')) as number[];
  const saving = performance.now();
  if (stage === 'build') await gallery.saveIndex();
  const saveSeconds = seconds(saving);
  const adding = performance.now();
  await gallery.add(`one more (${stage})`, [{ embedding: asked[0]!.embedding }]);
  faces.search(asked[0]!.embedding, 1);
  const addMs = performance.now() - adding;
  report = {
    readySeconds,
    residentMiB,
    fileMiB: await mebibytes(index === 'exact' ? path : `${path}.index`),
    queryMs,
    recall: ids.filter((id, i) => id === exact[i]).length / probeCount,
    right: found.filter(({ name }, i) => name === asked[i]!.name).length / probeCount,
    saveSeconds,
    addMs,
  };
  // Not delete: that would drop the saved index, which the next stage looks at.
  await gallery.merge(`one more (${stage})`, found[0]!.name);
}
process.stdout.write(JSON.stringify(report));
