import { createHash } from 'node:crypto';
import { openByteSource, type FileSource } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { ImportedWeights, WeightImporter, WeightsFound } from './imported-weights.ts';
import { importKeras } from './keras.ts';
import { publishedWeights } from './lineages.ts';
import { importTensorflow } from './tensorflow.ts';
import { importTorch } from './torch.ts';
import { sniffedBytes, sniffWeights, type WeightForm } from './sniff.ts';

/** Files are read as a whole; ten times the largest FaceNet. */
const maxFileBytes = 2 ** 30;

/** What reads each form. A form that is missing here is refused with the list of those that are not. */
const importers: Readonly<Partial<Record<WeightForm, WeightImporter>>> = {
  hdf5: importKeras,
  zip: importTorch,
  pickle: importTorch,
  'tensorflow-graph': importTensorflow,
};

/** `every` with a function costs ten times as much. */
function allFinite(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return false;
  return true;
}

/** The wrong preparation of pixels costs accuracy, and only the hash of a published file proves the right one. */
const assumedPreprocessing = ({ dimension, preprocessing }: WeightsFound): string =>
  `This is none of the published files: the preparation of pixels (${preprocessing}) was chosen by its form and ` +
  `its ${dimension} numbers an embedding. Set it if these weights were trained with another.`;

/**
 * Reads a FaceNet from any file that holds one, by content, whatever its name. Nothing in the file is
 * executed. The result is of full size in memory: about 92 MB and, for most forms, a view of the
 * file's bytes.
 *
 * @param source path of the file, or its bytes
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`; `WEIGHTS_NOT_A_MODEL` for web pages, pointers
 *   and texts; `FORMAT_INVALID`, `FORMAT_UNSUPPORTED` for damaged files; `WEIGHTS_UNSUPPORTED`,
 *   `WEIGHTS_INVALID` for other networks
 */
export async function importWeights(source: FileSource): Promise<ImportedWeights> {
  await using file = await openByteSource(source);
  const { name: path, sizeBytes } = file;
  const form = sniffWeights(await file.read(0, Math.min(sizeBytes, sniffedBytes)), sizeBytes, path);
  const importer = importers[form];
  const forms = Object.keys(importers).join(', ');
  if (importer === undefined) {
    const reason = `it is of the form ${form}; forms that can be imported: ${forms}`;
    throw visageError('WEIGHTS_UNSUPPORTED', { path, reason, advice: 'Convert the file to one of these.' });
  }
  if (sizeBytes > maxFileBytes) {
    const feature = `a size of ${sizeBytes} bytes`;
    throw visageError('FORMAT_UNSUPPORTED', {
      path,
      feature,
      format: form,
      allowed: `up to ${maxFileBytes} bytes`,
    });
  }
  const bytes = await file.read(0, sizeBytes);
  const imported = await importer(bytes, path);
  const { form: kind, likely, ...found } = imported;
  for (const [name, { data }] of found.weights) {
    if (allFinite(data)) continue;
    const reason = `${name} holds numbers that are infinite or not numbers`;
    throw visageError('WEIGHTS_INVALID', { path, network: found.architecture, reason });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const published = publishedWeights.get(sha256);
  return {
    ...found,
    ...(published && { preprocessing: published.preprocessing }),
    lineage: {
      form: kind,
      ...(published ? { published: published.name } : likely !== undefined && { likely }),
      ...(published?.trainedOn !== undefined && { trainedOn: published.trainedOn }),
      sha256,
      sizeBytes,
    },
    notes: published === undefined ? [assumedPreprocessing(imported)] : [],
  };
}
