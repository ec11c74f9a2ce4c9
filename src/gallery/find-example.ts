import { visageError } from '../kernel/index.ts';
import type { StoreReader } from './store.ts';

export const unknownExample = (path: string, id: number): Error =>
  visageError('EXAMPLE_UNKNOWN', { path, got: String(id) });

/** @throws VisageError `EXAMPLE_UNKNOWN` */
export async function findExample(
  reader: StoreReader,
  path: string,
  id: number,
): Promise<{ readonly personId: string }> {
  const found = Number.isSafeInteger(id) ? await reader.example(id) : undefined;
  if (found === undefined) throw unknownExample(path, id);
  return found;
}
