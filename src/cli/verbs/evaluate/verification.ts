import type { OptionSchema } from '../../../kernel/index.ts';
import { drawPairsOptions } from '../../../evaluate/index.ts';
import { seedSchema } from '../../common-flags.ts';
import { addEvaluationFlags, addPacksFlag, readEvaluationFlags } from '../../evaluation/flags.ts';
import { addFlags, readFlags } from '../../flags.ts';
import type { RegisterAction } from '../../run.ts';

const description = `Measure how well a pack tells whether two photos show one person.

With pairs.txt in the form of Labeled Faces in the Wild its pairs are compared; the photos are looked for in --images, else in images/ beside it, else beside it. Without, pairs are drawn from a folder sorted by person, <name>/<photo>: people evenly, as many pairs of one person as of two, no person in two folds.

Reports accuracy fold by fold, the ROC curve and the area under it, the equal error rate, and the true accept rate at false accept rates of 10 %, 1 %, 0.1 % and 0.01 %, as far as there are pairs enough. A photo without a face is not left out: its pairs count as two people.`;

const examples = `
Examples:
  visage evaluate verification lfw/
  visage evaluate verification pairs.txt --images lfw-funneled/
  visage evaluate verification my-people/ --pack bundled --pack facenet-128
  visage evaluate verification my-people/ --pairs 20000 --seed 7 --json`;

const { pairs, folds } = drawPairsOptions;
const schema = {
  pairs: { ...pairs, description: 'most pairs of each kind, where they are drawn' },
  folds: { ...folds, description: 'folds, where pairs are drawn' },
  face: {
    type: 'choice',
    choices: ['auto', 'main', 'middle'],
    default: 'auto',
    description:
      'of several faces in a photo: main, the large one near the middle line, as prepare takes; middle, as LFW asks; auto: middle with pairs.txt',
  },
  ...seedSchema,
} as const satisfies OptionSchema;

export const registerVerification: RegisterAction = (evaluate, run) => {
  const command = evaluate
    .command('verification')
    .summary('same person or not?')
    .description(description)
    .argument('<photos>', 'a folder of photos, sorted by name, or pairs.txt')
    .option('--images <folder>', 'where the photos of pairs.txt are')
    .addHelpText('after', examples);
  addEvaluationFlags(addFlags(addPacksFlag(command), schema)).action(
    async (path: string, { images }: { images?: string }) => {
      const flags = readEvaluationFlags(command);
      const request = { path, images, ...readFlags(command, schema) };
      run.interruption.kept = 'the photos that were looked at are kept in the cache';
      const { runVerification } = await import('../../evaluation/verification/run.ts');
      await runVerification(run, request, flags);
    },
  );
};
