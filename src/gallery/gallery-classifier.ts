import {
  type Calibration,
  checkMaxFalseAccept,
  judgeOpenSet,
  maxFalseAcceptOption,
  openSetScores,
  personTemplate,
} from '../calibrate/index.ts';
import {
  FittedClassifier,
  FittedNearestNeighbors,
  NearestMean,
  openSetPrediction,
  type Candidate,
  type Classifier,
  type Prediction,
} from '../classify/index.ts';
import {
  checkOptions,
  isFiniteVector,
  unit,
  visageError,
  type OptionSchema,
  type OptionsOf,
} from '../kernel/index.ts';
import type { Gallery } from './gallery.ts';
import { FacesWithout, type KnownFaces } from './faces-without.ts';
import type { FaceMatch, Watch } from './live-faces.ts';

export const galleryClassifierSchema = {
  ...maxFalseAcceptOption,
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description: 'Distance beyond which two faces count as two people; decides only without a calibration.',
  },
  neighbors: {
    type: 'number',
    integer: true,
    min: 1,
    max: 16,
    default: 1,
    description: 'How many of the nearest examples of a person count; their mean squared distance decides.',
  },
  scale: {
    type: 'number',
    min: 0,
    max: 1e6,
    default: 0,
    description: 'Factor on squared distances in the probabilities; 0: learned from the gallery.',
  },
} as const satisfies OptionSchema;

export interface GalleryClassifierOptions extends OptionsOf<typeof galleryClassifierSchema> {
  /** What the distances of the pack mean; absent: `maxDistance` alone decides whether a face is known. */
  readonly calibration?: Calibration | undefined;
}

/** Examples that are looked at; people without one among them are no candidates. */
const examplesSearched = 64;
/** People among those examples who are compared in full, with the mean of up to so many examples each. */
const [peopleCompared, examplesOfPerson] = [16, 64];
/** People and examples of each that the scale is learned from: enough for two digits, some milliseconds. */
const [scalePeople, scaleExamples] = [128, 4];

/** A person among the nearest examples. */
interface Scored {
  readonly personId: string;
  readonly name: string;
  /** Mean squared distance of the nearest examples. */
  readonly score: number;
  readonly nearest: number;
}

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
  #scale = { sample: '', value: 0 };
  #scaleVersion = -1;

  /** Use `galleryClassifier`. */
  constructor(gallery: Gallery, faces: KnownFaces, options: Partial<GalleryClassifierOptions>) {
    const { calibration, ...plain } = options;
    this.options = checkOptions('galleryClassifier', galleryClassifierSchema, plain);
    this.#gallery = gallery;
    this.#faces = faces;
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
    const people = this.#scored(this.#faces.search(face, examplesSearched));
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
  #predictOpenSet(calibration: Calibration, face: Float32Array, nearest: readonly Scored[]): Prediction {
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

  /** People by score, best first; of equal ones the nearest, then in the order of the search. */
  #scored(matches: readonly FaceMatch[]): Scored[] {
    const { neighbors } = this.options;
    const people = new Map<
      string,
      { name: string; nearest: number; count: number; sum: number; of: number }
    >();
    for (const { personId, name, distance, weight, spare } of matches) {
      if (spare) continue;
      let person = people.get(personId);
      if (person === undefined)
        people.set(personId, (person = { name, nearest: distance, count: 0, sum: 0, of: 0 }));
      if (person.count === neighbors) continue;
      person.count++;
      person.sum += weight * distance ** 2;
      person.of += weight;
    }
    return [...people]
      .map(([personId, { name, nearest, sum, of }]) => ({ personId, name, nearest, score: sum / of }))
      .sort((a, b) => a.score - b.score || a.nearest - b.nearest);
  }

  /**
   * The factor on squared distances: that of a `NearestMean` fitted to the 128 people who were first to
   * have two examples, up to 4 of each; 1 / maxDistance² where nobody has two.
   */
  get scale(): number {
    if (this.options.scale > 0) return this.options.scale;
    if (this.#scaleVersion !== this.#faces.version) {
      const sample = this.#faces.sample(scalePeople, scaleExamples);
      const key = sample.join(';');
      if (key !== this.#scale.sample || this.#scaleVersion < 0) {
        this.#scale = { sample: key, value: this.#fitScale(sample) };
      }
      this.#scaleVersion = this.#faces.version;
    }
    return this.#scale.value;
  }

  #fitScale(sample: readonly (readonly number[])[]): number {
    if (sample.length < 2) return 1 / this.maxDistance ** 2;
    const rows = sample.flat().map((id) => this.#faces.index.vector(id)!);
    const labels = sample.flatMap((ids, person) => ids.map(() => person));
    return new NearestMean({ maxDistance: this.maxDistance }).fit(rows, labels).scale;
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
