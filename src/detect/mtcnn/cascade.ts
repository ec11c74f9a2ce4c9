import { type Raster, SummedArea } from '../../image/index.ts';
import type { Box, Point } from '../../kernel/index.ts';
import { mtcnnOutputSizePx, mtcnnRefineSizePx } from '../../nets/index.ts';
import type { MtcnnSettings } from '../../packs/index.ts';
import type { ModelFile, RunNetwork, TensorMap } from '../../runtime/index.ts';
import type { FivePoints, LocatedFace } from '../face.ts';
import { boxOf } from './box-rule.ts';
import { shiftSides, squaresAround } from './boxes.ts';
import { bestCandidates, type Candidates, joinCandidates, pickCandidates } from './candidates.ts';
import { type Canvas, canvasLength, canvasTensor, planCanvases } from './canvas.ts';
import { CropAxes } from './crop-axes.ts';
import { judgedAbove, type Judged } from './judgements.ts';
import type { Means } from './means.ts';
import { proposalsAt } from './proposals.ts';
import { cascadeRules, type CascadeRules } from './rules.ts';
import { pictureScales } from './scales.ts';
import { suppressCandidates } from './suppression.ts';
import { type MeanScale, PlainView, SummedView, type View } from './view.ts';

/** MTCNN's networks. */
export interface MtcnnModels {
  readonly pnet: ModelFile;
  readonly rnet: ModelFile;
  readonly onet: ModelFile;
}

/** Overlaps above which boxes are one face: within a scale of P-Net, then after every network (detect_face.py). */
const maxScaleOverlap = 0.5;
const maxOverlap = 0.7;

/** Candidates that R-Net and O-Net see, the best: far more than there are in any honest photo. */
const maxProposals = 8192;
const maxRefined = 2048;
/** A network that looks at crops. */
interface Judge {
  readonly model: ModelFile;
  readonly axes: CropAxes;
  /** Numbers that it answers a crop. */
  readonly columns: number;
  /** Crops of one run: where a crop costs least (ONNX Runtime 1.30, one thread). */
  readonly batch: number;
}

const refineJudge = { columns: 5, batch: 32 } as const;
const outputJudge = { columns: 15, batch: 8 } as const;

/** Plans of this many sizes of pictures are kept. */
const keptPlans = 64;

/** Memory with a larger table of sums is left to the garbage collector after its photo. */
const keptBytes = 16 * 2 ** 20;

type Size = Pick<Raster, 'width' | 'height'>;

interface Plan {
  readonly scales: readonly MeanScale[];
  readonly canvases: readonly Canvas[];
}

/** Row `i` of [n, 4], counted from 1 and with its last pixel, as a box counted from 0. */
function windowOf(windows: Float64Array, i: number): Box {
  const [x, y] = [windows[4 * i]! - 1, windows[4 * i + 1]! - 1];
  return { x, y, width: windows[4 * i + 2]! - x, height: windows[4 * i + 3]! - y };
}

/**
 * MTCNN's three networks and what lies between them, wherever the networks run. The algorithm and its
 * constants are those of davidsandberg/facenet, src/align/detect_face.py.
 */
export class Cascade {
  readonly #models: MtcnnModels;
  readonly #settings: MtcnnSettings;
  readonly #rules: CascadeRules;
  readonly #refineAxes: CropAxes;
  readonly #outputAxes: CropAxes;
  readonly #plans = new Map<string, Plan>();
  /** For the next photo. */
  #means: Means | undefined;

  /** @param settings within their ranges */
  constructor(models: MtcnnModels, settings: MtcnnSettings) {
    this.#models = models;
    this.#settings = settings;
    this.#rules = cascadeRules[settings.rules];
    this.#refineAxes = new CropAxes(mtcnnRefineSizePx, this.#rules);
    this.#outputAxes = new CropAxes(mtcnnOutputSizePx, this.#rules);
  }

  /**
   * @param scale pixels of the photo per pixel of the raster
   * @param infer calls a function that makes inputs when it is about to copy them or to run the network
   * @returns faces in pixels of the photo, best score first
   */
  async find(raster: Raster, scale: number, infer: RunNetwork): Promise<LocatedFace[]> {
    const plan = this.#planOf(raster);
    if (raster.width * raster.height > SummedArea.mostPixels) {
      return this.#findIn(new PlainView(raster, plan.scales, this.#rules), raster, plan, scale, infer);
    }
    const means = this.#means ?? this.#rules.openMeans();
    this.#means = undefined;
    const view = new SummedView(raster, plan.scales, this.#rules, means);
    try {
      return await this.#findIn(view, raster, plan, scale, infer);
    } finally {
      if (means.bytes <= keptBytes) this.#means = means;
    }
  }

  async #findIn(
    view: View,
    size: Size,
    plan: Plan,
    scale: number,
    infer: RunNetwork,
  ): Promise<LocatedFace[]> {
    const proposals = await this.#propose(view, plan, infer);
    const refined = await this.#refine(view, size, proposals, infer);
    return this.#decide(view, size, refined, scale, infer);
  }

  /** How many runs of P-Net a picture takes. */
  canvasCount(raster: Size): number {
    return this.#planOf(raster).canvases.length;
  }

