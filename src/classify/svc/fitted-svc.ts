import { isFiniteVector, visageError, type Vector } from '../../kernel/index.ts';
import { readSVC, writeSVC, type SVCJSON } from './svc-json.ts';
import { evaluateKernel, type KernelFunction } from './kernel-function.ts';
import { pairCount, type PairMachines } from './one-vs-one.ts';
import type { TrainingSet } from './training-set.ts';

/** All that a fitted SVC knows; the arrays must not be changed. */
export interface SVCParameters {
  readonly kernelFunction: KernelFunction;
  readonly classCount: number;
  /** Numbers per row. */
  readonly dimension: number;
  /** Support vectors as indexes of the rows that were fitted, grouped by class. */
  readonly supportIndices: Int32Array;
  /** The rows themselves, one after the other: `supportIndices.length` × `dimension`. */
  readonly supportValues: Float64Array;
  /** Support vectors of each class. */
  readonly supportCounts: Int32Array;
  /**
   * yα of each support vector, `classCount − 1` rows laid out as libsvm's `sv_coef` and scikit-learn's
   * `dual_coef_`: for pair (i, j) the support vectors of i have theirs in row j − 1, those of j in row i.
   */
  readonly dualCoefficients: readonly Float64Array[];
  /** Per pair (0,1), (0,2), … (1,2), …; libsvm's −ρ. */
  readonly intercepts: Float64Array;
  /** Whether every pair reached the tolerance within `maxIterations`. */
  readonly converged: boolean;
  /** Whether the support vectors came as float32. */
  readonly isFloat32: boolean;
}

/** A support vector classifier that has learned. Never changes. */
export class FittedSVC implements SVCParameters {
  readonly kernelFunction: KernelFunction;
  readonly classCount: number;
  readonly dimension: number;
  readonly supportIndices: Int32Array;
  readonly supportValues: Float64Array;
  readonly supportCounts: Int32Array;
  readonly dualCoefficients: readonly Float64Array[];
  readonly intercepts: Float64Array;
  readonly converged: boolean;
  readonly isFloat32: boolean;
  /** Of a linear machine with few pairs: the weight vector of each pair, made when first needed. */
  #weights: Float64Array | undefined;
  /** The coefficients of the first pair, of the second and so on, one after the other; made when first needed. */
  #packed: Float64Array | undefined;
  readonly #kernelValues: Float64Array;
  readonly #row: Float64Array;

  constructor(parameters: SVCParameters) {
    this.kernelFunction = parameters.kernelFunction;
    this.classCount = parameters.classCount;
    this.dimension = parameters.dimension;
    this.supportIndices = parameters.supportIndices;
    this.supportValues = parameters.supportValues;
    this.supportCounts = parameters.supportCounts;
    this.dualCoefficients = parameters.dualCoefficients;
    this.intercepts = parameters.intercepts;
    this.converged = parameters.converged;
    this.isFloat32 = parameters.isFloat32;
    this.#kernelValues = new Float64Array(this.supportIndices.length);
    this.#row = new Float64Array(this.dimension);
  }

  /** Keeps the samples that support at least one pair. */
  static fromPairs(set: TrainingSet, kernelFunction: KernelFunction, machines: PairMachines): FittedSVC {
    const { classCount, dimension, isFloat32 } = set;
    const support: number[] = [];
    const supportCounts = new Int32Array(classCount);
    for (let c = 0; c < classCount; c++) {
      for (let s = set.classStart[c]!; s < set.classStart[c + 1]!; s++) {
        if (machines.coefficients.every((row) => row[s] === 0)) continue;
        support.push(s);
        supportCounts[c]!++;
      }
    }
    const supportValues = new Float64Array(support.length * dimension);
    for (const [at, s] of support.entries()) {
      supportValues.set(set.values.subarray(s * dimension, (s + 1) * dimension), at * dimension);
    }
    return new FittedSVC({
      kernelFunction,
      classCount,
      dimension,
      supportIndices: Int32Array.from(support, (s) => set.sourceIndex[s]!),
      supportValues,
      supportCounts,
      dualCoefficients: machines.coefficients.map((row) => Float64Array.from(support, (s) => row[s]!)),
      intercepts: machines.intercepts,
      converged: machines.converged,
      isFloat32,
    });
  }

  /** The support vectors, each a view of `dimension` numbers. */
  get supportVectors(): Float64Array[] {
    const { dimension, supportValues } = this;
    return Array.from(this.supportIndices, (_, s) =>
      supportValues.subarray(s * dimension, (s + 1) * dimension),
    );
  }

