import { JsonNode, JsonProblem, squaredDistance, visageError } from '../kernel/index.ts';
import type { FalseMatchCurve } from './false-match-curve.ts';
import type { LogOdds } from './log-odds.ts';
import { spacingAt, type Spacing, type SpacingBend } from './spacing.ts';

/**
 * What the distances of a pack mean, learned from people whose faces are known: plain data. It holds statistics
 * over many people and no face of any of them.
 *
 * Scores are negative relative distances, see {@link relativeDistance}.
 */
export interface Calibration {
  /** Name of the pack whose embeddings it holds for. */
  readonly pack: string;
  /** Numbers per embedding. */
  readonly dimension: number;
  /** What it was fitted on, for people to read. */
  readonly source: string;
  readonly people: number;
  readonly faces: number;
  /** How many comparisons of a face with its own person, and with another, it rests on. */
  readonly comparisons: { readonly same: number; readonly different: number };
  readonly spacing: Spacing;
  /** How often a stranger's face scores so with one person. */
  readonly falseMatches: FalseMatchCurve;
  /**
   * The same of scores weighed by how near the next people are, see `crowdedScores`: what counts in large
   * galleries. Absent where too few people were compared, and in files from before there was such a thing.
   */
  readonly crowdedMatches?: FalseMatchCurve | undefined;
  /** From a score to the log-odds that it is the person, both being equally likely beforehand. */
  readonly logOdds: LogOdds;
}

/** A person as faces are compared with it. */
export interface PersonTemplate {
  /** Mean of the unit embeddings of the examples, brought to unit length. */
  readonly mean: Float32Array;
  /** Spacing at the mean. */
  readonly spacing: number;
  /** How many examples there are, from 1. */
  readonly examples: number;
}

export const personTemplate = (
  calibration: Pick<Calibration, 'spacing'>,
  mean: Float32Array,
  examples: number,
): PersonTemplate => ({ mean, spacing: spacingAt(calibration.spacing, mean), examples });

/**
 * The share of what varies between two photos of a person that the mean of many examples leaves out. A mean is
 * nearer to every face than one example is, also to those of strangers: without regard to that, people with many
 * examples attract them. Chosen among 0, 0.25, 0.5 and 1 on LFW's people with 2 to 4 images.
 */
const averagedShare = 0.5;

/**
 * The Euclidean distance from a face to a person's mean, as if there were one example and as if faces lay as far
 * apart there as they do on average: divided by what more examples take off, and by the mean spacing of the two
 * in shares of the usual one.
 * @param spacing that of the face, see {@link spacingAt}
 */
export function relativeDistance(
  calibration: Pick<Calibration, 'spacing'>,
  embedding: Float32Array,
  spacing: number,
  person: PersonTemplate,
): number {
  const averaging = Math.sqrt((1 + averagedShare / person.examples) / (1 + averagedShare));
  const crowding = (spacing + person.spacing) / (2 * calibration.spacing.mean);
  return Math.sqrt(squaredDistance(embedding, person.mean)) / (averaging * crowding);
}

/**
 * The smallest false accept rate, of one face and one person, that the data can speak of: where none of n pairs
 * of people is confused, the true share is below 3/n with 95 % confidence (rule of three). Pairs of people count,
 * not of photos, for two photos of a person are confused with the same others.
 */
export function leastFalseAcceptRate({ people }: Pick<Calibration, 'people'>): number {
  return Math.min(1, 3 / ((people * (people - 1)) / 2));
}

/** As JSON that {@link readCalibration} reads. */
export function calibrationToJSON(calibration: Calibration): unknown {
  const { spacing, falseMatches, crowdedMatches, ...rest } = calibration;
  return {
    format: 'visage-calibration',
    version: 2,
    ...rest,
    spacing: {
      ...spacing,
      weights: Array.from(spacing.weights, shortest),
      bends: spacing.bends.map(({ strength, direction }) => ({
        strength,
        direction: Array.from(direction, shortest),
      })),
    },
    falseMatches,
    ...(crowdedMatches !== undefined && { crowdedMatches }),
  };
}

/** A float32 with the fewest digits that bring it back. */
function shortest(value: number): number {
  for (const digits of [6, 7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Ends with a `JsonProblem` that says where something is wrong. */
export function readCalibration(json: JsonNode): Calibration {
  json.at('format').choice(['visage-calibration']);
  const version = json.at('version').integer(1, 2);
  const dimension = json.at('dimension').integer(1);
  const counts = json.at('comparisons');
  const spacing = json.at('spacing');
  const odds = json.at('logOdds');
  return {
    pack: json.at('pack').text(),
    dimension,
    source: json.at('source').text(),
    people: json.at('people').integer(2),
    faces: json.at('faces').integer(2),
    comparisons: { same: counts.at('same').integer(1), different: counts.at('different').integer(1) },
    spacing: {
      weights: spacing.at('weights').float32s(dimension),
      // The first version had a linear spacing.
      bends:
        version === 1
          ? []
          : spacing
              .at('bends')
              .items()
              .map((bend) => readBend(bend, dimension)),
      offset: spacing.at('offset').number(),
      mean: spacing.at('mean').number(Number.MIN_VALUE),
    },
    falseMatches: readCurve(json.at('falseMatches')),
    ...(json.has('crowdedMatches') && { crowdedMatches: readCurve(json.at('crowdedMatches')) }),
    logOdds: { slope: odds.at('slope').number(Number.MIN_VALUE), offset: odds.at('offset').number() },
  };
}

const readBend = (bend: JsonNode, dimension: number): SpacingBend => ({
  strength: bend.at('strength').number(),
  direction: bend.at('direction').float32s(dimension),
});

function readCurve(curve: JsonNode): FalseMatchCurve {
  const points = curve.at('scores').items().length;
  if (points === 0) curve.at('scores').fail('at least one score');
  const scores = curve.at('scores').numbers(points);
  const logRates = curve.at('logRates').numbers(points);
  for (let i = 1; i < points; i++) {
    if (scores[i]! <= scores[i - 1]!) curve.at('scores').items()[i]!.fail('more than the score before');
    if (logRates[i]! >= logRates[i - 1]!) curve.at('logRates').items()[i]!.fail('less than the rate before');
  }
  if (logRates[0] !== 0) curve.at('logRates').items()[0]!.fail('0');
  return { scores, logRates, tailScale: curve.at('tailScale').number(Number.MIN_VALUE) };
}

/**
 * Reads the text of a calibration file and checks all of it.
 * @param path only for messages
 * @throws VisageError `FORMAT_INVALID`
 */
export function calibrationFromText(text: string, path: string): Calibration {
  try {
    return readCalibration(new JsonNode(JSON.parse(text.replace(/^\uFEFF/, ''))));
  } catch (thrown) {
    if (!(thrown instanceof JsonProblem || thrown instanceof SyntaxError)) throw thrown;
    throw visageError('FORMAT_INVALID', { path, format: 'calibration', reason: thrown.message }, thrown);
  }
}
