import {
  checkOptions,
  dot,
  Random,
  visageError,
  type OptionSchema,
  type OptionsOf,
  type JsonNode,
} from '../../kernel/index.ts';
import { exactFloat32s } from '../exact-numbers.ts';
import type { Watch } from '../svc/index.ts';
import {
  checkClassLabels,
  checkTrainingRows,
  countLabels,
  flatten,
  stopIfAborted,
} from '../training-rows.ts';
import { descend, type DualState } from './dual-coordinate-descent.ts';

/** Defaults are those of scikit-learn's `LinearSVC`. */
export const linearSVCSchema = {
  loss: {
    type: 'choice',
    choices: ['hinge', 'squared-hinge'],
    default: 'squared-hinge',
    description: 'What a row on the wrong side of its margin costs.',
  },
  C: {
    type: 'number',
    exclusiveMin: 0,
    default: 1,
    description: 'Weight of the loss against a wide margin.',
  },
  interceptScaling: {
    type: 'number',
    min: 0,
    default: 1,
    description: 'Constant appended to each row, which makes the intercept; 0 for no intercept.',
  },
  tolerance: {
    type: 'number',
    exclusiveMin: 0,
    default: 1e-4,
    description: 'Largest spread of the projected gradients at the end.',
  },
  maxIterations: {
    type: 'number',
    integer: true,
    min: 1,
    default: 1000,
    description: 'Passes over the rows after which a class is left as it is.',
  },
  shrinking: { type: 'boolean', default: true, description: 'Set rows aside that cannot move for now.' },
  classWeight: {
    type: 'choice',
    choices: ['none', 'balanced'],
    default: 'none',
    description: 'balanced: C of the rows of a class times rows / (classes · rows of the class).',
  },
  seed: {
    type: 'number',
    integer: true,
    min: 0,
    max: 0xffffffff,
    default: 0,
    description: 'Seed of the order in which the rows are visited.',
  },
} as const satisfies OptionSchema;

export type LinearSVCOptions = OptionsOf<typeof linearSVCSchema>;

/**
 * Linear support vector machine, one class against the rest: k problems for k classes, where
 * one-versus-one solves k(k−1)/2. Agrees with scikit-learn's `LinearSVC(dual=True)`, which runs
 * LIBLINEAR: the intercept is a weight on an appended constant and is regularised like the others.
 */
export class LinearSVC {
  readonly options: LinearSVCOptions;

  /** @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN` */
  constructor(options: Partial<LinearSVCOptions> = {}) {
    this.options = checkOptions('LinearSVC', linearSVCSchema, options);
  }

  /**
   * @param rows equally long, finite; usually of unit length.
   * @param labels class numbers 0…k−1, each present; at least two classes.
   * @throws VisageError `FIT_INVALID`, `INTERRUPTED`
   */
  fit(rows: readonly Float32Array[], labels: ArrayLike<number>, watch: Watch = {}): FittedLinearSVC {
    const problems = new OneVersusRest(this.options, rows, labels);
    const all = Uint32Array.from({ length: rows.length }, (_, i) => i);
    const weights: Float32Array[] = [];
    const intercepts = new Float64Array(problems.classCount);
    let converged = true;
    for (let c = 0; c < problems.classCount; c++) {
      stopIfAborted(watch.signal);
      const fitted = problems.solve(c, all);
      weights.push(Float32Array.from(fitted.weights.subarray(0, problems.dimension)));
      intercepts[c] = problems.interceptOf(fitted);
      converged &&= fitted.converged;
      watch.progress?.({ stage: 'training', done: c + 1, total: problems.classCount });
    }
    return new FittedLinearSVC(weights, intercepts, converged);
  }
}

/** A solution of one class against the rest. */
export interface RestSolution extends DualState {
  readonly converged: boolean;
}

/** The k two-class problems over one set of rows, solved on all of them or on a part. */
export class OneVersusRest {
  readonly classCount: number;
  readonly dimension: number;
  readonly labels: ArrayLike<number>;
  readonly #options: LinearSVCOptions;
  readonly #values: Float32Array;
  readonly #squaredNorms: Float64Array;
  readonly #classWeights: readonly number[];
  readonly #random: Random;

