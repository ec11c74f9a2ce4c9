import { NpzFile } from '../formats/index.ts';
import { VisageError } from '../kernel/index.ts';
import { ArrayReader, arrayNames } from './dataset-file.ts';
import { fingerprintsOf } from './fingerprint.ts';
import type { Journal } from './journal.ts';
import { splitNames } from './layout.ts';

/** What `embedDataset` keeps in its journal, with the embedding's bytes as payload. */
export interface EmbedRecord {
  /** Of the crop. */
  readonly fingerprint: string;
}

/** The embeddings that earlier runs made, by the fingerprint of the crop. */
export class EarlierEmbeddings {
  readonly #known = new Map<string, Float32Array>();

  private constructor() {}

  /**
   * @param output where the embeddings lie if there are some already. What cannot be used, because it is
   *   damaged, comes from another maker or another recipe, is ignored: it will be replaced.
   */
  static async gather(
    output: string,
    recipe: string,
    dimension: number,
    journal: Journal<EmbedRecord>,
  ): Promise<EarlierEmbeddings> {
    const earlier = new EarlierEmbeddings();
    await earlier.#addFile(output, recipe, dimension);
    for (const { meta, place } of journal.earlier) {
      const bytes = await journal.read(place);
      // Copied by the constructor into memory of its own, which is aligned.
      if (bytes.length === dimension * 4) {
        earlier.#known.set(meta.fingerprint, new Float32Array(new Uint8Array(bytes).buffer));
      }
    }
    return earlier;
  }

  async #addFile(output: string, recipe: string, dimension: number): Promise<void> {
    let npz: NpzFile | undefined;
    try {
      npz = await NpzFile.open(output);
      const reader = new ArrayReader(npz, 'embed');
      if ((await reader.text('recipe')) !== recipe) return;
      for (const split of splitNames) {
        const { data } = await reader.read(arrayNames[split].rows, ['float32'], 2);
        const prints = fingerprintsOf((await reader.read(`fingerprints_${split}`, ['uint8'], 2)).data);
        if (data.length !== prints.length * dimension) return;
        prints.forEach((print, row) =>
          this.#known.set(print, data.subarray(row * dimension, (row + 1) * dimension)),
        );
      }
    } catch (thrown) {
      if (!(thrown instanceof VisageError)) throw thrown;
    } finally {
      await npz?.close();
    }
  }

  has(fingerprint: string): boolean {
    return this.#known.has(fingerprint);
  }

  get(fingerprint: string): Float32Array | undefined {
    return this.#known.get(fingerprint);
  }
}
