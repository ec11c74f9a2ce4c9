import { visageError } from '../../../kernel/index.ts';
import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterVerb } from '../../run.ts';

const description = `Measure how well classifiers name faces: who was taken for whom, person by person, and whether their probabilities can be believed.

Takes one or more files of visage train, and last the embeddings of faces with names, as visage embed writes them: the validation faces are judged, the training faces only where there are none. "Unknown" is the right answer for people that a classifier does not know.`;

const examples = `
Examples:
  visage evaluate classifier classifier.json faces-embeddings.npz
  visage evaluate classifier svm.json neighbors.json faces-embeddings.npz --out compared`;

export const registerClassifier: RegisterVerb = (evaluate, run) => {
  const command = evaluate
    .command('classifier')
    .summary('is the name right?')
    .description(description)
    .argument('<files...>', 'classifiers, and last the embeddings to ask them about')
    .option('--out <folder>', 'where page, JSON and CSV go', 'visage-evaluation')
    .addHelpText('after', examples);
  addOutputFlags(command).action(async (files: string[], { out }: { out: string }) => {
    if (files.length < 2) {
      throw visageError('USAGE', {
        problem: 'Give at least one classifier, and last the embeddings.',
        command: 'visage evaluate classifier',
      });
    }
    const { runClassifierEvaluation } = await import('../../evaluation/classifier/run.ts');
    await runClassifierEvaluation(run, [...new Set(files.slice(0, -1))], files.at(-1)!, out);
  });
};
