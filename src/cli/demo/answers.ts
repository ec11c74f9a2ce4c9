import type { Classifier, Prediction } from '../../classify/index.ts';
import type { Embeddings, EmbeddedSplit } from '../../dataset/index.ts';
import type { Tally } from './result.ts';

/** What a classifier says about every face of a data set, in order. */
export interface Answers {
  readonly train: readonly Prediction[];
  readonly val: readonly Prediction[];
}

/** Asks `classifier` about every face. */
export function askAbout(classifier: Classifier, { train, val }: Embeddings): Answers {
  const answers = ({ embeddings }: EmbeddedSplit): Prediction[] =>
    embeddings.map((embedding) => classifier.predict(embedding));
  return { train: answers(train), val: answers(val) };
}

/** How many answers name the right person. */
export function tally(answers: readonly Prediction[], names: readonly string[]): Tally {
  return { right: answers.filter(({ name }, i) => name === names[i]).length, total: answers.length };
}
