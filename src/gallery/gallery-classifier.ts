import {
  type Calibration,
  checkMaxFalseAccept,
  judgeOpenSet,
  openSetScores,
  personTemplate,
} from '../calibrate/index.ts';
import {
  FittedClassifier,
  FittedNearestNeighbors,
  openSetPrediction,
  type Candidate,
  type Classifier,
  type Prediction,
} from '../classify/index.ts';
import { checkOptions, isFiniteVector, unit, visageError, type OptionsOf } from '../kernel/index.ts';
import { FacesWithout, type KnownFaces } from './faces-without.ts';
import { galleryClassifierSchema, type GalleryClassifierOptions } from './gallery-classifier-options.ts';
import type { Gallery } from './gallery.ts';
import { LearnedScale } from './learned-scale.ts';
import type { Watch } from './live-faces.ts';
import { nearestPeople, type NearPerson } from './nearest-people.ts';

/** Examples that are looked at; people without one among them are no candidates. */
const examplesSearched = 64;
/** People among those examples who are compared in full, with the mean of up to so many examples each. */
const [peopleCompared, examplesOfPerson] = [16, 64];

/**
 * Names faces by a gallery as it is at the moment. Unlike other classifiers it changes: people who are
 * added, removed, renamed or merged are so at the next `predict`. Changes by other processes are seen
 * after `refresh`.
 */
export class GalleryClassifier implements Classifier {
  readonly kind = 'neighbors' as const;
  readonly options: OptionsOf<typeof galleryClassifierSchema>;
  readonly calibration?: Calibration;
  readonly maxFalseAccept?: number;
  readonly #gallery: Gallery;
  readonly #faces: KnownFaces;
  readonly #scale: LearnedScale;

  /** Use `galleryClassifier`. */
  constructor(gallery: Gallery, faces: KnownFaces, options: Partial<GalleryClassifierOptions>) {
    const { calibration, ...plain } = options;
    this.options = checkOptions('galleryClassifier', galleryClassifierSchema, plain);
    this.#gallery = gallery;
    this.#faces = faces;
    this.#scale = new LearnedScale(faces, this.maxDistance);
    if (calibration === undefined) return;
    if (calibration.pack !== this.pack || calibration.dimension !== this.dimension) {
      const got = `${calibration.pack} (${calibration.dimension} numbers)`;
      const allowed = `${this.pack} (${this.dimension} numbers)`;
      throw visageError('PACK_MISMATCH', { what: 'The calibration', got, allowed });
    }
    checkMaxFalseAccept('galleryClassifier', calibration, this.options.maxFalseAccept);
    this.calibration = calibration;
    this.maxFalseAccept = this.options.maxFalseAccept;
  }

  /** Everybody who has an example, sorted by code point. */
  get classes(): readonly string[] {
    return this.#faces.known.map(({ name }) => name);
  }

  get dimension(): number {
    return this.#gallery.dimension;
  }

  get pack(): string {
    return this.#gallery.pack;
  }

  get maxDistance(): number {
    return this.options.maxDistance;
  }

  /** Takes over what other processes have changed. @returns whether they had */
  refresh(watch: Watch = {}): Promise<boolean> {
    return this.#gallery.refresh(watch);
  }

