import { checkOptions, Random, type OptionSchema, type OptionsOf } from '../../kernel/index.ts';
import type { JsonNode } from '../json-node.ts';
import { stratifiedFolds } from '../stratified-folds.ts';
import {
  FittedLinearSVC,
  OneVersusRest,
  type LinearSVC,
  type RestSolution,
  type Watch,
} from './linear-svc.ts';
import { fitSigmoid, sigmoidProbability, type Sigmoid } from './sigmoid.ts';

export const calibrationSchema = {
  folds: {
    type: 'number',
    integer: true,
    min: 2,
    default: 5,
    description: 'Parts of the cross-validation (5 as in LIBSVM and scikit-learn).',
  },
  seed: {
    type: 'number',
    integer: true,
    min: 0,
    max: 0xffffffff,
    default: 0,
    description: 'Seed of the parting into folds.',
  },
} as const satisfies OptionSchema;

export interface CalibrationOptions extends Partial<OptionsOf<typeof calibrationSchema>>, Watch {
  /** The fold of each row, to be used instead of seeded stratified folds. */
  readonly foldOfRow?: ArrayLike<number> | undefined;
}

/**
 * Fits on all rows, and gives the fit probabilities: for every class a Platt sigmoid on decision values
 * of rows that the solver had not seen (k-fold cross-validation); the sigmoids' values are then
 * divided by their sum. The same as scikit-learn's `CalibratedClassifierCV(method='sigmoid',
 * ensemble=False)`, which does it so (Zadrozny and Elkan, 2002).
 *
 * A class with a single row has no unseen rows to learn from: it takes the sigmoid of all other
 * classes' decisions together; where every class has a single row, that of the decisions on the rows
 * themselves, which are seen ones and make the probabilities optimistic.
 * @param rows equally long, finite
 * @param labels class numbers 0…k−1, each present; at least two classes
 * @throws VisageError `FIT_INVALID`, `OPTION_INVALID`; the reason of `signal`
 */
export function fitCalibratedLinearSVC(
  svc: LinearSVC,
  rows: readonly Float32Array[],
  labels: ArrayLike<number>,
  { progress, signal, foldOfRow, ...given }: CalibrationOptions = {},
): CalibratedLinearSVC {
  const { folds, seed } = checkOptions('LinearSVC calibration', calibrationSchema, given);
  const problems = new OneVersusRest(svc.options, rows, labels);
  const fold = foldOfRow ?? stratifiedFolds(labels, folds, new Random(seed).fork('folds'));
  const { inside, outside } = splitRows(rows.length, fold);
  const counts = new Uint32Array(problems.classCount);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  const hasSingles = counts.includes(1);
  const everyRow = Uint32Array.from({ length: rows.length }, (_, i) => i);

  const weights: Float32Array[] = [];
  const intercepts = new Float64Array(problems.classCount);
  const sigmoids: (Sigmoid | undefined)[] = [];
  const [pooledDecisions, pooledPositives]: [number[], boolean[]] = [[], []];
  const pool = (decisions: Float64Array, c: number): void => {
    for (const [row, decision] of decisions.entries()) {
      if (Number.isNaN(decision)) continue;
      pooledDecisions.push(decision);
      pooledPositives.push(labels[row] === c);
    }
  };
  const seen: RestSolution[] = [];
  let converged = true;
  for (let c = 0; c < problems.classCount; c++) {
    signal?.throwIfAborted();
    const whole = problems.solve(c, everyRow);
    weights.push(Float32Array.from(whole.weights.subarray(0, problems.dimension)));
    intercepts[c] = problems.interceptOf(whole);
    converged &&= whole.converged;
    if (counts[c]! > 1) {
      const decisions = unseenDecisions(problems, c, whole, inside, outside);
      sigmoids.push(fitSigmoidOf(decisions, labels, c));
      if (hasSingles) pool(decisions, c);
    } else {
      sigmoids.push(undefined);
      seen.push(whole);
    }
    progress?.({ stage: 'training', done: c + 1, total: problems.classCount });
  }
  if (hasSingles) {
    if (seen.length === problems.classCount) {
      for (const [c, whole] of seen.entries()) {
        pool(
          Float64Array.from(everyRow, (row) => problems.decisionOf(whole, row)),
          c,
        );
      }
    }
    const shared = fitSigmoid(pooledDecisions, pooledPositives);
    for (let c = 0; c < sigmoids.length; c++) sigmoids[c] ??= shared;
  }
  return new CalibratedLinearSVC(
    new FittedLinearSVC(weights, intercepts, converged),
    sigmoids as readonly Sigmoid[],
  );
}

/** The rows inside and outside each fold. */
function splitRows(
  rowCount: number,
  fold: ArrayLike<number>,
): { inside: Uint32Array[]; outside: Uint32Array[] } {
  const numbers = [...new Set(Array.from(fold))];
  const select = (keep: (f: number) => boolean): Uint32Array =>
    Uint32Array.from({ length: rowCount }, (_, i) => i).filter((i) => keep(fold[i]!));
  return {
    inside: numbers.map((number) => select((f) => f === number)),
    outside: numbers.map((number) => select((f) => f !== number)),
  };
}

/** Each row's decision value for class `c` by a solver that did not see it; NaN where the class had no other row. */
function unseenDecisions(
  problems: OneVersusRest,
  c: number,
  whole: RestSolution,
  inside: readonly Uint32Array[],
  outside: readonly Uint32Array[],
): Float64Array {
  const decisions = new Float64Array(problems.labels.length).fill(Number.NaN);
  for (const [f, held] of inside.entries()) {
    if (!outside[f]!.some((row) => problems.labels[row] === c)) continue;
    // Where no support vector is held out the whole solution is already the answer: starting there is quick.
    const part = problems.solve(c, outside[f]!, whole);
    for (const row of held) decisions[row] = problems.decisionOf(part, row);
  }
  return decisions;
}

function fitSigmoidOf(decisions: Float64Array, labels: ArrayLike<number>, c: number): Sigmoid {
  const rows = Array.from(decisions.keys()).filter((row) => !Number.isNaN(decisions[row]));
  return fitSigmoid(
    rows.map((row) => decisions[row]!),
    rows.map((row) => labels[row] === c),
  );
}

/** A linear SVM with probabilities. Never changes. */
export class CalibratedLinearSVC {
  readonly fitted: FittedLinearSVC;
  readonly sigmoids: readonly Sigmoid[];

  constructor(fitted: FittedLinearSVC, sigmoids: readonly Sigmoid[]) {
    this.fitted = fitted;
    this.sigmoids = sigmoids;
  }

  /** One probability a class; they sum to 1. */
  predictProbability(row: Float32Array): Float64Array {
    const values = this.fitted
      .decisionValues(row)
      .map((decision, c) => sigmoidProbability(this.sigmoids[c]!, decision));
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => (sum > 0 ? value / sum : 1 / values.length));
  }

  toJSON(): { converged: boolean; intercepts: number[]; sigmoids: number[][]; weights: number[][] } {
    return { sigmoids: this.sigmoids.map(({ slope, offset }) => [slope, offset]), ...this.fitted.toJSON() };
  }

  static fromJSON(json: JsonNode, classCount: number, dimension: number): CalibratedLinearSVC {
    const sigmoids = json
      .at('sigmoids')
      .items(classCount)
      .map((pair) => {
        const [slope, offset] = pair.numbers(2);
        return { slope: slope!, offset: offset! };
      });
    return new CalibratedLinearSVC(FittedLinearSVC.fromJSON(json, classCount, dimension), sigmoids);
  }
}
