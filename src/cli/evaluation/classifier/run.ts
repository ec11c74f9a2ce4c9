import type { FaceChoice } from '../../../dataset/index.ts';
import { classifierPage } from '../../../report/index.ts';
import type { Run } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { percent } from '../../view/numbers.ts';
import { counted } from '../../view/units.ts';
import { faceSetting } from '../looked-photos.ts';
import { tellOutcomes } from '../outcomes.ts';
import { commandText, makeResultFolder, writeResults } from '../results.ts';
import { answerTable, classifierDocument } from './document.ts';
import { type ClassifierOutcome, evaluateClassifier } from './evaluate.ts';
import { type JudgedPart, readKnownFaces } from './faces.ts';

export interface ClassifierRequest {
  /** Paths of the classifiers, each once. */
  readonly classifiers: readonly string[];
  /** A folder sorted by person, or a file of embeddings. */
  readonly path: string;
  /** Of photos. */
  readonly face: FaceChoice;
  readonly out: string;
  readonly workers: { readonly workers?: number };
}

const partWords: Readonly<Record<JudgedPart, string>> = {
  val: 'those for validation',
  train: 'those for training',
  all: 'all of the folder',
};

/** `visage evaluate classifier`: asks every classifier about the faces, writes page, document and table. */
export async function runClassifierEvaluation(run: Run, request: ClassifierRequest): Promise<void> {
  const { output, rooms, signal, progress } = run;
  const { classifiers, path, face, out, workers } = request;
  const faces = await readKnownFaces(path, face, rooms);
  await makeResultFolder(out);
  // Nothing in it is random.
  const context = { rooms, workers, seed: 0, progress, signal };
  const outcomes: ClassifierOutcome[] = [];
  for (const classifier of classifiers) outcomes.push(await evaluateClassifier(classifier, faces, context));
  const skipped = faces.kind === 'photos' ? faces.skipped : [];
  const told = outcomes.map((outcome) => ({ ...outcome, lines: [summaryLine(outcome)] }));
  await tellOutcomes(run, skipped, told, 'they count as unknown');
  if (faces.part !== 'val') output.note(warningOf(faces.part));

  const words = ['visage', 'evaluate', 'classifier', ...classifiers, path];
  if (faces.kind === 'photos') words.push('--face', face);
  const html = await classifierPage({
    about: faces.about,
    faces: faces.names.length,
    strangers: Math.min(...outcomes.map(({ strangers }) => strangers)),
    entries: outcomes,
    repetition: {
      settings: [
        { label: 'faces', value: partWords[faces.part] },
        ...(faces.kind === 'photos' ? [faceSetting(face)] : []),
      ],
      command: commandText(words),
    },
  });
  await writeResults(run, out, {
    name: 'classifier',
    html,
    document: classifierDocument(faces, outcomes),
    tables: { '': answerTable(faces, outcomes) },
  });
}

const warningOf = (part: JudgedPart): string =>
  part === 'train'
    ? 'There are no validation faces: the training faces are judged, which flatters.'
    : 'All photos of the folder are judged; those that a classifier was trained on flatter it.';

function summaryLine({ name, answers, accuracy, reliability, strangers }: ClassifierOutcome): string {
  return `${printable(name)}: ${counted(answers.length, 'face')}, ${percent(accuracy.share, 2)} right answers, ${counted(strangers, 'stranger')}; expected calibration error ${percent(reliability.expectedError, 2)}, Brier score ${reliability.brierScore.toFixed(4)}`;
}
