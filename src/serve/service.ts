import { mainFace } from '../dataset/index.ts';
import type { LocatedFace } from '../detect/index.ts';
import {
  galleryClassifier,
  openGallery,
  personName,
  type PersonDetails,
  type Gallery,
  type GalleryClassifier,
  type GalleryKey,
} from '../gallery/index.ts';
import { encodePicture, type PhotoSource } from '../image/index.ts';
import { distance, intersectionOverUnion, unit, visageError, type Box } from '../kernel/index.ts';
import {
  openRecognizer,
  type IdentifiedPhoto,
  type LocatedPhoto,
  type Recognizer,
  type RecognizerOptions,
} from '../recognizer.ts';

/** A face of a photo that is to be enrolled. */
export interface ChosenFace {
  readonly face: LocatedFace;
  readonly embedding: Float32Array;
  /** The aligned crop as a JPEG file. */
  readonly crop: Uint8Array;
  readonly warnings: readonly Warning[];
}

/** A face that becomes an example. */
export interface EnrolledFace {
  readonly embedding: Float32Array;
  readonly crop: Uint8Array;
  /** File name of the photo. */
  readonly source: string;
}

export interface Warning {
  readonly code: string;
  readonly message: string;
}

export interface ServiceOptions extends RecognizerOptions {
  /** Where the gallery lies; default: in memory. */
  readonly galleryPath?: string;
  readonly galleryKey?: GalleryKey;
}

/** What the routes work with: the recognizer, the gallery, and what only a server asks of the two. */
export class Service implements AsyncDisposable {
  readonly recognizer: Recognizer;
  readonly gallery: Gallery;
  readonly classifier: GalleryClassifier;
  #adding: Promise<unknown> = Promise.resolve();
  #personIds = { version: -1, byName: new Map<string, string>() };

  /** Use `openService`. */
  constructor(recognizer: Recognizer, gallery: Gallery, classifier: GalleryClassifier) {
    this.recognizer = recognizer;
    this.gallery = gallery;
    this.classifier = classifier;
  }

  get maxDistance(): number {
    return this.classifier.maxDistance;
  }

  /** Names every face by the gallery as it is now, also by what other processes have changed. */
  async identify(photo: PhotoSource, signal: AbortSignal): Promise<IdentifiedPhoto> {
    await this.classifier.refresh();
    return this.recognizer.identify(photo, this.classifier, signal);
  }

  /** The person of that name who has examples. */
  async personId(name: string): Promise<string | undefined> {
    const live = await this.gallery.faces();
    if (this.#personIds.version !== live.version) {
      const byName = new Map(live.known.map((person) => [person.name, person.id]));
      this.#personIds = { version: live.version, byName };
    }
    return this.#personIds.byName.get(name);
  }

  /** The aligned crop of a face as a JPEG file. */
  crop(located: LocatedPhoto, face: LocatedFace): Promise<Uint8Array> {
    return encodePicture(this.recognizer.crop(located, face));
  }

  /**
   * The face of a photo that is to be enrolled: the one nearest to `box`, or else the main one.
   * @throws VisageError `NO_FACE`, and as `Recognizer.locate`
   */
  async chooseFace(
    photo: Exclude<PhotoSource, string>,
    box: Box | undefined,
    signal: AbortSignal,
  ): Promise<ChosenFace> {
    const located = await this.recognizer.locate(photo, signal);
    const { faces } = located;
    const { width, height } = located.photo;
    const face = box === undefined ? mainFace(faces, width, height) : nearestTo(box, faces);
    if (face === undefined) throw visageError('NO_FACE', { path: photo.name });
    const raster = this.recognizer.crop(located, face);
    const [[embedding], crop] = await Promise.all([
      this.recognizer.embed([raster], signal),
      encodePicture(raster),
    ]);
    const warnings: Warning[] = [];
    if (faces.length > 1 && box === undefined) {
      const message = `The photo shows ${faces.length} faces; the largest near the middle was taken.`;
      warnings.push({ code: 'SEVERAL_FACES', message });
    }
    return { face, embedding: embedding!, crop, warnings };
  }

