import type { OpenSetAnswer } from '../calibrate/index.ts';
import type { Prediction } from './classifier.ts';

/**
 * The open-set part of a prediction: known where a stranger would come so near seldom enough and nobody else is
 * nearly as likely.
 * @param nameOf of the numbers that the answer speaks in
 * @param chosen number of the person that was judged
 */
export function openSetPrediction(
  { certainty, falseAcceptRate, rival }: OpenSetAnswer,
  maxFalseAccept: number,
  nameOf: (index: number) => string,
  chosen: number,
): Pick<Prediction, 'known' | 'unknown' | 'certainty' | 'falseAcceptRate'> {
  const common = { certainty, falseAcceptRate };
  if (falseAcceptRate > maxFalseAccept) return { ...common, known: false, unknown: { kind: 'too-far' } };
  if (rival === undefined) return { ...common, known: true };
  const names = [nameOf(chosen), nameOf(rival)] as const;
  return { ...common, known: false, unknown: { kind: 'too-alike', names } };
}
