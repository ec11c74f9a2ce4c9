import type { ShownAnswer } from '../../../report/index.ts';
import type { EvaluationContext } from '../context.ts';
import { cropFaces, shownFace } from '../face-crops.ts';
import type { LookedPhotos, PhotosToLookAt } from '../looked-photos.ts';
import type { Judgement } from './judge.ts';

/** Faces of each kind of mistake that the page shows as pictures. */
const shownFaces = 12;

/** Wrong answers to faces, as pictures. */
export interface ShownMistakes {
  /** Known people that got somebody else's name, the surest first. */
  readonly mistaken: readonly ShownAnswer[];
  /** Strangers that got a name, the surest first. */
  readonly named: readonly ShownAnswer[];
  /** Known people that were called unknown, the surest first. */
  readonly refused: readonly ShownAnswer[];
}

export const noMistakes: ShownMistakes = { mistaken: [], named: [], refused: [] };

/** The worst answers of a classifier to photos. */
export async function showWrongAnswers(
  { answers, expected }: Judgement,
  { photos: files }: PhotosToLookAt,
  { recognizer, photos }: LookedPhotos,
  tell: EvaluationContext,
): Promise<ShownMistakes> {
  const probability = (i: number): number => answers[i]!.best!.probability;
  const worst = (isOne: (i: number) => boolean): number[] =>
    [...answers.keys()]
      .filter((i) => answers[i]!.best !== undefined && answers[i]!.answer !== expected[i] && isOne(i))
      .sort((a, b) => probability(b) - probability(a) || a - b)
      .slice(0, shownFaces);
  const mistaken = worst((i) => answers[i]!.answer !== null && expected[i] !== null);
  const named = worst((i) => expected[i] === null);
  const refused = worst((i) => answers[i]!.answer === null);
  const pictures = await cropFaces([...mistaken, ...named, ...refused], files, photos, recognizer, tell);
  const show = (list: readonly number[]): ShownAnswer[] =>
    list.map((i) => ({
      face: shownFace(i, files, pictures),
      answer: answers[i]!.answer,
      best: answers[i]!.best!,
    }));
  return { mistaken: show(mistaken), named: show(named), refused: show(refused) };
}
