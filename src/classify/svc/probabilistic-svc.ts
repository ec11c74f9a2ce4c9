import type { Vector } from '../../kernel/index.ts';
import { FittedSVC } from './fitted-svc.ts';
import { pairCount } from './one-vs-one.ts';
import { PairwiseCoupling } from './pairwise-coupling.ts';
import { sigmoidAt } from './sigmoid.ts';
import { invalidJSON, readNumbers, type SVCJSON } from './svc-json.ts';

/** Platt's sigmoid of every pair of classes; see `Sigmoid`. In the order of the decision values. */
export interface PairSigmoids {
  /** Platt's A, libsvm's `probA`. */
  readonly slopes: Float64Array;
  /** Platt's B, libsvm's `probB`. */
  readonly offsets: Float64Array;
}

/** {@link ProbabilisticSVC} as JSON. */
export interface ProbabilisticSVCJSON {
  readonly svc: SVCJSON;
  readonly sigmoids: { readonly slopes: readonly number[]; readonly offsets: readonly number[] };
}

/** libsvm keeps pairwise probabilities this far from 0 and 1. */
const smallestProbability = 1e-7;

/** A fitted SVC with calibrated probabilities. Never changes. */
export class ProbabilisticSVC {
  readonly fitted: FittedSVC;
  readonly sigmoids: PairSigmoids;
  readonly #coupling: PairwiseCoupling;

  constructor(fitted: FittedSVC, sigmoids: PairSigmoids) {
    this.fitted = fitted;
    this.sigmoids = sigmoids;
    this.#coupling = new PairwiseCoupling(fitted.classCount);
  }

  /**
   * The probability of each class; they sum to 1. They come from another stage than
   * {@link FittedSVC.predict}, so the most probable class need not be the predicted one.
   *
   * Two classes: the pair's sigmoid itself, as libsvm has it since 3.22 (2016). scikit-learn's older
   * copy of libsvm couples two classes as well; that stops early and differs by up to 0.005.
   * @throws VisageError `PREDICT_INVALID`
   */
  predictProbability(row: Vector): Float64Array {
    return this.probabilityOf(this.fitted.decisionValues(row));
  }

  /** The same from decision values that are there already. */
  probabilityOf(decisionValues: Float64Array): Float64Array {
    const k = this.fitted.classCount;
    const { slopes, offsets } = this.sigmoids;
    const { pairwise } = this.#coupling;
    for (let i = 0, pair = 0; i < k; i++) {
      for (let j = i + 1; j < k; j++, pair++) {
        const raw = sigmoidAt(decisionValues[pair]!, slopes[pair]!, offsets[pair]!);
        const probability = Math.min(Math.max(raw, smallestProbability), 1 - smallestProbability);
        pairwise[i * k + j] = probability;
        pairwise[j * k + i] = 1 - probability;
      }
    }
    return this.#coupling.solve();
  }

  /** Complete and exact: what {@link ProbabilisticSVC.fromJSON} takes. */
  toJSON(): ProbabilisticSVCJSON {
    const { slopes, offsets } = this.sigmoids;
    return { svc: this.fitted.toJSON(), sigmoids: { slopes: [...slopes], offsets: [...offsets] } };
  }

  /** @throws VisageError `CLASSIFIER_INVALID` */
  static fromJSON(json: unknown): ProbabilisticSVC {
    const { svc, sigmoids } = (json ?? {}) as Partial<Record<keyof ProbabilisticSVCJSON, unknown>>;
    const fitted = FittedSVC.fromJSON(svc);
    if (typeof sigmoids !== 'object' || sigmoids === null) throw invalidJSON('it has no sigmoids');
    const { slopes, offsets } = sigmoids as Partial<Record<keyof PairSigmoids, unknown>>;
    const pairs = pairCount(fitted.classCount);
    return new ProbabilisticSVC(fitted, {
      slopes: readNumbers(slopes, pairs, 'slopes'),
      offsets: readNumbers(offsets, pairs, 'offsets'),
    });
  }
}
