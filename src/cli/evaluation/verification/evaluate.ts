import { type EmbeddedPhoto, hasFace } from '../../../dataset/index.ts';
import { measureVerification, type VerificationMeasures } from '../../../evaluate/index.ts';
import { distance, unit } from '../../../kernel/index.ts';
import type { Recognizer } from '../../../recognizer.ts';
import type { FailedPhoto, ShownFace, ShownPair } from '../../../report/index.ts';
import type { EvaluationContext } from '../context.ts';
import { cropFaces, shownFace } from '../face-crops.ts';
import { lookWith } from '../looked-photos.ts';
import type { VerificationProtocol } from './protocol.ts';

/** What came of one pack. */
export interface VerificationOutcome {
  readonly pack: string;
  readonly measures: VerificationMeasures;
  /** One a pair, in their order: Euclidean, between unit embeddings; 2 where a photo gave no face. */
  readonly distances: Float64Array;
  readonly failed: readonly FailedPhoto[];
  readonly farthestSame: readonly ShownPair[];
  readonly nearestDifferent: readonly ShownPair[];
  readonly work: { readonly embedded: number; readonly reused: number };
}

/** Pairs of each kind that the page shows as pictures. */
const shownPairs = 8;
/** A photo that spoils many pairs would fill the page alone. */
const shownPerPhoto = 2;
/** The greatest distance between unit embeddings: what a photo without a face gets. */
const farthest = 2;

/** Compares the pairs of `protocol` with one pack. @throws VisageError as its parts */
export async function evaluateVerification(
  pack: string,
  protocol: VerificationProtocol,
  context: EvaluationContext,
): Promise<VerificationOutcome> {
  const { seed, progress, signal } = context;
  const { photos: files, pairs } = protocol;
  return lookWith(pack, protocol, context, async ({ recognizer, photos, failed, work }) => {
    const units = photos.map((photo) => (hasFace(photo) ? unit(photo.embedding) : undefined));
    const distances = Float64Array.from(pairs, ({ first, second }) => {
      const [a, b] = [units[first], units[second]];
      return a === undefined || b === undefined ? farthest : distance(a, b);
    });
    const people = new Map([...new Set(files.map(({ person }) => person))].map((name, i) => [name, i]));
    const numberOf = (photo: number): number => people.get(files[photo]!.person)!;
    const measures = await measureVerification(
      {
        distances,
        same: pairs.map(({ same }) => same),
        folds: pairs.map(({ fold }) => fold),
        firstPeople: pairs.map(({ first }) => numberOf(first)),
        secondPeople: pairs.map(({ second }) => numberOf(second)),
      },
      { seed, progress, signal },
    );
    const shown = await showWorst(protocol, photos, distances, recognizer, context);
    return { pack: recognizer.pack.name, measures, distances, failed, ...shown, work };
  });
}

async function showWorst(
  { photos: files, pairs }: VerificationProtocol,
  photos: readonly EmbeddedPhoto[],
  distances: Float64Array,
  recognizer: Recognizer,
  tell: EvaluationContext,
): Promise<Pick<VerificationOutcome, 'farthestSame' | 'nearestDifferent'>> {
  const compared = [...pairs.keys()].filter((i) => {
    const { first, second } = pairs[i]!;
    return hasFace(photos[first]!) && hasFace(photos[second]!);
  });
  const worst = (same: boolean): number[] => {
    const ranked = compared
      .filter((i) => pairs[i]!.same === same)
      .sort((a, b) => (same ? distances[b]! - distances[a]! : distances[a]! - distances[b]!) || a - b);
    const shownOf = new Map<number, number>();
    return ranked
      .filter((i) => {
        const both = [pairs[i]!.first, pairs[i]!.second];
        if (both.some((photo) => (shownOf.get(photo) ?? 0) >= shownPerPhoto)) return false;
        for (const photo of both) shownOf.set(photo, (shownOf.get(photo) ?? 0) + 1);
        return true;
      })
      .slice(0, shownPairs);
  };
  const [farthestSame, nearestDifferent] = [worst(true), worst(false)];
  const wanted = [...farthestSame, ...nearestDifferent].flatMap((i) => [pairs[i]!.first, pairs[i]!.second]);
  const pictures = await cropFaces(wanted, files, photos, recognizer, tell);
  const face = (photo: number): ShownFace => shownFace(photo, files, pictures);
  const show = (i: number): ShownPair => {
    const { first, second } = pairs[i]!;
    return { first: face(first), second: face(second), distance: distances[i]! };
  };
  return { farthestSame: farthestSame.map(show), nearestDifferent: nearestDifferent.map(show) };
}