  /**
   * Whether two photos show the same person, by the main face of each.
   * @throws VisageError `NO_FACE`, and as `Recognizer.locate`
   */
  async verify(
    first: Exclude<PhotoSource, string>,
    second: Exclude<PhotoSource, string>,
    signal: AbortSignal,
  ) {
    const [one, two] = await Promise.all([this.#mainOf(first, signal), this.#mainOf(second, signal)]);
    const between = distance(unit(one.embedding), unit(two.embedding));
    return { first: one, second: two, distance: between, same: between <= this.maxDistance };
  }

  async #mainOf(photo: Exclude<PhotoSource, string>, signal: AbortSignal) {
    const located = await this.recognizer.locate(photo, signal);
    const { width, height } = located.photo;
    const face = mainFace(located.faces, width, height);
    if (face === undefined) throw visageError('NO_FACE', { path: photo.name });
    const [embedding] = await this.recognizer.embed([this.recognizer.crop(located, face)], signal);
    return { width, height, face, embedding: embedding! };
  }

  /** @throws VisageError `PERSON_EXISTS`, `PERSON_NAME_INVALID` */
  addPerson(name: string): Promise<PersonDetails> {
    return this.#alone(async () => {
      const { key } = personName(name);
      const taken = (await this.gallery.people()).find((person) => personName(person.name).key === key);
      if (taken === undefined) return this.gallery.add(name);
      throw visageError('PERSON_EXISTS', { got: JSON.stringify(taken.name), path: this.gallery.path });
    });
  }

  /**
   * Adds faces to a person, who is added where the name is new; done when they are on the disk.
   * @returns the ids of the new examples, in the order of `faces`
   * @throws VisageError as `Gallery.add`
   */
  enrol(
    name: string,
    faces: readonly EnrolledFace[],
  ): Promise<{ person: PersonDetails; exampleIds: number[] }> {
    return this.#alone(async () => {
      const addedAtMs = Date.now();
      const person = await this.gallery.add(
        name,
        faces.map(({ embedding, crop, source }) => ({
          embedding,
          crop,
          source: source.slice(0, 4096).replace(/[\0\p{Cs}]/gu, '�'),
          addedAtMs,
        })),
      );
      const exampleIds = person.examples.slice(-faces.length).map(({ id }) => id);
      return { person, exampleIds };
    });
  }

  /** One after the other, so that what was added is known from what came last. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = this.#adding.then(work);
    this.#adding = running.catch(() => {});
    return running;
  }

  async close(): Promise<void> {
    await this.recognizer.close();
    await this.gallery.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const nearestTo = (box: Box, faces: readonly LocatedFace[]): LocatedFace | undefined =>
  faces.reduce<LocatedFace | undefined>((best, face) => {
    const overlap = intersectionOverUnion(face.box, box);
    return overlap > (best === undefined ? 0 : intersectionOverUnion(best.box, box)) ? face : best;
  }, undefined);

/** @throws VisageError as `openRecognizer` and `openGallery` */
export async function openService(options: ServiceOptions = {}): Promise<Service> {
  const { galleryPath = ':memory:', galleryKey, ...recognizerOptions } = options;
  const recognizer = await openRecognizer(recognizerOptions);
  try {
    const { name, embedder } = recognizer.pack;
    const gallery = await openGallery(galleryPath, {
      pack: name,
      dimension: embedder.dimension,
      ...(galleryKey && { key: galleryKey }),
    });
    try {
      const classifier = await galleryClassifier(gallery, { maxDistance: embedder.maxDistance });
      return new Service(recognizer, gallery, classifier);
    } catch (thrown) {
      await gallery.close();
      throw thrown;
    }
  } catch (thrown) {
    await recognizer.close();
    throw thrown;
  }
}
