import { resolve } from 'node:path';
import {
  type CalibrationFit,
  type CalibrationPerson,
  calibrate,
  leastFalseAcceptRate,
  scoreAtFalseMatchRate,
} from '../../../calibrate/index.ts';
import { embedPhotos, type FaceChoice, hasFace, readPeople } from '../../../dataset/index.ts';
import { type Proportion, proportion } from '../../../evaluate/index.ts';
import type { Run } from '../../run.ts';
import { noteSkipped } from '../../skipped-photos.ts';
import { rounded } from '../../view/numbers.ts';
import { counted } from '../../view/units.ts';

export interface CalibrationRequest {
  readonly path: string;
  readonly pack: string;
  readonly workers: { readonly workers?: number };
  readonly face: FaceChoice;
  readonly dryRun: boolean;
  readonly seed: number;
}

/** What one false accept rate comes to with these people. */
interface RatePoint {
  readonly maxFalseAccept: number;
  /** The relative distance up to which a face is named, with one person known. */
  readonly distance: number;
  /** Pairs of people that are confused at it. */
  readonly strangersNamed: Proportion;
  /** Faces that are refused although they are of the person. */
  readonly ownRefused: Proportion;
}

const rates = [0.1, 0.01, 0.001, 0.0001];

/** `visage evaluate calibrate`: looks at the photos, fits, writes the calibration, says what it means. */
export async function runCalibration(run: Run, request: CalibrationRequest): Promise<void> {
  const { output, rooms, progress, signal } = run;
  const { path, pack: packName, workers, face, seed, dryRun } = request;
  const { folder, photos, skipped } = await readPeople(path);
  const { packCalibration, shippedCalibration, writePackCalibration } = await rooms.packs();
  const { openRecognizer } = await rooms.recognizer();
  await using recognizer = await openRecognizer({ pack: packName, ...workers });
  const pack = recognizer.pack.name;
  const embedded = await embedPhotos(photos, recognizer, {
    about: resolve(folder),
    choice: face,
    progress,
    signal,
  });
  const people = new Map<string, Float32Array[]>();
  let faceless = 0;
  for (const [i, photo] of embedded.photos.entries()) {
    if (!hasFace(photo)) {
      faceless++;
      continue;
    }
    const { person } = photos[i]!;
    people.set(person, [...(people.get(person) ?? []), photo.embedding]);
  }
  const given: CalibrationPerson[] = [...people].map(([name, embeddings]) => ({ name, embeddings }));
  // A file that cannot be read is no reason not to make a new one.
  const base = shippedCalibration(pack) ?? (await packCalibration(pack).catch(() => undefined));
  const source = `${given.length} people, photos of one's own`;
  const fit = calibrate(given, { pack, source, base, seed, progress, signal });
  const { calibration } = fit;
  const least = leastFalseAcceptRate(calibration);
  const points = rates.filter((rate) => rate >= least).map((rate) => pointAt(fit, rate));
  const file = dryRun ? null : await writePackCalibration(calibration);
  output.progress.end();
  noteSkipped(output, skipped);
  if (faceless > 0) output.note(`${counted(faceless, 'photo')} gave no face.`);

  const { same, different } = calibration.comparisons;
  await output.line(
    `${pack}: ${counted(calibration.people, 'person', 'people')}, ${counted(calibration.faces, 'face')}, ${same} comparisons of one person and ${different} of two`,
  );
  for (const rate of rates) {
    const point = points.find(({ maxFalseAccept }) => maxFalseAccept === rate);
    await output.line(point === undefined ? tooFew(rate, calibration.people) : inWords(point));
  }
  if (file === null) output.note('Nothing was written (--dry-run).');
  else
    output.note(
      `The calibration is in ${file}; galleries use it from now on, and classifiers that are trained from now on.`,
    );
  await output.document({
    pack,
    file,
    people: calibration.people,
    faces: calibration.faces,
    comparisons: calibration.comparisons,
    leastFalseAccept: Number(least.toPrecision(3)),
    rates: points.map(({ maxFalseAccept, distance, strangersNamed, ownRefused }) => ({
      maxFalseAccept,
      distance: rounded(distance, 4),
      strangersNamed: rateRecord(strangersNamed),
      ownRefused: rateRecord(ownRefused),
    })),
  });
}

function pointAt({ calibration, same, different }: CalibrationFit, maxFalseAccept: number): RatePoint {
  const score = scoreAtFalseMatchRate(calibration.falseMatches, Math.log(maxFalseAccept));
  const { people } = calibration;
  const pairs = (people * (people - 1)) / 2;
  const named = different.reduce((sum, value) => sum + Number(value >= score), 0) / different.length;
  const refused = same.reduce((sum, value) => sum + Number(value < score), 0);
  return {
    maxFalseAccept,
    distance: -score,
    // Photos of two people are confused together, so no more than the pairs of people count as trials.
    strangersNamed: proportion(Math.min(pairs, named * pairs), pairs),
    ownRefused: proportion(refused, same.length),
  };
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
const span = ({ low, high }: Proportion): string => `95 %: ${percent(low)} to ${percent(high)}`;

const inWords = ({ maxFalseAccept, distance, strangersNamed, ownRefused }: RatePoint): string =>
  `at ${percent(maxFalseAccept)} false accepts (${span(strangersNamed)}): distance ${distance.toFixed(2)}, ${percent(ownRefused.share)} of the right faces are refused (${span(ownRefused)})`;

/** n people make n(n − 1)/2 pairs, and 3 of them to be seen takes 3/rate. */
const tooFew = (rate: number, people: number): string =>
  `at ${percent(rate)} false accepts: needs ${Math.ceil((1 + Math.sqrt(1 + 24 / rate)) / 2)} people, there are ${people}`;

const rateRecord = ({ share, low, high }: Proportion): unknown => ({
  value: Number(share.toPrecision(4)),
  low: Number(low.toPrecision(4)),
  high: Number(high.toPrecision(4)),
});
