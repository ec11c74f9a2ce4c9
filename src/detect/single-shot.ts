import { letterbox, type Photo } from '../image/index.ts';
import { checkOptions, visageError, type Box, type Point } from '../kernel/index.ts';
import type { SingleShotSettings } from '../packs/index.ts';
import type { InferencePool, ModelFile, TensorMap } from '../runtime/index.ts';
import type { FivePoints, LocatedFace } from './face.ts';
import type { FaceFinder } from './face-finder.ts';
import { decodeScrfd } from './scrfd.ts';
import { suppressOverlaps } from './suppression.ts';
import { decodeYunet } from './yunet.ts';

/** The numbers of an output of a detector, by its name. */
export type DetectorOutputs = (name: string) => Float32Array;

const numbers = {
  inputSizePx: { type: 'number', integer: true, min: 32, default: 640, description: 'side of the input' },
  photoSidePx: { type: 'number', min: 1, default: Number.MAX_SAFE_INTEGER, description: 'side of photos' },
  minScore: { type: 'number', min: 0, max: 1, default: 0.5, description: 'least score of a face' },
  maxOverlap: { type: 'number', min: 0, max: 1, default: 0.4, description: 'overlap of one face' },
} as const;

/** Strides of the maps of all published SCRFD networks. */
const scrfdStridesPx = [8, 16, 32, 64, 128] as const;

/** Best candidates that suppression looks at (OpenCV, `FaceDetectorYN`, topK). */
const maxCandidates = 5000;

/**
 * YuNet and SCRFD: one look at the photo, fitted into the upper left corner of a black square, gives
 * boxes and five landmarks.
 */
export class SingleShotDetector implements FaceFinder {
  readonly #model: ModelFile;
  readonly #settings: SingleShotSettings;
  readonly #pool: InferencePool;

  /** @throws VisageError `OPTION_INVALID` for settings outside of their ranges */
  constructor(model: ModelFile, settings: SingleShotSettings, pool: InferencePool) {
    const { network, ...rest } = settings;
    this.#settings = { network, ...checkOptions(network, numbers, rest) };
    this.#model = model;
    this.#pool = pool;
  }

  /** @returns faces in pixels of the upright photo, best score first. */
  async detect({ raster, scale }: Photo, signal?: AbortSignal): Promise<LocatedFace[]> {
    const { inputSizePx: side } = this.#settings;
    const { raster: canvas, scaleX, scaleY } = await letterbox(raster, side, side);
    const outputs = await this.#pool.run(
      this.#model,
      { image: { type: 'uint8', dims: [1, side, side, 3], data: canvas.data } },
      signal,
    );
    const [x, y] = [scale / scaleX, scale / scaleY];
    const inPhoto = (point: Point): Point => ({ x: point.x * x, y: point.y * y });
    return this.#facesOf(outputs).map(({ box, score, landmarks }) => ({
      box: { ...inPhoto(box), width: box.width * x, height: box.height * y },
      score,
      landmarks: landmarks.map(inPhoto) as unknown as FivePoints,
    }));
  }

  #facesOf(outputs: TensorMap): LocatedFace[] {
    const { network, inputSizePx, minScore, maxOverlap } = this.#settings;
    const output: DetectorOutputs = (name) => {
      const data = outputs[name]?.data;
      if (data instanceof Float32Array) return data;
      const reason = `it has no output ${name} of float32; its outputs: ${Object.keys(outputs).join(', ')}`;
      throw visageError('INFERENCE_FAILED', { network: this.#model.name, reason });
    };
    if (network === 'yunet') {
      return suppressOverlaps(best(decodeYunet(output, inputSizePx, minScore)), maxOverlap);
    }
    const strides = scrfdStridesPx.filter((stride) => `scores_${stride}` in outputs);
    const faces = best(decodeScrfd(output, strides, inputSizePx, minScore));
    // insightface counts the last pixel in: a side is x₂ − x₁ + 1.
    const widened = faces.map((face, index) => ({ index, score: face.score, box: withLastPixel(face.box) }));
    return suppressOverlaps(widened, maxOverlap).map(({ index }) => faces[index]!);
  }
}

const best = (faces: readonly LocatedFace[]): LocatedFace[] =>
  faces.toSorted((a, b) => b.score - a.score).slice(0, maxCandidates);

const withLastPixel = ({ x, y, width, height }: Box): Box => ({
  x,
  y,
  width: width + 1,
  height: height + 1,
});
