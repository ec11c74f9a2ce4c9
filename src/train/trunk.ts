import { readFile } from 'node:fs/promises';
import { alignFace, cropBox } from '../align/index.ts';
import type { LocatedFace } from '../detect/index.ts';
import { decodeModel, encodeModel } from '../formats/index.ts';
import { toModel, type Graph } from '../graph/index.ts';
import { mirror, type Photo, type Raster } from '../image/index.ts';
import { isFiniteVector, visageError, type Random, type Tensor } from '../kernel/index.ts';
import type { AlignmentSettings, OpenPack } from '../packs/index.ts';
import { openLocalSession, type LocalSession } from '../runtime/index.ts';
import { augment, type AugmentationOptions } from './augmentation.ts';
import { graphOfModel } from './model-graph.ts';
import { headOf, splitGraph, weightsFrom } from './split-graph.ts';

/** A face that was cut out as the pack cuts faces, and whose it is. */
export interface TrainingFace {
  readonly crop: Raster;
  readonly person: string;
  /** The same with a border of {@link borderPx}: shifts then bring in what is really there. */
  readonly wide?: Raster;
}

/** What the trunk of a network says about a face, and whose it is. */
export interface FaceFeatures {
  readonly person: string;
  /** [views + variations, features]: the crop, its mirror image where the pack takes the mean of both, variations. */
  readonly rows: Float32Array;
}

/** How photos are varied in fine-tuning: as {@link augment} does, and three in ten are compressed again. */
export const fineTuneAugmentation: AugmentationOptions = { jpeg: 0.3 };

/** As far as shift, zoom and turn of {@link augment} reach at most, in shares of the side. */
const borderShare = 0.15;
export const borderPx = (cropSizePx: number): number => Math.ceil(borderShare * cropSizePx);

/** Cuts a face out for training: as the pack does, and where it aligns by landmarks with a border. */
export function trainingFace(
  photo: Photo,
  { box, landmarks }: LocatedFace,
  alignment: AlignmentSettings,
  person: string,
): TrainingFace {
  if (alignment.method === 'box') return { crop: cropBox(photo, box, alignment), person };
  const border = borderPx(alignment.cropSizePx);
  const moved = alignment.template.map(({ x, y }) => ({ x: x + border, y: y + border }));
  const wide = {
    ...alignment,
    cropSizePx: alignment.cropSizePx + 2 * border,
    template: moved as unknown as typeof alignment.template,
  };
  return { crop: alignFace(photo, landmarks, alignment), wide: alignFace(photo, landmarks, wide), person };
}

const clamp = (value: number, end: number): number => Math.min(Math.max(value, 0), end - 1);

/** The picture with its edge pixels repeated outwards. */
function extendEdges({ data, width, height }: Raster, border: number): Raster {
  const [outWidth, outHeight] = [width + 2 * border, height + 2 * border];
  const out = new Uint8Array(outWidth * outHeight * 3);
  for (let y = 0, at = 0; y < outHeight; y++) {
    const row = clamp(y - border, height) * width;
    for (let x = 0; x < outWidth; x++, at += 3) {
      const from = 3 * (row + clamp(x - border, width));
      out[at] = data[from]!;
      out[at + 1] = data[from + 1]!;
      out[at + 2] = data[from + 2]!;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

/** Embedder of a pack, cut before its last matrix: the trunk runs once for each photo, the head is trained on that. */
export class Trunk implements AsyncDisposable {
  readonly pack: OpenPack;
  /** The whole network. */
  readonly network: Graph;
  /** From the value {@link at} to `embedding`. */
  readonly head: Graph;
  readonly at: string;
  /** What is trained, by name. */
  readonly weights: readonly string[];
  /** Numbers that the trunk gives for a crop. */
  readonly featureSize: number;
  /** 2 where the pack takes the mean of a crop and its mirror image. */
  readonly views: 1 | 2;
  readonly #session: LocalSession;

  private constructor(pack: OpenPack, network: Graph, head: Graph, at: string, session: LocalSession) {
    this.pack = pack;
    this.network = network;
    this.head = head;
    this.at = at;
    this.weights = weightsFrom(head, at);
    this.featureSize = Number(head.inputs[0]!.dims[1]);
    this.views = pack.embedder.mirrored ? 2 : 1;
    this.#session = session;
  }

  /** @throws VisageError `MODEL_INVALID` for a network without a head, `INFERENCE_FAILED` */
  static async open(pack: OpenPack): Promise<Trunk> {
    const { name, path } = pack.models.embedder;
    const network = await graphOfModel(name, decodeModel(await readFile(path), path));
    const at = headOf(network);
    const { trunk, head } = splitGraph(network, at);
    const session = await openLocalSession(trunk.name, encodeModel(toModel(trunk)));
    return new Trunk(pack, network, head, at, session);
  }

  /**
   * Rows of a face, see {@link FaceFeatures}. The same random state gives the same rows.
   * @throws VisageError `INFERENCE_FAILED`, also for numbers that are none
   */
  async rowsOf({ crop, wide }: TrainingFace, variations: number, random: Random): Promise<Float32Array> {
    const sizePx = crop.width;
    const crops = this.views === 2 ? [crop, mirror(crop)] : [crop];
    const source = wide ?? extendEdges(crop, borderPx(sizePx));
    for (let i = 0; i < variations; i++) {
      crops.push(await augment(source, sizePx, random, fineTuneAugmentation));
    }
    const numbers = sizePx * sizePx * 3;
    const data = new Uint8Array(crops.length * numbers);
    for (const [i, picture] of crops.entries()) data.set(picture.data, i * numbers);
    const image: Tensor = { type: 'uint8', dims: [crops.length, sizePx, sizePx, 3], data };
    const outputs = await this.#session.run({ [this.#session.inputNames[0]!]: image });
    const rows = outputs[this.at]!.data as Float32Array;
    if (!isFiniteVector(rows)) {
      const reason = 'it gave numbers that are not finite';
      throw visageError('INFERENCE_FAILED', { network: this.network.name, reason });
    }
    return rows;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
