import { basename } from 'node:path';
import {
  type Answer,
  type ConfusionMatrix,
  confusionMatrix,
  type Proportion,
  proportion,
  type Reliability,
  reliability,
} from '../../../evaluate/index.ts';
import { type CsvCell, csvText } from '../../../formats/index.ts';
import { visageError } from '../../../kernel/index.ts';
import { classifierPage } from '../../../report/index.ts';
import type { Run } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { percent, rounded } from '../../view/numbers.ts';
import { counted } from '../../view/units.ts';
import { commandText, makeResultFolder, writeResults } from '../results.ts';

interface Judged {
  readonly name: string;
  readonly answers: readonly {
    readonly answer: Answer;
    readonly name: string;
    readonly probability: number;
  }[];
  readonly accuracy: Proportion;
  readonly confusion: ConfusionMatrix;
  readonly reliability: Reliability;
  readonly strangers: number;
}

/** `visage evaluate classifier`: asks each classifier about the faces of a file of embeddings. */
export async function runClassifierEvaluation(
  run: Run,
  classifierPaths: readonly string[],
  embeddingsPath: string,
  out: string,
): Promise<void> {
  const { output, rooms, signal, progress } = run;
  const { readEmbeddings } = await rooms.dataset();
  const { loadClassifier, requirePack } = await rooms.classify();
  const embeddings = await readEmbeddings(embeddingsPath);
  const part = embeddings.val.names.length > 0 ? 'val' : 'train';
  const faces = embeddings[part];
  const judged: Judged[] = [];
  for (const path of classifierPaths) {
    const classifier = await loadClassifier(path);
    if (embeddings.pack !== undefined) requirePack(classifier, embeddings.pack, path);
    const known = new Set(classifier.classes);
    const answers: Judged['answers'][number][] = [];
    for (const [i, embedding] of faces.embeddings.entries()) {
      if (i % 200 === 0) {
        await new Promise((done) => setImmediate(done));
        signal.throwIfAborted();
        progress({ stage: `asking ${path}`, done: i, total: faces.names.length });
      }
      const { name, probability, known: near } = classifier.predict(embedding);
      answers.push({ answer: near ? name : null, name, probability });
    }
    const expected = faces.names.map((name): Answer => (known.has(name) ? name : null));
    const ofKnown = [...expected.keys()].filter((i) => expected[i] !== null);
    if (ofKnown.length === 0) {
      throw visageError('EVALUATION_INVALID', {
        owner: 'evaluate classifier',
        reason: `none of the ${faces.names.length} faces is of a person that ${path} knows`,
        advice: 'Give embeddings of the people that the classifier was trained on.',
      });
    }
    const right = answers.filter(({ answer }, i) => answer === expected[i]).length;
    judged.push({
      name: path,
      answers,
      accuracy: proportion(right, answers.length),
      confusion: confusionMatrix(
        expected,
        answers.map(({ answer }) => answer),
      ),
      reliability: reliability(
        ofKnown.map((i) => answers[i]!.probability),
        ofKnown.map((i) => answers[i]!.name === expected[i]),
      ),
      strangers: answers.length - ofKnown.length,
    });
  }
  await makeResultFolder(out);
  output.progress.end();
  if (part === 'train')
    output.note('There are no validation faces: the training faces are judged, which flatters.');
  for (const { name, accuracy, reliability: believed, strangers } of judged) {
    await output.line(
      `${printable(name)}: ${counted(faces.names.length, 'face')}, ${percent(accuracy.share, 2)} right answers, ${counted(strangers, 'stranger')}; expected calibration error ${percent(believed.expectedError, 2)}, Brier score ${believed.brierScore.toFixed(4)}`,
    );
  }
  const html = await classifierPage({
    about: basename(embeddingsPath),
    faces: faces.names.length,
    strangers: Math.min(...judged.map(({ strangers }) => strangers)),
    entries: judged,
    repetition: {
      settings: [{ label: 'faces', value: part === 'val' ? 'those for validation' : 'those for training' }],
      command: commandText(['visage', 'evaluate', 'classifier', ...classifierPaths, embeddingsPath]),
    },
  });
  await writeResults(run, out, {
    name: 'classifier',
    html,
    document: {
      evaluation: 'classifier',
      embeddings: embeddingsPath,
      part,
      faces: faces.names.length,
      classifiers: judged.map(record),
    },
    tables: { '': answerTable(faces, judged) },
  });
}

function record({ name, accuracy, confusion, reliability: believed, strangers }: Judged): unknown {
  return {
    classifier: name,
    strangers,
    accuracy: {
      value: rounded(accuracy.share, 6),
      low: rounded(accuracy.low, 6),
      high: rounded(accuracy.high, 6),
    },
    confusion,
    reliability: believed,
  };
}

const answerRow = (file: string | null, name: string, told: readonly CsvCell[]): CsvCell[] => [
  file,
  name,
  ...told,
];

const answerCells = (judged: readonly Judged[], i: number): CsvCell[] =>
  judged.flatMap(({ answers }) => [answers[i]!.answer, answers[i]!.probability]);

function answerTable(
  { names, files }: { readonly names: readonly string[]; readonly files?: readonly string[] },
  judged: readonly Judged[],
): string {
  const header = judged.flatMap(({ name }) => [`answer ${name}`, `probability ${name}`]);
  const rows = names.map((name, i) => answerRow(files?.[i] ?? null, name, answerCells(judged, i)));
  return csvText(['photo', 'person', ...header], rows);
}
