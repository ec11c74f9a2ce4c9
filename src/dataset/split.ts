import { compareCodePoints, Random } from '../kernel/index.ts';

/**
 * Chooses which photos of one person are for validation: a share of them, at least one where there
 * are two, never all. Each photo draws a number of its own from the seed, the person and its name,
 * and the lowest numbers are taken, so that a new photo or person moves hardly any other.
 * @param files names of one person's photos, each once.
 * @param share in [0, 1).
 */
export function chooseForValidation(
  person: string,
  files: readonly string[],
  share: number,
  seed: number,
): Set<string> {
  if (share === 0 || files.length < 2) return new Set();
  const count = Math.min(files.length - 1, Math.max(1, Math.round(files.length * share)));
  const random = new Random(seed).fork(person);
  return new Set(
    files
      .map((file) => ({ file, draw: random.fork(file).bits() }))
      .sort((a, b) => a.draw - b.draw || compareCodePoints(a.file, b.file))
      .slice(0, count)
      .map(({ file }) => file),
  );
}
