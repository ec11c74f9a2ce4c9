import {
  checkOptions,
  squaredDistance,
  unit,
  type OptionSchema,
  type OptionsOf,
  type JsonNode,
} from '../kernel/index.ts';
import { unitMeans } from './class-means.ts';
import { exactFloat32s } from './exact-numbers.ts';
import { checkClassLabels, checkTrainingRows, countLabels } from './training-rows.ts';
import type { Model, Verdict } from './verdict.ts';

export const neighborWeights = ['uniform', 'distance'] as const;

/** Most neighbours that are taken unless asked for: scikit-learn's `n_neighbors`. */
const usualNeighbors = 5;

export const nearestNeighborsSchema = {
  neighbors: {
    type: 'number',
    integer: true,
    min: 0,
    default: 0,
    description:
      'Examples that vote; 0: as many as the person with the fewest has, at most 5. More than there are means all.',
  },
  weights: {
    type: 'choice',
    choices: neighborWeights,
    default: 'distance',
    description: 'distance: a vote weighs 1 / distance; uniform: all votes weigh the same.',
  },
} as const satisfies OptionSchema;

export type NearestNeighborsOptions = OptionsOf<typeof nearestNeighborsSchema>;

/**
 * The classes of the nearest examples vote. Probabilities are the shares of the vote, as scikit-learn's
 * `KNeighborsClassifier.predict_proba` gives them. They are coarse: one neighbour always means
 * probability 1, also for a stranger, so it is the distance that tells whether the face is known.
 *
 * A person with fewer examples than there are votes would be outvoted by strangers; hence the default.
 */
export class NearestNeighbors {
  readonly options: NearestNeighborsOptions;

  /** @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN` */
  constructor(options: Partial<NearestNeighborsOptions> = {}) {
    this.options = checkOptions('NearestNeighbors', nearestNeighborsSchema, options);
  }

  /**
   * @param rows one dimension; kept as they are, not copied
   * @param labels class numbers 0…k−1, each present; one class is enough.
   * @throws VisageError `FIT_INVALID`
   */
  fit(rows: readonly Float32Array[], labels: ArrayLike<number>): FittedNearestNeighbors {
    checkTrainingRows('NearestNeighbors', rows, labels.length);
    const classCount = checkClassLabels('NearestNeighbors', labels);
    const { weights } = this.options;
    let { neighbors } = this.options;
    if (neighbors === 0) {
      neighbors = countLabels(labels, classCount).reduce(
        (fewest, count) => Math.min(fewest, count),
        usualNeighbors,
      );
    }
    return new FittedNearestNeighbors(rows, Uint32Array.from(labels), classCount, {
      neighbors: Math.min(neighbors, rows.length),
      weights,
    });
  }
}

/** Fitted {@link NearestNeighbors}. Distances are to the nearest example of the class. */
export class FittedNearestNeighbors implements Model {
  readonly kind = 'neighbors' as const;
  readonly examples: readonly Float32Array[];
  /** The class number of each example. */
  readonly labels: Uint32Array;
  readonly classCount: number;
  readonly options: NearestNeighborsOptions;
  #means: readonly Float32Array[] | undefined;

  constructor(
    examples: readonly Float32Array[],
    labels: Uint32Array,
    classCount: number,
    options: NearestNeighborsOptions,
  ) {
    this.examples = examples;
    this.labels = labels;
    this.classCount = classCount;
    this.options = options;
  }

  get means(): readonly Float32Array[] {
    this.#means ??= unitMeans(
      this.examples.map((example) => unit(example)),
      this.labels,
      this.classCount,
    );
    return this.#means;
  }

  /** Votes that tie go to the class whose nearest example is nearest, then to the lower example. */
  judge(unitEmbedding: Float32Array): Verdict {
    const { examples, squared } = this.#nearest(unitEmbedding);
    const probabilities = new Float64Array(this.classCount);
    // An example at the very place outweighs all others, as 1 / 0 would.
    const isHit = squared[0] === 0;
    let sum = 0;
    for (const [i, example] of examples.entries()) {
      let vote = 1;
      if (this.options.weights === 'distance') {
        vote = isHit ? Number(squared[i] === 0) : 1 / Math.sqrt(squared[i]!);
      }
      probabilities[this.labels[example]!]! += vote;
      sum += vote;
    }
    for (let c = 0; c < this.classCount; c++) probabilities[c]! /= sum;
    let winner = 0;
    for (let i = 1; i < examples.length; i++) {
      const [here, best] = [this.labels[examples[i]!]!, this.labels[examples[winner]!]!];
      if (probabilities[here]! > probabilities[best]!) winner = i;
    }
    return {
      classNumber: this.labels[examples[winner]!]!,
      probabilities,
      distance: Math.sqrt(squared[winner]!),
    };
  }

  /** The nearest examples, nearest first; of equally near ones the lower. */
  #nearest(unitEmbedding: Float32Array): { examples: Uint32Array; squared: Float64Array } {
    const { neighbors } = this.options;
    const examples = new Uint32Array(neighbors);
    const squared = new Float64Array(neighbors).fill(Infinity);
    for (let example = 0; example < this.examples.length; example++) {
      const value = squaredDistance(this.examples[example]!, unitEmbedding);
      if (value >= squared[neighbors - 1]!) continue;
      let at = neighbors - 1;
      for (; at > 0 && squared[at - 1]! > value; at--) {
        squared[at] = squared[at - 1]!;
        examples[at] = examples[at - 1]!;
      }
      squared[at] = value;
      examples[at] = example;
    }
    return { examples, squared };
  }

  toJSON(): { neighbors: number; weights: string; labels: number[]; examples: number[][] } {
    const { neighbors, weights } = this.options;
    return {
      neighbors,
      weights,
      labels: Array.from(this.labels),
      examples: this.examples.map(exactFloat32s),
    };
  }

  static fromJSON(json: JsonNode, classCount: number, dimension: number): FittedNearestNeighbors {
    const labels = json
      .at('labels')
      .items()
      .map((label) => label.integer(0, classCount - 1));
    if (new Set(labels).size !== classCount)
      json.at('labels').fail(`an example of each of ${classCount} classes`);
    const examples = json
      .at('examples')
      .items(labels.length)
      .map((example) => example.float32s(dimension));
    return new FittedNearestNeighbors(examples, Uint32Array.from(labels), classCount, {
      neighbors: json.at('neighbors').integer(1, labels.length),
      weights: json.at('weights').choice(neighborWeights),
    });
  }
}
