import type { FittedClassifier } from '../../../classify/index.ts';
import { hasFace } from '../../../dataset/index.ts';
import type { FailedPhoto } from '../../../report/index.ts';
import type { EvaluationContext } from '../context.ts';
import { lookWith } from '../looked-photos.ts';
import type { EmbeddedFaces, KnownFaces, PhotographedFaces } from './faces.ts';
import { judgeClassifier, type Judgement } from './judge.ts';
import { noMistakes, type ShownMistakes, showWrongAnswers } from './mistakes.ts';

/** What came of one classifier. */
export interface ClassifierOutcome extends Judgement, ShownMistakes {
  /** Path of its file. */
  readonly name: string;
  readonly pack: string;
  readonly failed: readonly FailedPhoto[];
  /** Absent where no photo had to be looked at. */
  readonly work?: { readonly embedded: number; readonly reused: number };
}

/** Asks the classifier at `path`. @throws VisageError `CLASSIFIER_INVALID`, `PACK_MISMATCH`, `EVALUATION_INVALID`, as its parts */
export async function evaluateClassifier(
  path: string,
  faces: KnownFaces,
  context: EvaluationContext,
): Promise<ClassifierOutcome> {
  const { loadClassifier } = await context.rooms.classify();
  const classifier = await loadClassifier(path);
  return faces.kind === 'embeddings'
    ? askAboutEmbeddings(path, classifier, faces, context)
    : askAboutPhotos(path, classifier, faces, context);
}

async function askAboutEmbeddings(
  path: string,
  classifier: FittedClassifier,
  { embeddings, names, pack }: EmbeddedFaces,
  context: EvaluationContext,
): Promise<ClassifierOutcome> {
  const { requirePack } = await context.rooms.classify();
  if (pack !== undefined) requirePack(classifier, pack, path);
  const judgement = await judgeClassifier(path, classifier, embeddings, names, context);
  return { name: path, pack: classifier.pack, ...judgement, ...noMistakes, failed: [] };
}

/** With the networks of the pack that the classifier is of. */
function askAboutPhotos(
  path: string,
  classifier: FittedClassifier,
  { photos: asked, names }: PhotographedFaces,
  context: EvaluationContext,
): Promise<ClassifierOutcome> {
  return lookWith(classifier.pack, asked, context, async (looked) => {
    const embeddings = looked.photos.map((photo) => (hasFace(photo) ? photo.embedding : undefined));
    const judgement = await judgeClassifier(path, classifier, embeddings, names, context);
    const mistakes = await showWrongAnswers(judgement, asked, looked, context);
    const { failed, work } = looked;
    return { name: path, pack: classifier.pack, ...judgement, ...mistakes, failed, work };
  });
}