  #planOf({ width, height }: Size): Plan {
    const key = `${width}×${height}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const { minFacePx, scaleFactor } = this.#settings;
    const { lengthAt, stretches } = this.#rules;
    const scales = pictureScales(width, height, minFacePx, scaleFactor, lengthAt).map((scale) =>
      Object.assign({}, scale, {
        across: stretches(width, scale.width),
        down: stretches(height, scale.height),
      }),
    );
    const plan = { scales, canvases: planCanvases(scales) };
    if (this.#plans.size >= keptPlans) this.#plans.clear();
    this.#plans.set(key, plan);
    return plan;
  }

  /** P-Net over all scales. @returns squares */
  async #propose(view: View, { scales, canvases }: Plan, infer: RunNetwork): Promise<Float64Array> {
    const maps = await Promise.all(
      canvases.map(async (canvas) => {
        const inputs = () => {
          const numbers = view.input(canvasLength(canvas));
          return { image: canvasTensor(canvas, numbers, (piece, to) => view.piece(piece, to)) };
        };
        const { cells } = await infer(this.#models.pnet, inputs);
        return { canvas, cells: cells!.data as Float32Array };
      }),
    );
    const found = scales.map((scale, index) => {
      const proposals = proposalsAt(index, scale, maps, this.#settings.proposalScore, this.#rules);
      return this.#suppress(proposals, maxScaleOverlap);
    });
    const kept = this.#suppress(bestCandidates(joinCandidates(found), maxProposals), maxOverlap);
    return this.#rules.judged(squaresAround(shiftSides(kept, 0)));
  }

  #suppress(candidates: Candidates, most: number): Candidates {
    const { lastPixel, ofEquals } = this.#rules;
    const overlap = { most, measure: 'union', lastPixel, ofEquals } as const;
    return pickCandidates(candidates, suppressCandidates(candidates, overlap));
  }

  /** R-Net. @param boxes squares, as is what it returns */
  async #refine(view: View, size: Size, boxes: Float64Array, infer: RunNetwork): Promise<Float64Array> {
    const rnet = { ...refineJudge, model: this.#models.rnet, axes: this.#refineAxes };
    const judged = await this.#judge(rnet, view, size, boxes, this.#settings.refineScore, infer);
    const kept = this.#suppress(bestCandidates(judged, maxRefined), maxOverlap);
    return this.#rules.judged(squaresAround(shiftSides(kept, 1)));
  }

  /** O-Net. */
  async #decide(
    view: View,
    size: Size,
    boxes: Float64Array,
    scale: number,
    infer: RunNetwork,
  ): Promise<LocatedFace[]> {
    const onet = { ...outputJudge, model: this.#models.onet, axes: this.#outputAxes };
    const { minScore, boxRule } = this.#settings;
    const judged = await this.#judge(onet, view, size, boxes, minScore, infer);
    const { count, scores, points } = judged;
    const moved = shiftSides(judged, 1);
    const overlap = { most: maxOverlap, measure: 'smaller', lastPixel: 1 } as const;
    return suppressCandidates({ count, boxes: moved, scores }, overlap).map((index) => {
      const [left, top, right, bottom] = judged.boxes.subarray(4 * index, 4 * index + 4);
      const point = (n: number): Point => ({
        x: ((right! - left! + 1) * points[10 * index + n]! + left! - 1) * scale,
        y: ((bottom! - top! + 1) * points[10 * index + 5 + n]! + top! - 1) * scale,
      });
      const sides = [...moved.subarray(4 * index, 4 * index + 4)].map((side) => side * scale);
      return {
        box: boxOf(sides as [number, number, number, number], boxRule),
        score: scores[index]!,
        landmarks: [0, 1, 2, 3, 4].map(point) as unknown as FivePoints,
      };
    });
  }

  /** Shows crops to R-Net or O-Net and keeps those that score above `minScore`. */
  async #judge(
    { model, columns, batch, axes }: Judge,
    view: View,
    size: Size,
    squares: Float64Array,
    minScore: number,
    infer: RunNetwork,
  ): Promise<Judged> {
    const { boxes, windows } = this.#cuttable(squares, size);
    const { sizePx } = axes;
    const count = boxes.length / 4;
    const judgements = new Float32Array(count * columns);
    const jobs = Math.ceil(count / batch);
    const show = async (job: number): Promise<void> => {
      const first = Math.floor((job * count) / jobs);
      const end = Math.floor(((job + 1) * count) / jobs);
      const inputs = (): TensorMap => {
        const dims = [end - first, 3, sizePx, sizePx];
        const data = view.input(dims.reduce((a, b) => a * b));
        const plane = sizePx * sizePx;
        for (let i = first; i < end; i++) {
          const to = { data, start: 3 * plane * (i - first), row: sizePx, plane };
          view.crop(windowOf(windows, i), axes, to);
        }
        return { faces: { type: 'float32', dims, data } };
      };
      const outputs = await infer(model, inputs);
      judgements.set(outputs['judgements']!.data as Float32Array, first * columns);
    };
    await Promise.all(Array.from({ length: jobs }, (_, job) => show(job)));
    return judgedAbove(minScore, boxes, judgements, columns, this.#rules);
  }

  /** The squares whose pixels can be cut out: at least one, and not so many that only a broken network asks for them. */
  #cuttable(squares: Float64Array, { width, height }: Size): { boxes: Float64Array; windows: Float64Array } {
    const windows = this.#rules.windows(squares, width, height);
    const longest = 4 * Math.max(width, height);
    const fits = (low: number, high: number): boolean => high >= low && high - low < longest;
    const cuttable = (_: number, i: number): boolean => {
      const at = i - (i % 4);
      return fits(windows[at]!, windows[at + 2]!) && fits(windows[at + 1]!, windows[at + 3]!);
    };
    return { boxes: squares.filter(cuttable), windows: windows.filter(cuttable) };
  }
}