  /**
   * The decision value of every pair (i, j), i < j, in the order (0,1), (0,2), … (1,2), …: above 0 it
   * speaks for i, otherwise for j. This is libsvm's and scikit-learn's `decision_function_shape='ovo'`;
   * only for two classes does scikit-learn turn the sign round.
   * @throws VisageError `PREDICT_INVALID`
   */
  decisionValues(row: Vector): Float64Array {
    const { classCount, dimension, supportCounts } = this;
    if (row.length !== dimension || !isFiniteVector(row)) {
      const got = row.length === dimension ? 'NaN or infinity among them' : row.length;
      throw visageError('PREDICT_INVALID', { owner: 'SVC', allowed: dimension, got });
    }
    this.#row.set(row);
    const values = this.intercepts.slice();
    if (this.#predictsByWeights()) {
      this.#weights ??= this.#makeWeights();
      for (let pair = 0, at = 0; pair < values.length; pair++) {
        let sum = 0;
        for (let d = 0; d < dimension; d++) sum += this.#weights[at++]! * this.#row[d]!;
        values[pair]! += sum;
      }
      return values;
    }
    const kernelValues = this.#kernelValues;
    evaluateKernel(this.kernelFunction, this.#row, this.supportValues, kernelValues.length, kernelValues);
    this.#packed ??= this.#packCoefficients();
    const packed = this.#packed;
    for (let i = 0, pair = 0, start = 0, at = 0; i < classCount; start += supportCounts[i++]!) {
      const end = start + supportCounts[i]!;
      for (let j = i + 1, s = end; j < classCount; j++) {
        let sum = 0;
        let otherSum = 0;
        for (let own = start; own < end; own++) sum += packed[at++]! * kernelValues[own]!;
        for (const otherEnd = s + supportCounts[j]!; s < otherEnd; s++)
          otherSum += packed[at++]! * kernelValues[s]!;
        values[pair++]! += sum + otherSum;
      }
    }
    return values;
  }

  /** How many pairs each class wins, given {@link decisionValues}. */
  votes(decisionValues: Float64Array): Int32Array {
    const votes = new Int32Array(this.classCount);
    for (let i = 0, pair = 0; i < this.classCount; i++) {
      for (let j = i + 1; j < this.classCount; j++) votes[decisionValues[pair++]! > 0 ? i : j]!++;
    }
    return votes;
  }

  /**
   * The class with most votes; of several the lowest.
   * @throws VisageError `PREDICT_INVALID`
   */
  predict(row: Vector): number {
    const votes = this.votes(this.decisionValues(row));
    let winner = 0;
    for (let c = 1; c < votes.length; c++) if (votes[c]! > votes[winner]!) winner = c;
    return winner;
  }

  /** Complete and exact: {@link FittedSVC.fromJSON} gives a classifier with the same values to the last bit. */
  toJSON(): SVCJSON {
    return writeSVC(this);
  }

  /** @throws VisageError `CLASSIFIER_INVALID` */
  static fromJSON(json: unknown): FittedSVC {
    return new FittedSVC(readSVC(json));
  }

  /** Weight vectors cost pairs · dimension; support vectors dimension each, and one more for each pair. */
  #predictsByWeights(): boolean {
    if (this.kernelFunction.name !== 'linear') return false;
    const byWeights = this.intercepts.length * this.dimension;
    return byWeights <= this.supportIndices.length * (this.dimension + this.classCount - 1);
  }

  #packCoefficients(): Float64Array {
    const { classCount, supportCounts, dualCoefficients } = this;
    const packed = new Float64Array(this.supportIndices.length * (classCount - 1));
    let at = 0;
    for (let i = 0, start = 0; i < classCount; start += supportCounts[i++]!) {
      const end = start + supportCounts[i]!;
      for (let j = i + 1, otherStart = end; j < classCount; otherStart += supportCounts[j++]!) {
        packed.set(dualCoefficients[j - 1]!.subarray(start, end), at);
        at += supportCounts[i]!;
        packed.set(dualCoefficients[i]!.subarray(otherStart, otherStart + supportCounts[j]!), at);
        at += supportCounts[j]!;
      }
    }
    return packed;
  }

  #makeWeights(): Float64Array {
    const { classCount, dimension, supportCounts, supportValues, dualCoefficients } = this;
    const weights = new Float64Array(pairCount(classCount) * dimension);
    const starts = [0];
    for (const count of supportCounts) starts.push(starts.at(-1)! + count);
    let at = 0;
    const add = (coefficients: Float64Array, start: number, end: number): void => {
      for (let s = start; s < end; s++) {
        const coefficient = coefficients[s]!;
        if (coefficient === 0) continue;
        for (let d = 0; d < dimension; d++)
          weights[at + d]! += coefficient * supportValues[s * dimension + d]!;
      }
    };
    for (let i = 0; i < classCount; i++) {
      for (let j = i + 1; j < classCount; j++, at += dimension) {
        add(dualCoefficients[j - 1]!, starts[i]!, starts[i + 1]!);
        add(dualCoefficients[i]!, starts[j]!, starts[j + 1]!);
      }
    }
    return weights;
  }
}