  /**
   * This classifier as it would be without some examples of the gallery, in every respect but the scale of the
   * probabilities: whoever has no others is not known. Costs nothing until it predicts.
   */
  without(exampleIds: ReadonlySet<number>): GalleryClassifier {
    const { options, calibration } = this;
    return new GalleryClassifier(this.#gallery, new FacesWithout(this.#faces, exampleIds), {
      ...options,
      calibration,
    });
  }

  /**
   * The person whose nearest examples (`neighbors` of them) have the least mean squared distance, weighed
   * by their quality; `distance` is to the nearest one. Examples of poor quality do not count where the
   * person has a better one: blurred faces resemble each other, whoever they are of. Candidates are the people among the 64 nearest examples, and
   * nobody else: their probabilities are the softmax of −scale · that mean, as for `NearestMean`. Of a
   * person with fewer than `neighbors` examples those there are count.
   *
   * With a calibration the person is the one of least relative distance (see `relativeDistance`) to the mean of
   * the examples, among the 16 nearest; probabilities are those of the calibration, and the false accept rate,
   * which grows with the number of people, decides whether the face is known.
   *
   * An empty gallery knows nobody: the answer is then unknown, with an empty name, no candidates and
   * the largest distance.
   * @throws VisageError `PREDICT_INVALID`
   */
  predict(embedding: Float32Array): Prediction {
    if (embedding.length !== this.dimension || !isFiniteVector(embedding)) {
      const got = embedding.length === this.dimension ? 'one that is not finite' : embedding.length;
      throw visageError('PREDICT_INVALID', { owner: 'The gallery', allowed: this.dimension, got });
    }
    const face = unit(embedding);
    const people = nearestPeople(this.#faces.search(face, examplesSearched), this.options.neighbors);
    const best = people[0];
    if (best === undefined) {
      const unknown = { kind: 'too-far' } as const;
      return { name: '', probability: 0, candidates: [], distance: 2, known: false, unknown };
    }
    if (this.calibration !== undefined) return this.#predictOpenSet(this.calibration, face, people);
    const scale = this.scale;
    const powers = people.map(({ score }) => Math.exp(scale * (best.score - score)));
    const sum = powers.reduce((a, b) => a + b, 0);
    const candidates: Candidate[] = people.map(({ name }, i) => ({ name, probability: powers[i]! / sum }));
    return {
      name: best.name,
      probability: candidates[0]!.probability,
      candidates,
      distance: best.nearest,
      ...(best.nearest <= this.maxDistance
        ? { known: true }
        : { known: false, unknown: { kind: 'too-far' } as const }),
    };
  }

  /** The likeliest of the nearest people, by their relative distances. */
  #predictOpenSet(calibration: Calibration, face: Float32Array, nearest: readonly NearPerson[]): Prediction {
    const people = nearest.slice(0, peopleCompared);
    const { spare } = this.#faces;
    const templates = people.map(({ personId }) => {
      const ids = this.#faces
        .examplesOf(personId)
        .filter((id) => !spare.has(id))
        .slice(0, examplesOfPerson);
      const sum = new Float64Array(this.dimension);
      for (const id of ids) {
        const example = this.#faces.index.vector(id)!;
        const weight = this.#faces.weight(id);
        for (let i = 0; i < sum.length; i++) sum[i]! += weight * example[i]!;
      }
      return personTemplate(calibration, unit(sum), ids.length);
    });
    const scores = openSetScores(calibration, face, templates);
    const order = Array.from(people.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
    const best = order[0]!;
    const { slope } = calibration.logOdds;
    const powers = order.map((i) => Math.exp(slope * (scores[i]! - scores[best]!)));
    const sum = powers.reduce((a, b) => a + b, 0);
    const candidates = order.map((i, place) => ({
      name: people[i]!.name,
      probability: powers[place]! / sum,
    }));
    const { maxFalseAccept } = this.options;
    const answer = judgeOpenSet(calibration, scores, best, this.#faces.known.length, maxFalseAccept);
    return {
      name: people[best]!.name,
      probability: candidates[0]!.probability,
      candidates,
      distance: people[best]!.nearest,
      ...openSetPrediction(answer, maxFalseAccept, (index) => people[index]!.name, best),
    };
  }

  /** The factor on squared distances in the probabilities: that of the options, or learned from the gallery. */
  get scale(): number {
    return this.options.scale || this.#scale.value;
  }

  /**
   * The gallery as it is now as a nearest-neighbours classifier that does not change any more, as
   * `classifierFromJSON` takes it. It holds the embeddings in the clear, also of an encrypted gallery,
   * and keeps them when they are deleted from the gallery.
   * @throws VisageError `FIT_INVALID` where the gallery is empty
   */
  toJSON(): unknown {
    const { known, spare } = this.#faces;
    const people = known.map(({ name, exampleIds }) => ({
      name,
      exampleIds: exampleIds.filter((id) => !spare.has(id)),
    }));
    const rows = people.flatMap(({ exampleIds }) =>
      exampleIds.map((id) => this.#faces.index.vector(id)!.slice()),
    );
    const labels = people.flatMap(({ exampleIds }, person) => exampleIds.map(() => person));
    if (rows.length === 0) {
      const advice = 'Enrol somebody first.';
      throw visageError('FIT_INVALID', { owner: 'The gallery', reason: 'it is empty', advice });
    }
    const neighbors = Math.min(this.options.neighbors, rows.length);
    return new FittedClassifier({
      pack: this.pack,
      dimension: this.dimension,
      maxDistance: this.maxDistance,
      seed: 0,
      calibration: this.calibration,
      maxFalseAccept: this.maxFalseAccept,
      people: people.map(({ name, exampleIds }) => ({ name, faces: exampleIds.length })),
      model: new FittedNearestNeighbors(rows, Uint32Array.from(labels), people.length, {
        neighbors,
        weights: 'distance',
      }),
    }).toJSON();
  }
}

/**
 * A classifier that names faces by the gallery as it is at the moment, without any training. The gallery
 * stays open; it must not be closed before the last `refresh`.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`, `GALLERY_INVALID`
 */
export async function galleryClassifier(
  gallery: Gallery,
  options: Partial<GalleryClassifierOptions> = {},
  watch: Watch = {},
): Promise<GalleryClassifier> {
  return new GalleryClassifier(gallery, await gallery.faces(watch), options);
}
