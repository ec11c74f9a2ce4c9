import { NearestMean } from '../classify/index.ts';
import type { KnownFaces } from './faces-without.ts';

/** People and examples of each that the scale is learned from: enough for two digits, some milliseconds. */
const [scalePeople, scaleExamples] = [128, 4];

/** The factor on squared distances in the probabilities, learned from a gallery; again when the faces it rests on change. */
export class LearnedScale {
  readonly #faces: KnownFaces;
  readonly #maxDistance: number;
  #learned: { readonly version: number; readonly sample: string; readonly value: number } | undefined;

  constructor(faces: KnownFaces, maxDistance: number) {
    this.#faces = faces;
    this.#maxDistance = maxDistance;
  }

  /**
   * That of a `NearestMean` fitted to the 128 people who were first to have two examples, up to 4 of each;
   * 1 / maxDistance² where nobody has two.
   */
  get value(): number {
    const { version } = this.#faces;
    if (this.#learned?.version === version) return this.#learned.value;
    const sample = this.#faces.sample(scalePeople, scaleExamples);
    const key = sample.join(';');
    const value = this.#learned?.sample === key ? this.#learned.value : this.#fit(sample);
    this.#learned = { version, sample: key, value };
    return value;
  }

  #fit(sample: readonly (readonly number[])[]): number {
    if (sample.length < 2) return 1 / this.#maxDistance ** 2;
    const rows = sample.flat().map((id) => this.#faces.index.vector(id)!);
    const labels = sample.flatMap((ids, person) => ids.map(() => person));
    return new NearestMean({ maxDistance: this.#maxDistance }).fit(rows, labels).scale;
  }
}
