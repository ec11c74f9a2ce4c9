import {
  checkOptions,
  Random,
  squaredDistance,
  unit,
  type OptionSchema,
  type OptionsOf,
  type JsonNode,
} from '../kernel/index.ts';
import { readMeans, sumClasses, writeMeans, type ClassSums } from './class-means.ts';
import type { Watch } from './svc/index.ts';
import { checkClassLabels, checkTrainingRows, stopIfAborted } from './training-rows.ts';
import { indexOfLargest, type Model, type Verdict } from './verdict.ts';

export const nearestMeanSchema = {
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description:
      'Distance beyond which two faces count as two people; sets the scale where no two faces of a person are there to measure it.',
  },
  seed: {
    type: 'number',
    integer: true,
    min: 0,
    max: 0xffffffff,
    default: 0,
    description: 'Seed of the choice of faces that measure the scale, where there are very many.',
  },
} as const satisfies OptionSchema;

export type NearestMeanOptions = OptionsOf<typeof nearestMeanSchema>;

/** Distances kept while the scale is fitted: 16 MB. With more faces × people a seeded part of the faces is used. */
const calibrationDistances = 2_000_000;

/**
 * The class whose unit mean is nearest. Probabilities are the softmax of −scale · squared distance: what
 * Bayes' rule gives for equally likely, equally round (isotropic Gaussian) classes, scale = 1 / 2σ².
 *
 * The scale is learned, not chosen: it minimises the log loss of faces judged by means that were taken
 * without them (leave-one-out). As in Platt scaling the targets are smoothed by the rule of succession,
 * (n + 1) / (n + 2) for the right class of n faces, or a perfect separation would ask for certainty. Where
 * no person has two faces there is nothing to learn from; the scale is then 1 / maxDistance².
 */
export class NearestMean {
  readonly options: NearestMeanOptions;

  /** @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN` */
  constructor(options: Partial<NearestMeanOptions> = {}) {
    this.options = checkOptions('NearestMean', nearestMeanSchema, options);
  }

  /**
   * @param rows of unit length (or zero), one dimension
   * @param labels class numbers 0…k−1, each present; one class is enough.
   * @throws VisageError `FIT_INVALID`, `INTERRUPTED`
   */
  fit(rows: readonly Float32Array[], labels: ArrayLike<number>, watch: Watch = {}): FittedNearestMean {
    checkTrainingRows('NearestMean', rows, labels.length);
    const classCount = checkClassLabels('NearestMean', labels);
    const classes = sumClasses(rows, labels, classCount);
    const means = classes.sums.map((sum) => unit(sum));
    const fallback = 1 / this.options.maxDistance ** 2;
    const held = classCount === 1 ? undefined : this.#leaveOneOut(rows, labels, classes, means, watch);
    const scale = held === undefined ? fallback : fitScale(held, classCount, fallback);
    return new FittedNearestMean(means, scale);
  }

  /** For each face of a person who has more: its squared distance to every class, the right class first. */
  #leaveOneOut(
    rows: readonly Float32Array[],
    labels: ArrayLike<number>,
    { sums, counts }: ClassSums,
    means: readonly Float32Array[],
    { progress, signal }: Watch,
  ): Float64Array | undefined {
    const limit = Math.max(1, Math.floor(calibrationDistances / means.length));
    const usable = Array.from(rows.keys()).filter((row) => counts[labels[row]!]! > 1);
    const chosen =
      usable.length <= limit
        ? usable
        : [...new Random(this.options.seed).fork('mean').permutation(usable.length).subarray(0, limit)]
            .map((at) => usable[at]!)
            .sort((a, b) => a - b);
    if (chosen.length === 0) return undefined;
    const distances = new Float64Array(chosen.length * means.length);
    let at = 0;
    for (const [done, row] of chosen.entries()) {
      if (done % 256 === 0) {
        stopIfAborted(signal);
        progress?.({ stage: 'fitting probabilities', done, total: chosen.length });
      }
      const embedding = rows[row]!;
      const own = labels[row]!;
      const others = unit(sums[own]!.map((value, j) => value - embedding[j]!));
      distances[at++] = squaredDistance(embedding, others);
      for (const [c, mean] of means.entries()) {
        if (c !== own) distances[at++] = squaredDistance(embedding, mean);
      }
    }
    return distances;
  }
}

