import { distance, type JsonNode } from '../kernel/index.ts';
import { readMeans, unitMeans, writeMeans } from './class-means.ts';
import { CalibratedLinearSVC, fitCalibratedLinearSVC } from './linear/calibrated-linear-svc.ts';
import { LinearSVC, type LinearSVCOptions } from './linear/linear-svc.ts';
import type { Watch } from './svc/index.ts';
import { countLabels } from './training-rows.ts';
import { indexOfLargest, type Model, type Verdict } from './verdict.ts';

/**
 * Linear SVM, one class against the rest: the class of the largest decision value, calibrated
 * probabilities. Distances are to the unit mean of the class.
 */
export class LinearModel implements Model {
  readonly kind = 'linear' as const;
  readonly svc: CalibratedLinearSVC;
  readonly means: readonly Float32Array[];

  constructor(svc: CalibratedLinearSVC, means: readonly Float32Array[]) {
    this.svc = svc;
    this.means = means;
  }

  /**
   * Balanced, the probabilities are those of people who are equally likely to be met: a sigmoid learns
   * the odds of the faces it saw, N : rest, and Bayes' rule turns them into 1 : k − 1.
   * @param rows of unit length (or zero); at least two classes
   * @throws VisageError `FIT_INVALID`, `OPTION_INVALID`, `INTERRUPTED`
   */
  static fit(
    rows: readonly Float32Array[],
    labels: Uint32Array,
    classCount: number,
    options: Partial<LinearSVCOptions>,
    seed: number,
    watch: Watch,
  ): LinearModel {
    const svc = fitCalibratedLinearSVC(new LinearSVC({ seed, ...options }), rows, labels, { seed, ...watch });
    const means = unitMeans(rows, labels, classCount);
    if (options.classWeight !== 'balanced') return new LinearModel(svc, means);
    const counts = countLabels(labels, classCount);
    const sigmoids = svc.sigmoids.map(({ slope, offset }, c) => ({
      slope,
      offset: offset + Math.log((counts[c]! * (classCount - 1)) / (labels.length - counts[c]!)),
    }));
    return new LinearModel(new CalibratedLinearSVC(svc.fitted, sigmoids), means);
  }

  judge(unitEmbedding: Float32Array): Verdict {
    const decisions = this.svc.fitted.decisionValues(unitEmbedding);
    const classNumber = indexOfLargest(decisions);
    return {
      classNumber,
      probabilities: this.svc.probabilityOf(decisions),
      distance: distance(this.means[classNumber]!, unitEmbedding),
    };
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return { ...this.svc.toJSON(), means: writeMeans(this.means) };
  }

  static fromJSON(json: JsonNode, classCount: number, dimension: number): LinearModel {
    const svc = CalibratedLinearSVC.fromJSON(json, classCount, dimension);
    return new LinearModel(svc, readMeans(json, classCount, dimension));
  }
}
