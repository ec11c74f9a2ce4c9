/**
 * LFW verification by the official protocol: 6,000 pairs in 10 folds, the threshold of each fold from
 * the other nine. `npm run bench:lfw [-- FOLDER]`, FOLDER holds pairs.txt and images/<Person>/.
 *
 * The person an LFW picture is named after is in its middle: of several faces the one is taken that is
 * largest after a penalty on its distance from the centre, as davidsandberg/facenet's
 * `align_dataset_mtcnn.py` chooses. An image without a face is counted, and its pairs are judged with
 * the middle of the picture in place of a face: they are not left out.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LfwPair, lfwImagePath, parseLfwPairs, verificationReport } from '../../src/evaluate/index.ts';
import type { LocatedFace } from '../../src/detect/index.ts';
import { distance, mapInOrder, unit } from '../../src/kernel/index.ts';
import { type LocatedPhoto, openRecognizer } from '../../src/recognizer.ts';
import { fitSimilarityScale } from '../../src/serve/compreface/similarity.ts';
import { inShared } from '../../test/support/repository.ts';

const folder = process.argv[2] ?? inShared('data/lfw');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pairsFile = join(folder, 'pairs.txt');
const pairs = parseLfwPairs(await readFile(pairsFile, 'utf8'), pairsFile);
const images = [
  ...new Set(pairs.flatMap(({ first, second }) => [lfwImagePath(first), lfwImagePath(second)])),
];

function middleFace({ photo, faces }: LocatedPhoto): LocatedFace | undefined {
  const rank = ({ box }: LocatedFace): number => {
    const [dx, dy] = [box.x + box.width / 2 - photo.width / 2, box.y + box.height / 2 - photo.height / 2];
    return box.width * box.height - 2 * (dx * dx + dy * dy);
  };
  return faces.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** Where a face of LFW usually is: its average landmarks, in shares of the picture. */
const usualLandmarks = [0.42, 0.46, 0.58, 0.46, 0.5, 0.56, 0.44, 0.64, 0.57, 0.64];

await using recognizer = await openRecognizer();
const start = performance.now();
let faceless = 0;
const embeddings = new Map<string, Float32Array>();
const embedded = mapInOrder(images, recognizer.concurrency, async (image) => {
  const located = await recognizer.locate(join(folder, 'images', image));
  const { width, height } = located.photo;
  const face = middleFace(located);
  if (face === undefined) {
    faceless++;
    say(`no face: ${image}`);
  }
  const landmarks = [0, 2, 4, 6, 8].map((i) => ({
    x: usualLandmarks[i]! * width,
    y: usualLandmarks[i + 1]! * height,
  })) as unknown as LocatedFace['landmarks'];
  const chosen = face ?? { box: { x: 0, y: 0, width, height }, score: 0, landmarks };
  const [embedding] = await recognizer.embed([recognizer.crop(located, chosen)]);
  return { image, embedding: embedding! };
});
for await (const { image, embedding } of embedded) {
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
