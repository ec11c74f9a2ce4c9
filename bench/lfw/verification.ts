/**
 * LFW verification by the official protocol: 6,000 pairs in 10 folds, the threshold of each fold from
 * the other nine. `npm run bench:lfw [-- FOLDER]`, FOLDER holds pairs.txt and images/<Person>/.
 *
 * Which face of a picture counts: see `middleFace`. An image without a face is counted, and its pairs are judged
 * with the middle of the picture in place of a face: they are not left out.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LfwPair, lfwImagePath, parseLfwPairs, verificationReport } from '../../src/evaluate/index.ts';
import { distance, mapInOrder, unit } from '../../src/kernel/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { fitSimilarityScale } from '../../src/serve/compreface/similarity.ts';
import { inShared } from '../../test/support/repository.ts';
import { embedMiddleFace } from './middle-face.ts';

const folder = process.argv[2] ?? inShared('data/lfw');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pairsFile = join(folder, 'pairs.txt');
const pairs = parseLfwPairs(await readFile(pairsFile, 'utf8'), pairsFile);
const images = [
  ...new Set(pairs.flatMap(({ first, second }) => [lfwImagePath(first), lfwImagePath(second)])),
];

await using recognizer = await openRecognizer();
const start = performance.now();
let faceless = 0;
const embeddings = new Map<string, Float32Array>();
const embedded = mapInOrder(images, recognizer.concurrency, (image) =>
  embedMiddleFace(recognizer, folder, image),
);
for await (const { image, found, embedding } of embedded) {
  if (!found) {
    faceless++;
    say(`no face: ${image}`);
  }
  embeddings.set(image, embedding);
  if (embeddings.size % 500 === 0) process.stderr.write(`${embeddings.size}/${images.length}\n`);
}
const seconds = (performance.now() - start) / 1000;
if (process.env['LFW_EMBEDDINGS'] !== undefined) {
  const rows = Object.fromEntries([...embeddings].map(([image, row]) => [image, [...row]]));
  await writeFile(process.env['LFW_EMBEDDINGS'], JSON.stringify(rows));
}

const distanceOf = ({ first, second }: LfwPair): number =>
  distance(unit(embeddings.get(lfwImagePath(first))!), unit(embeddings.get(lfwImagePath(second))!));
const report = verificationReport(
  {
    distances: pairs.map(distanceOf),
    same: pairs.map((pair) => pair.same),
    folds: pairs.map((pair) => pair.fold),
  },
  [0.01, 0.001],
);
const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;
const { mean, standardError, folds } = report.accuracy;
say(`pack ${recognizer.pack.name}, ${pairs.length} pairs, ${images.length} images`);
say(`accuracy ${percent(mean)} ± ${percent(standardError)} (10 folds)`);
say(`folds ${folds.map((fold) => percent(fold.accuracy, 1)).join(', ')}`);
say(`thresholds ${folds.map((fold) => fold.threshold.toFixed(3)).join(', ')}`);
say(
  `area under the curve ${report.areaUnderCurve.toFixed(5)}, equal error rate ${percent(report.equalErrorRate)}`,
);
for (const point of report.points) {
  say(
    `true accept rate ${percent(point.trueAcceptRate)} at false accept rate ${percent(point.falseAcceptRate)}, distance ${point.threshold.toFixed(3)}`,
  );
}
say(`no face found in ${faceless} of ${images.length} images (${percent(faceless / images.length, 3)})`);
say(`${(images.length / seconds).toFixed(1)} photos/s on the whole machine`);
const scale = fitSimilarityScale(
  pairs.map(distanceOf),
  pairs.map(({ same }) => same),
);
say(`CompreFace's similarity: centre ${scale.centre.toFixed(4)}, slope ${scale.slope.toFixed(2)}`);
