import { basename } from 'node:path';
import { openByteSource, type FileSource as WeightFile } from '../../formats/index.ts';
import type { NamedWeights } from '../../kernel/index.ts';
import { sha256 } from '../definition.ts';
import type { OriginRecord } from '../record/pack-record.ts';
import { importWeights } from './import-weights.ts';
import type { ImportedWeights } from './imported-weights.ts';
import { incomplete } from './incomplete.ts';
import { importMtcnn, type MtcnnPart, type MtcnnWeights } from './mtcnn.ts';
import { sniffedBytes, sniffWeights } from './sniff.ts';

/** Weight files of MTCNN's networks are below, those of embedders above. */
const mtcnnMaxBytes = 8_000_000;

/** What weight files hold. */
export interface WeightFiles {
  readonly mtcnn: MtcnnWeights;
  readonly onnx: readonly { readonly origin: OriginRecord; readonly bytes: Uint8Array }[];
  readonly weights: ImportedWeights | undefined;
  readonly origins: readonly OriginRecord[];
}

const nameOf = (source: WeightFile): string => basename(typeof source === 'string' ? source : source.name);

/** What a file is. */
type Found = { readonly origin: OriginRecord } & (
  | { readonly mtcnn: MtcnnWeights }
  | { readonly onnx: Uint8Array }
  | { readonly weights: ImportedWeights }
);

async function readWeightFile(source: WeightFile): Promise<Found> {
  await using file = await openByteSource(source);
  const { name: path, sizeBytes } = file;
  const form = sniffWeights(await file.read(0, Math.min(sizeBytes, sniffedBytes)), sizeBytes, path);
  const mayBeMtcnn = form === 'npy' || ((form === 'pickle' || form === 'zip') && sizeBytes <= mtcnnMaxBytes);
  if (form === 'onnx' || mayBeMtcnn) {
    const bytes = await file.read(0, sizeBytes);
    const origin = { file: nameOf(source), sha256: sha256(bytes), sizeBytes };
    if (form === 'onnx') return { origin, onnx: bytes };
    try {
      return { origin, mtcnn: await importMtcnn({ name: path, bytes }) };
    } catch (thrown) {
      // A checkpoint that is not MTCNN's may be a small embedder's.
      if (form === 'npy') throw thrown;
    }
  }
  const weights = await importWeights(source);
  const { sha256: hash, published } = weights.lineage;
  const origin = { file: nameOf(source), sha256: hash, sizeBytes };
  return { origin: published === undefined ? origin : { ...origin, published }, weights };
}

/** Reads the files, each for what it is; one after the other, as an embedder fills the memory. */
export async function readWeightFiles(files: readonly WeightFile[]): Promise<WeightFiles> {
  const mtcnn: Partial<Record<MtcnnPart, NamedWeights>> = {};
  let weights: ImportedWeights | undefined;
  const onnx: { origin: OriginRecord; bytes: Uint8Array }[] = [];
  const origins: OriginRecord[] = [];
  for (const source of files) {
    const found = await readWeightFile(source);
    origins.push(found.origin);
    if ('onnx' in found) onnx.push({ origin: found.origin, bytes: found.onnx });
    else if ('mtcnn' in found) Object.assign(mtcnn, found.mtcnn);
    else weights = onlyOne(weights, found.weights);
  }
  return { mtcnn, onnx, weights, origins };
}

function onlyOne(known: ImportedWeights | undefined, found: ImportedWeights): ImportedWeights {
  if (known === undefined) return found;
  throw incomplete('two of them are embedders', 'Give one embedder; each makes a pack of its own.');
}
