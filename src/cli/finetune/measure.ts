import { measureVerification, type VerificationMeasures } from '../../evaluate/index.ts';
import type { BeforeAndAfter } from '../../train/index.ts';

/** One kind of photos, measured before and after. */
export interface MeasuredKind {
  readonly before: VerificationMeasures;
  readonly after: VerificationMeasures;
}

/** Rounds of the bootstrap: a quarter of the usual, for the page shows both intervals side by side. */
const rounds = 250;

/** @param people whose each photo is, as a number */
export async function measureKind(
  { trials, before, after }: BeforeAndAfter,
  people: readonly number[],
  options: { readonly seed: number; readonly signal: AbortSignal },
): Promise<MeasuredKind> {
  const { first, second, same } = trials;
  const firstPeople = Uint32Array.from(first, (photo) => people[photo]!);
  const secondPeople = Uint32Array.from(second, (photo) => people[photo]!);
  const folds = new Uint8Array(first.length);
  const measure = (distances: Float64Array): Promise<VerificationMeasures> =>
    measureVerification({ distances, same, folds, firstPeople, secondPeople }, { ...options, rounds });
  return { before: await measure(before.distances), after: await measure(after.distances) };
}
