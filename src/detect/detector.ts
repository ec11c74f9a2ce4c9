import type { Photo, Raster } from '../image/index.ts';
import { ssdAnchors } from '../nets/index.ts';
import { inTurns, type Box, type Point } from '../kernel/index.ts';
import type { PackModels, SsdSettings } from '../packs/index.ts';
import type { InferencePool, ModelFile } from '../runtime/index.ts';
import type { Detection, LocatedFace } from './face.ts';
import type { FaceFinder } from './face-finder.ts';
import { fivePointsOf, LandmarkFinder } from './landmarks.ts';
import { type Sight, takeLooks } from './looks.ts';
import { decodeSsdBoxes } from './ssd-boxes.ts';
import { mergeLooks, type SeenFace } from './merging.ts';

/**
 * Finds the faces of a photo with their landmarks.
 *
 * The SSD network was trained on faces that are small in the picture and misses those that fill it,
 * so it sees the photo at several sizes; what it finds is merged by score.
 */
export class FaceDetector implements FaceFinder {
  readonly #settings: SsdSettings;
  readonly #models: Readonly<Record<'detector' | 'detectorBytes', ModelFile>>;
  readonly #pool: InferencePool;
  readonly #landmarks: LandmarkFinder;
  /** By canvas size: photos come in few shapes. */
  readonly #anchors = new Map<string, Float32Array>();

  constructor(
    {
      detector,
      detectorBytes,
      landmarks,
    }: Required<Pick<PackModels, 'detector' | 'detectorBytes' | 'landmarks'>>,
    settings: SsdSettings,
    pool: InferencePool,
  ) {
    this.#settings = settings;
    this.#models = { detector, detectorBytes };
    this.#pool = pool;
    this.#landmarks = new LandmarkFinder(pool, landmarks);
  }

  /** @returns faces in pixels of the upright photo, best score first. */
  async detect(photo: Photo, signal?: AbortSignal): Promise<LocatedFace[]> {
    const { raster, scale } = photo;
    const sights = await takeLooks(photo, this.#settings.looks);
    const found = await Promise.all(sights.map((sight) => this.#look(sight, signal)));
    const faces = mergeLooks(found.flat(), this.#settings.maxOverlap);
    return inTurns(faces, (face) => this.#locate(raster, face, scale, signal));
  }

  /** The faces of one look, in pixels of the raster. */
  async #look({ look, canvas, scaleX, scaleY }: Sight, signal?: AbortSignal): Promise<SeenFace[]> {
    const dims = [1, canvas.height, canvas.width, 3];
    const outputs = await this.#pool.run(
      look.arithmetic === 'bytes' ? this.#models.detectorBytes : this.#models.detector,
      { image: { type: 'uint8', dims, data: canvas.data } },
      signal,
    );
    const [logits, encodings] = [outputs['logits']!.data, outputs['encodings']!.data];
    const boxes = decodeSsdBoxes(
      logits as Float32Array,
      encodings as Float32Array,
      this.#anchorsOf(canvas),
      this.#settings.minScore,
    );
    return boxes
      .filter(({ box }) => Math.max(box.width, box.height) >= look.leastFacePx)
      .map(({ box, score }) => ({
        box: {
          x: box.x / scaleX,
          y: box.y / scaleY,
          width: box.width / scaleX,
          height: box.height / scaleY,
        },
        score,
        sizeSeenPx: Math.max(box.width, box.height),
      }));
  }

  #anchorsOf({ height, width }: Raster): Float32Array {
    const size = `${height}×${width}`;
    const known = this.#anchors.get(size);
    if (known !== undefined) return known;
    const anchors = ssdAnchors(height, width);
    this.#anchors.set(size, anchors);
    return anchors;
  }

  async #locate(raster: Raster, face: Detection, scale: number, signal?: AbortSignal): Promise<LocatedFace> {
    const points = await this.#landmarks.find(raster, face.box, signal);
    const landmarks = fivePointsOf(points).map((point) => enlargePoint(point, scale));
    return {
      box: enlargeBox(face.box, scale),
      score: face.score,
      landmarks: landmarks as unknown as LocatedFace['landmarks'],
    };
  }
}

const enlargePoint = ({ x, y }: Point, scale: number): Point => ({ x: x * scale, y: y * scale });

const enlargeBox = ({ x, y, width, height }: Box, scale: number): Box => ({
  x: x * scale,
  y: y * scale,
  width: width * scale,
  height: height * scale,
});
