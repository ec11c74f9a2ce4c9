import { distance, Random, type JsonNode } from '../kernel/index.ts';
import { readMeans, unitMeans, writeMeans } from './class-means.ts';
import { stratifiedFolds } from './stratified-folds.ts';
import { calibrateSVC, ProbabilisticSVC, SVC, type SVCOptions, type Watch } from './svc/index.ts';
import { countLabels } from './training-rows.ts';
import { indexOfLargest, type Model, type Verdict } from './verdict.ts';

/** Parts of the cross-validation, as in LIBSVM and scikit-learn. */
const folds = 5;

/** How faces come into the parts: each person's spread over all of them, or all shuffled, as LIBSVM does. */
export type CalibrationFolds = 'stratified' | 'shuffled';

/** Options of {@link SvmModel.fit}. */
export interface SvmModelOptions extends SVCOptions {
  readonly calibration?: CalibrationFolds;
}

/**
 * One-versus-one SVM: the class from the votes, as scikit-learn's `SVC.predict`, the probabilities from Platt
 * scaling and coupling, as its `predict_proba`. Distances are to the unit mean of the class.
 */
export class SvmModel implements Model {
  readonly kind = 'svm' as const;
  readonly svc: ProbabilisticSVC;
  readonly means: readonly Float32Array[];

  constructor(svc: ProbabilisticSVC, means: readonly Float32Array[]) {
    this.svc = svc;
    this.means = means;
  }

  /**
   * Calibrates on stratified folds, so that each person has faces outside every fold. (LIBSVM's plain
   * shuffling can hold all faces of a person out at once and then takes ±1 for their decision values,
   * which turns the sigmoid round.) A person with one face stands twice in the calibration, in two folds.
   * `shuffled` is that plain shuffling.
   *
   * Balanced, the probabilities are those of people who are equally likely to be met: a sigmoid learns
   * the odds of the faces it saw, N₁ : N₂, and Bayes' rule takes them out of its offset again.
   * @param rows of unit length (or zero); at least two classes
   * @throws VisageError `FIT_INVALID`, `OPTION_INVALID`, `INTERRUPTED`
   */
  static fit(
    rows: readonly Float32Array[],
    labels: Uint32Array,
    classCount: number,
    { calibration = 'stratified', ...options }: SvmModelOptions,
    seed: number,
    watch: Watch,
  ): SvmModel {
    const svc = new SVC(options);
    const fitted = svc.fit(rows, labels, undefined, watch);
    const means = unitMeans(rows, labels, classCount);
    if (calibration === 'shuffled') {
      return new SvmModel(calibrateSVC(svc, fitted, rows, labels, { folds, seed, ...watch }), means);
    }
    const single = countLabels(labels, classCount).map((count) => Number(count === 1));
    const twice = Array.from(labels.keys()).filter((row) => single[labels[row]!]);
    const calibrationRows = rows.concat(twice.map((row) => rows[row]!));
    const calibrationLabels = Uint32Array.from([...labels, ...twice.map((row) => labels[row]!)]);
    const calibrated = calibrateSVC(svc, fitted, calibrationRows, calibrationLabels, {
      folds,
      seed,
      foldOf: stratifiedFolds(calibrationLabels, folds, new Random(seed).fork('folds')),
      ...watch,
    });
    if (options.classWeight !== 'balanced') return new SvmModel(calibrated, means);
    const counts = countLabels(calibrationLabels, classCount);
    const { slopes, offsets } = calibrated.sigmoids;
    const evenOffsets = offsets.slice();
    for (let i = 0, pair = 0; i < classCount; i++) {
      for (let j = i + 1; j < classCount; j++) evenOffsets[pair++]! += Math.log(counts[i]! / counts[j]!);
    }
    return new SvmModel(new ProbabilisticSVC(fitted, { slopes, offsets: evenOffsets }), means);
  }

  judge(unitEmbedding: Float32Array): Verdict {
    const { fitted } = this.svc;
    const decisions = fitted.decisionValues(unitEmbedding);
    const classNumber = indexOfLargest(fitted.votes(decisions));
    return {
      classNumber,
      probabilities: this.svc.probabilityOf(decisions),
      distance: distance(this.means[classNumber]!, unitEmbedding),
    };
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return { ...this.svc.toJSON(), means: writeMeans(this.means) };
  }

  static fromJSON(json: JsonNode, classCount: number, dimension: number): SvmModel {
    const svc = ProbabilisticSVC.fromJSON(json.value);
    if (svc.fitted.classCount !== classCount)
      json.at('svc').at('supportCounts').fail(`${classCount} classes`);
    if (svc.fitted.dimension !== dimension) json.at('svc').at('dimension').fail(String(dimension));
    return new SvmModel(svc, readMeans(json, classCount, dimension));
  }
}
