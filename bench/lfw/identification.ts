/**
 * LFW identification, closed and open set. `npm run bench:identification [-- FOLDER]`, FOLDER holds
 * images/<Person>/.
 *
 * People with five images or more are known: the first three by file name are enrolled in a gallery, the others
 * are probes. Everybody with exactly one image is a probe of somebody unknown. Nothing is fitted on any of
 * them: the calibration of the pack comes from people with two to four images (see calibration.ts).
 */
import { type Prediction } from '../../src/classify/index.ts';
import { identificationReport, proportion } from '../../src/evaluate/index.ts';
import { galleryClassifier, openGallery } from '../../src/gallery/index.ts';
import { packCalibration } from '../../src/packs/index.ts';
import { inShared } from '../../test/support/repository.ts';
import { lfwParts, lfwPeople } from './people.ts';

const enrolled = 3;
const pack = 'bundled';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

const people = await lfwPeople(process.argv[2] ?? inShared('data/lfw'), pack);
const known = people.filter(lfwParts.known);
const unknown = people.filter(lfwParts.unknown);
const gallery = await openGallery(':memory:', { pack, dimension: known[0]!.embeddings[0]!.length });
for (const { name, embeddings } of known) {
  await gallery.enrol(
    name,
    embeddings.slice(0, enrolled).map((embedding) => ({ embedding })),
  );
}
const knownProbes = known.flatMap(({ name, embeddings }) =>
  embeddings.slice(enrolled).map((embedding) => ({ name, embedding })),
);
const unknownProbes = unknown.flatMap(({ embeddings }) => embeddings);
say(`pack ${pack}: ${known.length} people with ${enrolled} images each are enrolled`);
say(`${knownProbes.length} probes of them, ${unknownProbes.length} of unknown people`);

/** The smaller the false accept rate, the surer; its logarithm keeps the differences of the surest. */
const scoreOf = (prediction: Prediction): number =>
  prediction.falseAcceptRate === undefined ? -prediction.distance : -Math.log(prediction.falseAcceptRate);
const rankIn = ({ candidates }: Prediction, name: string): number => {
  const place = candidates.findIndex((candidate) => candidate.name === name);
  return place < 0 ? Infinity : place + 1;
};

const calibration = await packCalibration(pack);
for (const [title, options] of [
  ['nearest example, no calibration', {}],
  ['calibrated (the default)', { calibration }],
] as const) {
  const classifier = await galleryClassifier(gallery, options);
  const start = performance.now();
  const knownAnswers = knownProbes.map(({ embedding }) => classifier.predict(embedding));
  const unknownAnswers = unknownProbes.map((embedding) => classifier.predict(embedding));
  const probes = knownProbes.length + unknownProbes.length;
  const msEach = (performance.now() - start) / probes;
  const report = identificationReport(
    {
      ranks: knownAnswers.map((answer, i) => rankIn(answer, knownProbes[i]!.name)),
      knownScores: knownAnswers.map(scoreOf),
      unknownScores: unknownAnswers.map(scoreOf),
    },
    [0.01, 0.003, 0.001],
  );
  say(`\n${title} (${msEach.toFixed(2)} ms a probe)`);
  const match = Array.from(report.cumulativeMatch, (share) => percent(share));
  say(`rank 1 ${match[0]}, 5 ${match[4]}, 10 ${match[9]}`);
  for (const { falsePositiveRate, truePositiveRate } of report.points) {
    say(`TPIR ${percent(truePositiveRate)} at FPIR ${percent(falsePositiveRate)}`);
  }
  if (calibration === undefined || !('calibration' in options)) continue;
  for (const maxFalseAccept of [0.05, 0.01, 0.001]) {
    const asked = await galleryClassifier(gallery, { calibration, maxFalseAccept });
    const named = unknownProbes.filter((embedding) => asked.predict(embedding).known).length;
    const right = knownProbes.filter(({ name, embedding }) => {
      const answer = asked.predict(embedding);
      return answer.known && answer.name === name;
    }).length;
    const { share, low, high } = proportion(named, unknownProbes.length);
    const kept = percent(right / knownProbes.length);
    say(
      `asked for ${percent(maxFalseAccept)}: ${percent(share)} of the unknown get a name (95 %: ${percent(low)} to ${percent(high)}), ${kept} of the known theirs`,
    );
  }
}
await gallery.close();
