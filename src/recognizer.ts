import { alignFace, cropBox } from './align/index.ts';
import type { UnknownReason } from './calibrate/index.ts';
import { type Candidate, type Classifier, requirePack } from './classify/index.ts';
import { type FaceFinder, type LocatedFace, openDetector } from './detect/index.ts';
import { Embedder, embeddingNetwork } from './embed/index.ts';
import { type DecodeOptions, decodePhoto, type Photo, type PhotoSource, type Raster } from './image/index.ts';
import { isConstant, openPack, type OpenPack } from './packs/index.ts';
import { inTurns, visageError } from './kernel/index.ts';
import { faceQuality } from './quality/index.ts';
import { type InferencePool, openInferencePool } from './runtime/index.ts';

/** A photo whose faces have been found. Boxes and landmarks are in pixels of the upright photo. */
export interface LocatedPhoto {
  readonly photo: Photo;
  /** By score, best first. */
  readonly faces: readonly LocatedFace[];
}

/** A face with the answer to whose it is. */
export interface IdentifiedFace extends LocatedFace {
  /** `null`: nobody the classifier knows. */
  readonly name: string | null;
  /** Probability of `name` (of the best candidate, where that is refused as unknown). */
  readonly probability: number;
  /** Euclidean distance in [0, 2] between unit embeddings; see {@link Classifier}. */
  readonly distance: number;
  readonly candidates: readonly Candidate[];
  /** Why there is no name. */
  readonly unknown?: UnknownReason;
  /** Probability that it is `name` (or the best candidate), strangers not excluded; see `Prediction`. */
  readonly certainty?: number;
  /** How often a stranger's face comes as near to anybody who is known; see `Prediction`. */
  readonly falseAcceptRate?: number;
  /** As the network gave it: not yet of unit length. */
  readonly embedding: Float32Array;
}

/** A photo whose faces have been named. */
export interface IdentifiedPhoto {
  readonly photo: Photo;
  readonly faces: readonly IdentifiedFace[];
}

export interface RecognizerOptions {
  /** Name of a pack; default `bundled`. */
  readonly pack?: string;
  /** Worker threads for inference; default: one a core. */
  readonly workers?: number;
  /** Photos with more pixels than this are refused; default 100 million. */
  readonly maxPixels?: number;
  /** Where built networks are kept; default `VISAGE_CACHE` or the user's cache folder. */
  readonly cacheFolder?: string;
}

/** The journey in one place: photo → faces → crops → embeddings → names. */
export interface Recognizer extends AsyncDisposable {
  readonly pack: OpenPack;
  /** How many photos to keep under way so that every core has work. */
  readonly concurrency: number;
  /**
   * Finds the faces.
   * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `IMAGE_UNREADABLE`, `IMAGE_UNSUPPORTED`,
   *   `IMAGE_TOO_LARGE`, `IMAGE_TOO_SMALL`, `INFERENCE_FAILED`, `RUNTIME_CLOSED`
   */
  locate(source: PhotoSource, signal?: AbortSignal): Promise<LocatedPhoto>;
  /** The aligned square crop of one face, `pack.alignment.cropSizePx` wide. */
  crop(located: LocatedPhoto, face: LocatedFace): Raster;
  /** One embedding a crop, `pack.embedder.dimension` numbers each, as the network gave them. */
  embed(crops: readonly Raster[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** All of it: finds, embeds and names every face. Throws as `locate` does. */
  identify(source: PhotoSource, classifier: Classifier, signal?: AbortSignal): Promise<IdentifiedPhoto>;
  /** Finishes what was accepted and ends the workers. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens a pack and starts the workers.
 * @throws VisageError `PACK_UNKNOWN`, `WEIGHTS_MISSING`, `WEIGHTS_INVALID`, `CACHE_UNWRITABLE`, `OPTION_INVALID`
 */
export async function openRecognizer(options: RecognizerOptions = {}): Promise<Recognizer> {
  const { cacheFolder, workers, maxPixels } = options;
  const pack = await openPack(options.pack ?? 'bundled', cacheFolder === undefined ? {} : { cacheFolder });
  const pool = openInferencePool(workers === undefined ? {} : { workers });
  // The networks load while the first photo is decoded; a network that fails to load says so when it is run.
  const { detectorBytes, detector, refine, landmarks } = pack.models;
  const models = [detectorBytes, detector, embeddingNetwork(pack), landmarks, refine].filter(
    (model) => model !== undefined,
  );
  pool.warm(models).catch(() => {});
  return new Journey(pack, pool, maxPixels);
}

class Journey implements Recognizer {
  readonly pack: OpenPack;
  readonly #pool: InferencePool;
  readonly #detector: FaceFinder;
  readonly #embedder: Embedder;
  readonly #decodeOptions: DecodeOptions;

  constructor(pack: OpenPack, pool: InferencePool, maxPixels: number | undefined) {
    this.pack = pack;
    this.#pool = pool;
    this.#detector = openDetector(pack, pool);
    this.#embedder = new Embedder(pack, pool);
    this.#decodeOptions = {
      neededSidePx: pack.detector.photoSidePx,
      upright: pack.selection?.upright ?? true,
      colours: pack.selection?.colours ?? 'srgb',
      ...(maxPixels === undefined ? {} : { maxPixels }),
    };
  }

  get concurrency(): number {
    return 2 * this.#pool.concurrency + 1;
  }

  async locate(source: PhotoSource, signal?: AbortSignal): Promise<LocatedPhoto> {
    const photo = await decodePhoto(source, { ...this.#decodeOptions, signal });
    return { photo, faces: await this.#detector.detect(photo, signal) };
  }

  crop({ photo }: LocatedPhoto, face: LocatedFace): Raster {
    const { alignment } = this.pack;
    return alignment.method === 'box'
      ? cropBox(photo, face.box, alignment)
      : alignFace(photo, face.landmarks, alignment);
  }

  embed(crops: readonly Raster[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { preparation } = this.pack.embedder;
    // The original divides by a deviation of 0 there and goes on with numbers that are none.
    const undefinedHere = preparation?.normalisation === 'prewhiten-unfloored';
    if (undefinedHere && crops.some(({ data }) => isConstant(data))) {
      return Promise.reject(visageError('EMBEDDING_UNDEFINED', { pack: this.pack.name }));
    }
    return this.#embedder.embed(crops, signal);
  }

  async identify(
    source: PhotoSource,
    classifier: Classifier,
    signal?: AbortSignal,
  ): Promise<IdentifiedPhoto> {
    requirePack(classifier, this.pack.name);
    const located = await this.locate(source, signal);
    const crops = await inTurns(located.faces, (face) => this.crop(located, face));
    const embeddings = await this.embed(crops, signal);
    const faces = await inTurns([...located.faces.entries()], ([i, face]) => {
      const embedding = embeddings[i]!;
      const { name, known, ...answer } = classifier.predict(embedding);
      const said = { ...face, ...answer, name: known ? name : null, embedding };
      if (answer.unknown?.kind !== 'too-far') return said;
      // A good photo of the same person might have been near enough: that is worth knowing.
      const { verdict, reasons } = faceQuality(located.photo, face);
      if (verdict !== 'poor') return said;
      return { ...said, unknown: { kind: 'poor-face', problem: reasons.join('; ') } as const };
    });
    return { photo: located.photo, faces };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
