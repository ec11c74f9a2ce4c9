import type { FittedClassifier } from '../../../classify/index.ts';
import {
  type Answer,
  type ConfusionMatrix,
  confusionMatrix,
  type Proportion,
  proportion,
  type Reliability,
  reliability,
} from '../../../evaluate/index.ts';
import { visageError } from '../../../kernel/index.ts';
import type { EvaluationContext } from '../context.ts';

/** What a classifier said to one face. */
export interface GivenAnswer {
  /** A name, or `null` for "unknown"; a photo without a face is unknown to everybody. */
  readonly answer: Answer;
  /** The nearest person and what it is worth, also where the answer is "unknown"; absent without a face. */
  readonly best?: { readonly name: string; readonly probability: number };
}

/** What all answers of a classifier are worth. */
export interface Judgement {
  readonly answers: readonly GivenAnswer[];
  /** The right answers: `null` for people that the classifier does not know. */
  readonly expected: readonly Answer[];
  readonly accuracy: Proportion;
  readonly confusion: ConfusionMatrix;
  /** Of faces of people that the classifier knows. */
  readonly reliability: Reliability;
  readonly strangers: number;
}

/**
 * Asks a classifier about every face.
 * @param path what the classifier is called
 * @param embeddings one a face; undefined where a photo has none
 * @param names whose each is
 * @throws VisageError `EVALUATION_INVALID` where the classifier knows none of them; as `predict`
 */
export async function judgeClassifier(
  path: string,
  classifier: FittedClassifier,
  embeddings: readonly (Float32Array | undefined)[],
  names: readonly string[],
  { progress, signal }: Pick<EvaluationContext, 'progress' | 'signal'>,
): Promise<Judgement> {
  const answers: GivenAnswer[] = [];
  const stage = `asking ${path}`;
  for (const [i, embedding] of embeddings.entries()) {
    if (i % 200 === 0) {
      await new Promise((done) => setImmediate(done));
      signal.throwIfAborted();
      progress({ stage, done: i, total: names.length });
    }
    answers.push(answerTo(classifier, embedding));
  }
  progress({ stage, done: names.length, total: names.length });
  const known = new Set(classifier.classes);
  const expected = names.map((name): Answer => (known.has(name) ? name : null));
  const believed = answers.flatMap(({ best }, i) =>
    best === undefined || expected[i] === null ? [] : [{ ...best, right: best.name === expected[i] }],
  );
  if (believed.length === 0) {
    throw visageError('EVALUATION_INVALID', {
      owner: 'evaluate classifier',
      reason: `none of the ${names.length} faces is of a person that ${path} knows`,
      advice: 'Give faces of the people that the classifier was trained on.',
    });
  }
  const right = answers.filter(({ answer }, i) => answer === expected[i]).length;
  return {
    answers,
    expected,
    accuracy: proportion(right, answers.length),
    confusion: confusionMatrix(
      expected,
      answers.map(({ answer }) => answer),
    ),
    reliability: reliability(
      believed.map(({ probability }) => probability),
      believed.map((answer) => answer.right),
    ),
    strangers: expected.filter((name) => name === null).length,
  };
}

function answerTo(classifier: FittedClassifier, embedding: Float32Array | undefined): GivenAnswer {
  if (embedding === undefined) return { answer: null };
  const { name, probability, known } = classifier.predict(embedding);
  return { answer: known ? name : null, best: { name, probability } };
}
