import { mirror, type Raster } from '../image/index.ts';
import type { EmbedderSettings, OpenPack } from '../packs/index.ts';
import { Batcher, type InferencePool, type ModelFile } from '../runtime/index.ts';

/** The network that makes the embeddings of a pack: in 8-bit arithmetic where the pack has such a one. */
export const embeddingNetwork = ({ models }: OpenPack): ModelFile => models.embedderBytes ?? models.embedder;

/** Turns crops into embeddings, batched across callers. */
export class Embedder {
  readonly #settings: EmbedderSettings;
  readonly #batcher: Batcher;

  constructor(pack: OpenPack, pool: InferencePool) {
    this.#settings = pack.embedder;
    this.#batcher = new Batcher(pool, embeddingNetwork(pack), {
      input: 'image',
      ...(pack.embedder.maxBatch !== undefined && { maxBatch: pack.embedder.maxBatch }),
    });
  }

  /**
   * @param crops squares of the pack's crop size
   * @returns one embedding a crop, as the network gave it; where the pack says `mirrored`, the mean
   *   over the crop and its mirror image, which halves the noise that the pose of the head brings in
   */
  async embed(crops: readonly Raster[], signal?: AbortSignal): Promise<Float32Array[]> {
    return Promise.all(crops.map((crop) => this.#embedOne(crop, signal)));
  }

  async #embedOne(crop: Raster, signal?: AbortSignal): Promise<Float32Array> {
    if (!this.#settings.mirrored) return this.#run(crop, signal);
    const [straight, mirrored] = await Promise.all([
      this.#run(crop, signal),
      this.#run(mirror(crop), signal),
    ]);
    return straight.map((value, i) => (value + mirrored[i]!) / 2);
  }

  async #run(crop: Raster, signal?: AbortSignal): Promise<Float32Array> {
    const outputs = await this.#batcher.run(crop.data, [crop.height, crop.width, 3], signal);
    return outputs['embedding']!.data as Float32Array;
  }
}
