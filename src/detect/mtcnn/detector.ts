import type { Photo, Raster } from '../../image/index.ts';
import { checkOptions } from '../../kernel/index.ts';
import type { MtcnnSettings } from '../../packs/index.ts';
import type { InferencePool, TensorMap } from '../../runtime/index.ts';
import type { LocatedFace } from '../face.ts';
import type { FaceFinder } from '../face-finder.ts';
import { cascadeProgram } from './cascade-program.ts';
import { Cascade, type MtcnnModels } from './cascade.ts';

/** Options of {@link MtcnnDetector}: the numbers of {@link MtcnnSettings}. */
const numbers = {
  photoSidePx: {
    type: 'number',
    min: 1,
    default: Number.MAX_SAFE_INTEGER,
    description: 'long side of photos',
  },
  // A smaller face would have to be enlarged.
  minFacePx: { type: 'number', min: 12, default: 20, description: 'smallest face' },
  scaleFactor: { type: 'number', exclusiveMin: 0, max: 0.95, default: 0.709, description: 'step of scales' },
  proposalScore: { type: 'number', min: 0, max: 1, default: 0.6, description: 'least score of P-Net' },
  refineScore: { type: 'number', min: 0, max: 1, default: 0.7, description: 'least score of R-Net' },
  minScore: { type: 'number', min: 0, max: 1, default: 0.7, description: 'least score of a face' },
} as const;

/** Larger pictures are not copied to a worker as a whole. */
const mostCopiedBytes = 8 * 2 ** 20;

const inputsOf = ({ data, width, height }: Raster): TensorMap => ({
  pixels: { type: 'uint8', dims: [height, width, 3], data },
});

/**
 * MTCNN: three networks, each of which looks more closely at what the one before has left (Zhang et al.
 * 2016). The algorithm and its constants are those of davidsandberg/facenet, src/align/detect_face.py,
 * which ipazc/mtcnn 0.1 shares, to the rounding of pixels. Landmarks are in pixels counted from 0, boxes
 * as published.
 *
 * A photo is the work of a single worker, from its pixels to its faces: the networks are small, and to wait for
 * the main thread between them takes longer than what is done there. A large photo on an idle pool is spread
 * over all workers instead, a network's run at a time, with the same result to the bit.
 */
export class MtcnnDetector implements FaceFinder {
  readonly #models: MtcnnModels;
  readonly #pool: InferencePool;
  readonly #settings: MtcnnSettings;
  readonly #cascade: Cascade;

  /** @throws VisageError `OPTION_INVALID` for settings outside of their ranges */
  constructor(models: MtcnnModels, settings: MtcnnSettings, pool: InferencePool) {
    const { network, rules, boxRule, ...rest } = settings;
    this.#settings = { network, rules, boxRule, ...checkOptions('MTCNN', numbers, rest) };
    this.#models = models;
    this.#cascade = new Cascade(models, this.#settings);
    this.#pool = pool;
  }

  /** @returns faces in pixels of the upright photo, best score first. */
  async detect({ raster, scale }: Photo, signal?: AbortSignal): Promise<LocatedFace[]> {
    const canvases = this.#cascade.canvasCount(raster);
    if (canvases === 0) return [];
    const spread = canvases > 1 && this.#pool.idle > 1;
    if (spread || raster.data.length > mostCopiedBytes) {
      return this.#cascade.find(raster, scale, (model, inputs) => this.#pool.run(model, inputs, signal));
    }
    const argument = { models: this.#models, settings: this.#settings, scale };
    return this.#pool.runProgram(cascadeProgram(this.#models), argument, inputsOf(raster), signal);
  }
}
