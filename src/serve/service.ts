import type { LocatedFace } from '../detect/index.ts';
import {
  galleryClassifier,
  openGallery,
  type Enrolled,
  type Gallery,
  type GalleryClassifier,
  type GalleryKey,
  type PersonDetails,
} from '../gallery/index.ts';
import { encodePicture, type PhotoSource } from '../image/index.ts';
import { visageError } from '../kernel/index.ts';
import { packCalibration } from '../packs/index.ts';
import {
  openRecognizer,
  type IdentifiedPhoto,
  type LocatedPhoto,
  type Recognizer,
  type RecognizerOptions,
} from '../recognizer.ts';

/** A face that becomes an example. */
export interface EnrolledFace {
  readonly embedding: Float32Array;
  readonly crop: Uint8Array;
  /** File name of the photo. */
  readonly source: string;
  readonly quality: Readonly<Record<string, number>>;
}

export interface ServiceOptions extends RecognizerOptions {
  /** Where the gallery lies; default: in memory. */
  readonly galleryPath?: string;
  readonly galleryKey?: GalleryKey;
  /** Share of strangers that may be given a name; default that of a calibrated pack. */
  readonly maxFalseAccept?: number;
}

/** What the routes work with: the recognizer, the gallery, and what only a server asks of the two. */
export class Service implements AsyncDisposable {
  readonly recognizer: Recognizer;
  readonly gallery: Gallery;
  readonly classifier: GalleryClassifier;
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

  /** How many people and examples there are now. */
  async counts(): Promise<{ people: number; examples: number }> {
    const people = await this.gallery.people();
    return {
      people: people.length,
      examples: people.reduce((sum, { exampleCount }) => sum + exampleCount, 0),
    };
  }

  /** @throws VisageError `PERSON_EXISTS`, `PERSON_NAME_INVALID` */
  async addPerson(name: string): Promise<PersonDetails> {
    const { person, isNew } = await this.gallery.enrol(name, []);
    if (isNew) return person;
    throw visageError('PERSON_EXISTS', { got: JSON.stringify(person.name), path: this.gallery.path });
  }

  /**
   * Adds faces that were looked at to a person, who is added where the name is new; done when they are on
   * the disk.
   * @throws VisageError as `Gallery.enrol`
   */
  enrol(name: string, faces: readonly EnrolledFace[]): Promise<Enrolled> {
    const addedAtMs = Date.now();
    return this.gallery.enrol(
      name,
      faces.map(({ embedding, crop, source, quality }) => {
        return { embedding, crop, quality, source: plainSource(source), addedAtMs };
      }),
    );
  }

  async close(): Promise<void> {
    await this.recognizer.close();
    await this.gallery.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A file name as a gallery takes it; a client may send anything. */
export const plainSource = (name: string): string => name.slice(0, 4096).replace(/[\0\p{Cs}]/gu, '�');

/** @throws VisageError as `openRecognizer` and `openGallery` */
export async function openService(options: ServiceOptions = {}): Promise<Service> {
  const { galleryPath = ':memory:', galleryKey, maxFalseAccept, ...recognizerOptions } = options;
  const recognizer = await openRecognizer(recognizerOptions);
  try {
    const { name, embedder } = recognizer.pack;
    const gallery = await openGallery(galleryPath, {
      pack: name,
      dimension: embedder.dimension,
      ...(galleryKey && { key: galleryKey }),
    });
    try {
      const { maxDistance } = embedder;
      const calibration = await packCalibration(name);
      if (calibration === undefined && maxFalseAccept !== undefined) {
        throw visageError('CALIBRATION_MISSING', { what: `Pack ${name}` });
      }
      const classifier = await galleryClassifier(gallery, {
        maxDistance,
        calibration,
        ...(maxFalseAccept !== undefined && { maxFalseAccept }),
      });
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
