import {
  checkOptions,
  Random,
  type OptionSchema,
  type OptionsOf,
  type JsonNode,
} from '../../kernel/index.ts';
import { stratifiedFolds } from '../stratified-folds.ts';
import type { Watch } from '../svc/index.ts';
import { fitSigmoid, sigmoidAt, type Sigmoid } from '../svc/sigmoid.ts';
import { countLabels, stopIfAborted } from '../training-rows.ts';
import { FittedLinearSVC, OneVersusRest, type LinearSVC, type RestSolution } from './linear-svc.ts';

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
 * @throws VisageError `FIT_INVALID`, `OPTION_INVALID`, `INTERRUPTED`
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
  const counts = countLabels(labels, problems.classCount);
  const hasSingles = counts.includes(1);
  const everyRow = Uint32Array.from({ length: rows.length }, (_, i) => i);

  const weights: Float32Array[] = [];
  const intercepts = new Float64Array(problems.classCount);
  const sigmoids: (Sigmoid | undefined)[] = [];
  const pooled = new Decisions();
  const seen: RestSolution[] = [];
  let converged = true;
  for (let c = 0; c < problems.classCount; c++) {
    stopIfAborted(signal);
    const whole = problems.solve(c, everyRow);
    weights.push(Float32Array.from(whole.weights.subarray(0, problems.dimension)));
    intercepts[c] = problems.interceptOf(whole);
    converged &&= whole.converged;
    if (counts[c]! > 1) {
      const unseen = unseenDecisions(problems, c, whole, inside, outside);
      sigmoids.push(unseen.sigmoid());
      if (hasSingles) pooled.addAll(unseen);
    } else {
      sigmoids.push(undefined);
      seen.push(whole);
    }
    progress?.({ stage: 'training', done: c + 1, total: problems.classCount });
  }
  if (hasSingles) {
    if (seen.length === problems.classCount) {
      for (const [c, whole] of seen.entries()) {
        for (const row of everyRow) pooled.add(problems.decisionOf(whole, row), labels[row] === c);
      }
    }
    const shared = pooled.sigmoid();
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

/** Decision values by whether their row was of the class in question. */
class Decisions {
  readonly #positives: number[] = [];
  readonly #negatives: number[] = [];

  add(decision: number, isPositive: boolean): void {
    (isPositive ? this.#positives : this.#negatives).push(decision);
  }

  addAll(others: Decisions): void {
    for (const decision of others.#positives) this.#positives.push(decision);
    for (const decision of others.#negatives) this.#negatives.push(decision);
  }

  sigmoid(): Sigmoid {
    const values = Float64Array.from([...this.#positives, ...this.#negatives]);
    return fitSigmoid(values, values.length, this.#positives.length);
  }
}

/** Each row's decision value for class `c` by a solver that did not see it; rows without which the class has none are left out. */
function unseenDecisions(
  problems: OneVersusRest,
  c: number,
  whole: RestSolution,
  inside: readonly Uint32Array[],
  outside: readonly Uint32Array[],
): Decisions {
  const decisions = new Decisions();
  const { labels } = problems;
  for (const [f, held] of inside.entries()) {
    if (!outside[f]!.some((row) => labels[row] === c)) continue;
    // Where no support vector is held out the whole solution is already the answer: starting there is quick.
    const part = problems.solve(c, outside[f]!, whole);
    for (const row of held) decisions.add(problems.decisionOf(part, row), labels[row] === c);
  }
  return decisions;
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
    return this.probabilityOf(this.fitted.decisionValues(row));
  }

  /** The same from decision values that are there already. */
  probabilityOf(decisionValues: Float64Array): Float64Array {
    const values = decisionValues.map((decision, c) => {
      const { slope, offset } = this.sigmoids[c]!;
      return sigmoidAt(decision, slope, offset);
    });
    const sum = values.reduce((a, b) => a + b, 0);
    // As scikit-learn: where every sigmoid says 0, all classes are equally likely.
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
