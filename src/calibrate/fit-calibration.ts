import { isFiniteVector, type ProgressListener, Random, unit, visageError } from '../kernel/index.ts';
import { type Calibration, type PersonTemplate, relativeDistance } from './calibration.ts';
import { crowdedScores, crowdWeight, expectedNext } from './crowd.ts';
import { fitFalseMatchCurve } from './false-match-curve.ts';
import { fitLogOdds } from './log-odds.ts';
import { fitSpacing } from './fit-spacing.ts';
import { evenSpacing, measuredSpacings, type Spacing, spacingAt } from './spacing.ts';

/** The faces of one person. */
export interface CalibrationPerson {
  readonly name: string;
  /** At least one embedding, of unit length or not. */
  readonly embeddings: readonly Float32Array[];
}

export interface FitCalibrationOptions {
  /** Name of the pack that made the embeddings. */
  readonly pack: string;
  /** What the people are, for people to read, e.g. the name of the folder. */
  readonly source: string;
  /** A calibration of the same pack from more people: with few people at hand its spacing is kept. */
  readonly base?: Calibration | undefined;
  /** Seed of the choice of faces and folds, where there are very many faces. */
  readonly seed?: number;
  readonly progress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

const owner = 'fitCalibration';
/** Faces of a person that are used, from the first: no person should count for many. */
const mostFacesEach = 10;
/** Faces that the spacing is measured on, and comparisons that are made, at most: some seconds each. */
const [mostFaces, mostComparisons] = [4000, 4_000_000];
/** People that a spacing of one's own takes: a number for each of the embedding's needs several faces. */
const peopleForSpacing = 200;
/** Fewer comparisons of one person, or people, say nothing. */
const [fewestSame, fewestPeople] = [5, 3];
const folds = 5;

/**
 * Learns from people whose faces are known what the distances of a pack mean. Each face of a person with more is
 * compared with the mean of the others, and every face with the means of the other people. Spacings are
 * predicted for each person by a model fitted on others (5 folds), so that comparisons are as those of new people.
 *
 * The same people in the same order give the same calibration.
 * @throws VisageError `FIT_INVALID` where the people are too few or their faces cannot be told apart; `INTERRUPTED`
 */
export function fitCalibration(
  people: readonly CalibrationPerson[],
  options: FitCalibrationOptions,
): Calibration {
  return calibrate(people, options).calibration;
}

/** A calibration with the scores that it was fitted to, both ascending. */
export interface CalibrationFit {
  readonly calibration: Calibration;
  /** Of faces with their own person, each person without that face. */
  readonly same: Float64Array;
  /** Of faces with other people. */
  readonly different: Float64Array;
}

/** As {@link fitCalibration}, with the scores. */
export function calibrate(
  given: readonly CalibrationPerson[],
  { pack, source, base, seed = 0, progress, signal }: FitCalibrationOptions,
): CalibrationFit {
  const people = checkPeople(given);
  const dimension = people[0]![0]!.length;
  const random = new Random(seed).fork('calibration');
  const faces = people.flat();
  const personOf = people.flatMap((own, person) => own.map(() => person));
  const say = (stage: string, done: number, total: number): void => {
    if (signal?.aborted) throw visageError('INTERRUPTED', { kept: 'nothing was kept of the calibration' });
    progress?.({ stage, done, total });
  };

  say('measuring how faces lie', 0, 1);
  const ownSpacing = people.length >= peopleForSpacing;
  const fitted = ownSpacing ? fitSpacings(faces, personOf, people.length, random) : undefined;
  const inherited = base?.dimension === dimension ? base.spacing : evenSpacing(dimension);
  const spacing = fitted?.whole ?? inherited;
  const spacingFor = (person: number): Spacing => fitted?.folds[fitted.foldOf[person]!] ?? inherited;

  const template = (own: readonly Float32Array[], person: number): PersonTemplate => {
    const mean = meanDirection(own);
    return { mean, spacing: spacingAt(spacingFor(person), mean), examples: own.length };
  };
  const templates = people.map(template);
  const kept = { spacing };
  const same: number[] = [];
  const perFace = Math.max(1, Math.min(people.length - 1, Math.floor(mostComparisons / faces.length)));
  const different = new Float64Array(perFace * faces.length);
  let at = 0;
  for (const [row, face] of faces.entries()) {
    if (row % 256 === 0) say('comparing faces', row, faces.length);
    const person = personOf[row]!;
    const here = spacingAt(spacingFor(person), face);
    const others = people[person]!.filter((other) => other !== face);
    if (others.length > 0) same.push(-relativeDistance(kept, face, here, template(others, person)));
    const chosen =
      perFace === people.length - 1
        ? templates.filter((_, other) => other !== person)
        : drawOthers(people.length, person, perFace, random).map((other) => templates[other]!);
    for (const other of chosen) different[at++] = -relativeDistance(kept, face, here, other);
  }

  const sameScores = Float64Array.from(same);
  const logOdds = fitLogOdds(sameScores, different);
  if (!(logOdds.slope > 1e-6)) {
    fail(
      'the faces of one person are no nearer to one another than to those of others',
      'Look whether the photos lie in the folders of the right people.',
    );
  }
  const sorted = different.slice();
  const falseMatches = fitFalseMatchCurve(sorted);
  // The others that a face was compared with are its gallery.
  const crowdedMatches =
    crowdWeight(perFace) < 1
      ? undefined
      : fitFalseMatchCurve(inCrowds(different, perFace, expectedNext(falseMatches, perFace)));
  const calibration = {
    pack,
    dimension,
    source,
    people: people.length,
    faces: faces.length,
    comparisons: { same: same.length, different: different.length },
    spacing,
    falseMatches,
    ...(crowdedMatches !== undefined && { crowdedMatches }),
    logOdds,
  };
  return { calibration, same: sameScores.sort(), different: sorted };
}

/** The scores of face after face, `perFace` of each, as they are in a crowd. */
function inCrowds(scores: Float64Array, perFace: number, usual: number): Float64Array {
  const crowded = new Float64Array(scores.length);
  for (let from = 0; from < scores.length; from += perFace) {
    crowded.set(crowdedScores(scores.subarray(from, from + perFace), usual, 1), from);
  }
  return crowded;
}

function fail(reason: string, advice: string): never {
  throw visageError('FIT_INVALID', { owner, reason, advice });
}

/** Unit embeddings of each person, the first few. */
function checkPeople(given: readonly CalibrationPerson[]): Float32Array[][] {
  const advice = `Give photos of at least ${fewestPeople} people, most of them with several photos each.`;
  if (given.length < fewestPeople)
    fail(`there ${given.length === 1 ? 'is 1 person' : `are ${given.length} people`}`, advice);
  const dimension = given[0]!.embeddings[0]?.length ?? 0;
  let same = 0;
  const people = given.map(({ name, embeddings }) => {
    if (embeddings.length === 0) fail(`${name} has no faces`, 'Leave this person out.');
    if (embeddings.length > 1) same += Math.min(embeddings.length, mostFacesEach);
    return embeddings.slice(0, mostFacesEach).map((embedding) => {
      if (embedding.length !== dimension || dimension === 0) {
        fail(
          `a face of ${name} has ${embedding.length} numbers and the first one ${dimension}`,
          'Make all embeddings with one pack.',
        );
      }
      if (!isFiniteVector(embedding)) {
        fail(
          `a face of ${name} holds a number that is not finite`,
          'Leave this face out or make its embedding again.',
        );
      }
      return unit(embedding);
    });
  });
  if (same < fewestSame) fail(`only ${same} faces can be compared with another of the same person`, advice);
  return people;
}

interface Spacings {
  readonly whole: Spacing;
  /** Each fitted without the people of its fold. */
  readonly folds: readonly Spacing[];
  readonly foldOf: Uint32Array;
}

function fitSpacings(
  faces: readonly Float32Array[],
  personOf: readonly number[],
  people: number,
  random: Random,
): Spacings {
  const rows =
    faces.length <= mostFaces
      ? Array.from(faces.keys())
      : Array.from(random.permutation(faces.length).subarray(0, mostFaces)).sort((a, b) => a - b);
  const chosen = rows.map((row) => faces[row]!);
  const owners = rows.map((row) => personOf[row]!);
  const measured = measuredSpacings(chosen, owners);
  const foldOf = random.permutation(people).map((place) => place % folds);
  const all = Array.from(chosen.keys());
  return {
    whole: fitSpacing(chosen, measured, all),
    folds: Array.from({ length: folds }, (_, fold) =>
      fitSpacing(
        chosen,
        measured,
        all.filter((row) => foldOf[owners[row]!] !== fold),
      ),
    ),
    foldOf,
  };
}

function meanDirection(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(rows[0]!.length);
  for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i]! += row[i]!;
  return unit(sum);
}

/** So many of the people, without `person` and without order, each at most once. */
function drawOthers(people: number, person: number, count: number, random: Random): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const other = random.integer(people);
    if (other !== person) drawn.add(other);
  }
  return [...drawn];
}
