import { visageError } from '../../../kernel/index.ts';
import { readWorkers } from '../../common-flags.ts';
import { addEvaluationFlags, faceSchema } from '../../evaluation/flags.ts';
import { addFlags, readFlags } from '../../flags.ts';
import type { RegisterAction } from '../../run.ts';

const description = `Measure how well classifiers name faces: who was taken for whom, person by person, and whether their probabilities can be believed.

Takes one or more files of visage train, and last what to ask them about: a folder of photos sorted by person, <name>/<photo>, or the embeddings that visage embed writes. Where there are photos or faces for validation only those are judged. "Unknown" is the right answer for people that a classifier does not know; a photo without a face counts as unknown. Classifiers of several packs can be compared on a folder.`;

const examples = `
Examples:
  visage evaluate classifier classifier.json my-people/
  visage evaluate classifier classifier.json faces-embeddings.npz
  visage evaluate classifier svm.json neighbors.json faces-embeddings.npz --out compared`;

export const registerClassifier: RegisterAction = (evaluate, run) => {
  const command = evaluate
    .command('classifier')
    .summary('is the name right?')
    .description(description)
    .argument('<files...>', 'classifiers, and last the photos or embeddings to ask them about')
    .addHelpText('after', examples);
  addEvaluationFlags(addFlags(command, faceSchema)).action(
    async (files: string[], { out }: { out: string }) => {
      if (files.length < 2) {
        throw visageError('USAGE', {
          problem: 'Give at least one classifier, and last a folder of photos or the embeddings.',
          command: 'visage evaluate classifier',
        });
      }
      const { face } = readFlags(command, faceSchema);
      const workers = readWorkers(command);
      run.interruption.kept = 'the photos that were looked at are kept in the cache';
      const { runClassifierEvaluation } = await import('../../evaluation/classifier/run.ts');
      await runClassifierEvaluation(run, {
        classifiers: [...new Set(files.slice(0, -1))],
        path: files.at(-1)!,
        face,
        out,
        workers,
      });
    },
  );
};
