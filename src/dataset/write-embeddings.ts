import { writeNpz, type NpyArray } from '../formats/index.ts';
import { arrayNames, type SplitLabels } from './dataset-file.ts';
import { fingerprintBytes, fingerprintRows } from './fingerprint.ts';
import { splitNames, type SplitName } from './layout.ts';

/** The embeddings of a split. */
export interface EmbeddedRows {
  /** One after the other. */
  readonly numbers: Float32Array;
  /** Of the crops. */
  readonly fingerprints: readonly string[];
}

const strings = (data: readonly string[]): NpyArray => ({ type: 'string', dims: [data.length], data });
const scalar = (text: string): NpyArray => ({ type: 'string', dims: [], data: [text] });

/**
 * Writes `faces-embeddings.npz`; for its arrays see `embedDataset`.
 * @param recipe everything that decides what comes out of a crop.
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function writeEmbeddings(
  out: string,
  labels: Readonly<Record<SplitName, SplitLabels>>,
  { pack, recipe, dimension }: { readonly pack: string; readonly recipe: string; readonly dimension: number },
  rows: Readonly<Record<SplitName, EmbeddedRows>>,
): Promise<void> {
  const arrays: Record<string, NpyArray> = {};
  for (const split of splitNames) {
    const { names } = labels[split];
    const { numbers } = rows[split];
    arrays[arrayNames[split].rows] = { type: 'float32', dims: [names.length, dimension], data: numbers };
    arrays[arrayNames[split].names] = strings(names);
  }
  arrays['pack'] = scalar(pack);
  arrays['recipe'] = scalar(recipe);
  for (const split of splitNames) {
    const { files } = labels[split];
    if (files !== undefined) arrays[`files_${split}`] = strings(files);
    const { fingerprints } = rows[split];
    const dims = [fingerprints.length, fingerprintBytes];
    arrays[`fingerprints_${split}`] = { type: 'uint8', dims, data: fingerprintRows(fingerprints) };
  }
  await writeNpz(out, arrays);
}