/**
 * The scale ≥ 0 of least log loss. The loss is convex in it, so its derivative has one zero: Newton's method,
 * kept between bounds that close in on it.
 * @param distances rows of k squared distances, the right class first
 */
function fitScale(distances: Float64Array, classCount: number, start: number): number {
  const rows = distances.length / classCount;
  const rightTarget = (rows + 1) / (rows + 2);
  const wrongTarget = 1 / (rows + 2) / (classCount - 1);
  const powers = new Float64Array(classCount);
  /** First and second derivative of the mean loss. */
  const slopes = (scale: number): [number, number] => {
    let [first, second] = [0, 0];
    for (let at = 0; at < distances.length; at += classCount) {
      let nearest = Infinity;
      for (let c = 0; c < classCount; c++) nearest = Math.min(nearest, distances[at + c]!);
      let [sum, weighted, squared, target] = [0, 0, 0, 0];
      for (let c = 0; c < classCount; c++) {
        // Measured from the nearest one: no power overflows.
        const excess = distances[at + c]! - nearest;
        powers[c] = Math.exp(-scale * excess);
        sum += powers[c]!;
        weighted += powers[c]! * excess;
        squared += powers[c]! * excess * excess;
        target += (c === 0 ? rightTarget : wrongTarget) * excess;
      }
      const mean = weighted / sum;
      first += target - mean;
      second += squared / sum - mean * mean;
    }
    return [first / rows, second / rows];
  };

  if (slopes(0)[0] >= 0) {
    // Distances say nothing (all are equal), or the opposite of what they should.
    return slopes(0)[1] === 0 ? start : 0;
  }
  let [low, high] = [0, start];
  while (slopes(high)[0] < 0 && high < 1e6) [low, high] = [high, high * 2];
  let scale = (low + high) / 2;
  // Bisection alone would be exact to a double's digits in 60 steps; Newton needs a handful.
  for (let step = 0; step < 60; step++) {
    const [first, second] = slopes(scale);
    if (first < 0) low = scale;
    else high = scale;
    const newton = scale - first / second;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - scale) <= 1e-12 * scale) return next;
    scale = next;
  }
  return scale;
}

/** Fitted {@link NearestMean}. Distances are to the unit mean of the class. */
export class FittedNearestMean implements Model {
  readonly kind = 'mean' as const;
  /** One a class, of unit length (or zero). */
  readonly means: readonly Float32Array[];
  /** Factor on squared distances in the softmax. */
  readonly scale: number;

  constructor(means: readonly Float32Array[], scale: number) {
    this.means = means;
    this.scale = scale;
  }

  judge(unitEmbedding: Float32Array): Verdict {
    const squared = Float64Array.from(this.means, (mean) => squaredDistance(mean, unitEmbedding));
    const classNumber = indexOfLargest(squared.map((value) => -value));
    const nearest = squared[classNumber]!;
    const powers = squared.map((value) => Math.exp(this.scale * (nearest - value)));
    const sum = powers.reduce((a, b) => a + b, 0);
    return {
      classNumber,
      probabilities: powers.map((power) => power / sum),
      distance: Math.sqrt(nearest),
    };
  }

  toJSON(): { scale: number; means: number[][] } {
    return { scale: this.scale, means: writeMeans(this.means) };
  }

  static fromJSON(json: JsonNode, classCount: number, dimension: number): FittedNearestMean {
    return new FittedNearestMean(readMeans(json, classCount, dimension), json.at('scale').number(0, 1e7));
  }
}
