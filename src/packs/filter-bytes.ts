import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../formats/index.ts';
import type { FilterBytes } from '../graph/index.ts';

/** Counts up when the question or what answers it (ONNX Runtime) changes. */
const version = 1;

/**
 * The filters that are right and fast on this machine. To ask takes as long as loading ONNX Runtime, so the
 * answer is kept in `folder`, for this kind of processor.
 * @param multipliesExactly see `multipliesBytesExactly`
 */
export async function fittingFilterBytes(
  folder: string,
  multipliesExactly: () => Promise<boolean>,
): Promise<FilterBytes> {
  const machine = [version, process.arch, ...new Set(cpus().map(({ model }) => model))].join('\n');
  const key = createHash('sha256').update(machine).digest('hex').slice(0, 16);
  const path = join(folder, `filter-bytes-${key}.txt`);
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known === 'int8' || known === 'uint8') return known;
  const answer = (await multipliesExactly()) ? 'int8' : 'uint8';
  // Only saves the next asking; a folder that cannot be written is no reason to fail.
  await mkdir(folder, { recursive: true })
    .then(() => writeFileAtomically(path, answer))
    .catch(() => {});
  return answer;
}
