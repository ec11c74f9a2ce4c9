import { visageError } from '../kernel/index.ts';

/** A person's name, or `null` where the answer is "nobody that is known". */
export type Answer = string | null;

/**
 * Share of the rows whose predicted answer is the expected one, in [0, 1].
 * @throws VisageError `EVALUATION_INVALID` when the lists are empty or of different lengths.
 */
export function accuracy(expected: readonly Answer[], predicted: readonly Answer[]): number {
  checkAnswers('accuracy', expected, predicted);
  let right = 0;
  for (const [i, answer] of expected.entries()) if (answer === predicted[i]) right++;
  return right / expected.length;
}

/** Throws unless both lists hold the same number of rows, at least one. */
export function checkAnswers(owner: string, expected: readonly Answer[], predicted: readonly Answer[]): void {
  const advice = 'Give one expected and one predicted answer for every row.';
  if (expected.length !== predicted.length) {
    const reason = `there are ${expected.length} expected and ${predicted.length} predicted answers`;
    throw visageError('EVALUATION_INVALID', { owner, reason, advice });
  }
  if (expected.length === 0)
    throw visageError('EVALUATION_INVALID', { owner, reason: 'there are no rows', advice });
}
