import { compareCodePoints } from '../kernel/index.ts';
import { checkAnswers, type Answer } from './accuracy.ts';

/** Who was taken for whom. */
export interface ConfusionMatrix {
  /** Every answer that occurs, sorted by code point; `null` (unknown), where it occurs, is last. */
  readonly classes: readonly Answer[];
  /** `counts[i][j]`: rows of class i that were predicted as class j. */
  readonly counts: readonly (readonly number[])[];
  /** Of the rows of class i, the share predicted as i; 0 where the class has no rows. */
  readonly recall: readonly number[];
  /** Of the rows predicted as class i, the share that are of i; 0 where nothing was predicted as i. */
  readonly precision: readonly number[];
  /** Share of all rows on the diagonal. */
  readonly accuracy: number;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Counts the pairs of expected and predicted answers, as scikit-learn's `confusion_matrix` does;
 * recall and precision as its `recall_score` and `precision_score` with `average=None, zero_division=0`.
 * @param classes rows and columns to show even where they do not occur, before those that do.
 * @throws VisageError `EVALUATION_INVALID` when the lists are empty or of different lengths.
 */
export function confusionMatrix(
  expected: readonly Answer[],
  predicted: readonly Answer[],
  classes: readonly Answer[] = [],
): ConfusionMatrix {
  checkAnswers('confusionMatrix', expected, predicted);
  const present = new Set<Answer>([...classes, ...expected, ...predicted]);
  const names = [...present].filter((name) => name !== null).sort(compareCodePoints);
  const sorted: Answer[] = present.has(null) ? [...names, null] : names;
  const indexOf = new Map(sorted.map((name, i) => [name, i] as const));

  const counts = sorted.map(() => sorted.map(() => 0));
  for (const [row, answer] of expected.entries()) {
    counts[indexOf.get(answer)!]![indexOf.get(predicted[row]!)!]! += 1;
  }
  const columnSums = sorted.map((_, j) => counts.reduce((sum, row) => sum + row[j]!, 0));
  const rowSums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
  return {
    classes: sorted,
    counts,
    recall: rowSums.map((sum, i) => share(counts[i]![i]!, sum)),
    precision: columnSums.map((sum, i) => share(counts[i]![i]!, sum)),
    accuracy: right / expected.length,
  };
}
