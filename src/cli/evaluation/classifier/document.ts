import { type CsvCell, csvText } from '../../../formats/index.ts';
import { rounded } from '../../view/numbers.ts';
import type { KnownFaces } from './faces.ts';
import type { ClassifierOutcome } from './evaluate.ts';

function classifierRecord(outcome: ClassifierOutcome): unknown {
  const { name, pack, strangers, accuracy, confusion, reliability, failed, work } = outcome;
  return {
    classifier: name,
    pack,
    strangers,
    accuracy: {
      value: rounded(accuracy.share, 6),
      low: rounded(accuracy.low, 6),
      high: rounded(accuracy.high, 6),
    },
    confusion,
    reliability,
    failed,
    ...(work === undefined ? {} : { work }),
  };
}

/** The document of a run over classifiers: `--json`, and `classifier.json`. */
export function classifierDocument(
  faces: KnownFaces,
  outcomes: readonly ClassifierOutcome[],
): Readonly<Record<string, unknown>> {
  const { kind, path, part, names } = faces;
  return {
    evaluation: 'classifier',
    [kind]: path,
    part,
    faces: names.length,
    ...(kind === 'photos' ? { face: faces.photos.choice, skipped: faces.skipped } : {}),
    classifiers: outcomes.map(classifierRecord),
  };
}

const row = (file: string | null, name: string, told: readonly CsvCell[]): CsvCell[] => [file, name, ...told];

const answerCells = (outcomes: readonly ClassifierOutcome[], i: number): CsvCell[] =>
  outcomes.flatMap(({ answers }) => [answers[i]!.answer, answers[i]!.best?.probability ?? null]);

/** Every face with what each classifier answered; an empty answer is "unknown". */
export function answerTable({ names, files }: KnownFaces, outcomes: readonly ClassifierOutcome[]): string {
  const header = outcomes.flatMap(({ name }) => [`answer ${name}`, `probability ${name}`]);
  const rows = names.map((name, i) => row(files?.[i] ?? null, name, answerCells(outcomes, i)));
  return csvText(['photo', 'person', ...header], rows);
}