  /** @throws VisageError `FIT_INVALID` */
  constructor(options: LinearSVCOptions, rows: readonly Float32Array[], labels: ArrayLike<number>) {
    this.dimension = checkTrainingRows('LinearSVC', rows, labels.length);
    this.classCount = checkClassLabels('LinearSVC', labels);
    if (this.classCount < 2) {
      throw visageError('FIT_INVALID', {
        owner: 'LinearSVC',
        reason: 'all rows are of one class',
        advice: 'Give rows of at least two classes, or use the nearest mean.',
      });
    }
    this.labels = labels;
    this.#options = options;
    this.#values = flatten(rows, this.dimension);
    this.#squaredNorms = Float64Array.from(rows, (row) => dot(row, row));
    this.#random = new Random(options.seed).fork('linear');
    const counts = countLabels(labels, this.classCount);
    this.#classWeights = Array.from(counts, (count) =>
      options.classWeight === 'balanced' ? rows.length / (this.classCount * count) : 1,
    );
  }

  /**
   * Class `c` against the rest, on the rows `members`.
   * @param start a solution on other rows of the same problem; those that are members begin from it.
   */
  solve(c: number, members: Uint32Array, start?: DualState): RestSolution {
    const { C, loss, interceptScaling, tolerance, maxIterations, shrinking } = this.#options;
    const rowCount = this.#squaredNorms.length;
    const signs = new Int8Array(rowCount);
    for (let i = 0; i < rowCount; i++) signs[i] = this.labels[i] === c ? 1 : -1;
    const alphas = new Float64Array(rowCount);
    const weights = new Float64Array(this.dimension + 1);
    if (start !== undefined) {
      for (const row of members) {
        const alpha = start.alphas[row]!;
        if (alpha === 0) continue;
        alphas[row] = alpha;
        const step = alpha * signs[row]!;
        const offset = row * this.dimension;
        for (let j = 0; j < this.dimension; j++) weights[j]! += step * this.#values[offset + j]!;
        weights[this.dimension]! += step * interceptScaling;
      }
    }
    // As LIBLINEAR: among two classes both carry their weight, among more only the one that stands alone.
    const restWeight = this.classCount === 2 ? this.#classWeights[1 - c]! : 1;
    const converged = descend(
      {
        values: this.#values,
        dimension: this.dimension,
        squaredNorms: this.#squaredNorms,
        members,
        signs,
        costPositive: C * this.#classWeights[c]!,
        costNegative: C * restWeight,
      },
      {
        squaredHinge: loss === 'squared-hinge',
        bias: interceptScaling,
        tolerance,
        maxIterations,
        shrinking,
      },
      { alphas, weights },
      this.#random,
    );
    return { alphas, weights, converged };
  }

  /** The constant part of a solution's decision value. */
  interceptOf({ weights }: DualState): number {
    return weights[this.dimension]! * this.#options.interceptScaling;
  }

  /** The decision value of a solution for one of the rows. */
  decisionOf(solution: DualState, row: number): number {
    let sum = this.interceptOf(solution);
    const offset = row * this.dimension;
    for (let j = 0; j < this.dimension; j++) sum += solution.weights[j]! * this.#values[offset + j]!;
    return sum;
  }
}

/** Fitted {@link LinearSVC}. Never changes. */
export class FittedLinearSVC {
  /** One row of weights a class. */
  readonly weights: readonly Float32Array[];
  readonly intercepts: Float64Array;
  /** Whether every class reached the tolerance. */
  readonly converged: boolean;

  constructor(weights: readonly Float32Array[], intercepts: Float64Array, converged: boolean) {
    this.weights = weights;
    this.intercepts = intercepts;
    this.converged = converged;
  }

  /** One signed value a class; above 0 means "this class rather than the rest". */
  decisionValues(row: Float32Array): Float64Array {
    return Float64Array.from(this.weights, (weights, c) => dot(weights, row) + this.intercepts[c]!);
  }

  /** The class of the largest decision value; ties go to the lower class. */
  predict(row: Float32Array): number {
    const values = this.decisionValues(row);
    let best = 0;
    for (let c = 1; c < values.length; c++) if (values[c]! > values[best]!) best = c;
    return best;
  }

  toJSON(): { converged: boolean; intercepts: number[]; weights: number[][] } {
    return {
      converged: this.converged,
      intercepts: Array.from(this.intercepts),
      weights: this.weights.map(exactFloat32s),
    };
  }

  static fromJSON(json: JsonNode, classCount: number, dimension: number): FittedLinearSVC {
    return new FittedLinearSVC(
      json
        .at('weights')
        .items(classCount)
        .map((row) => row.float32s(dimension)),
      Float64Array.from(json.at('intercepts').numbers(classCount)),
      json.at('converged').boolean(),
    );
  }
}
