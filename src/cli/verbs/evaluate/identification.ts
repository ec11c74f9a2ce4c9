import type { ClassifierKind } from '../../../classify/index.ts';
import { galleryProtocolOptions } from '../../../evaluate/index.ts';
import { type OptionSchema, visageError } from '../../../kernel/index.ts';
import { seedSchema } from '../../common-flags.ts';
import { addEvaluationFlags, addPacksFlag, faceSchema, readEvaluationFlags } from '../../evaluation/flags.ts';
import { addFlags, readFlags } from '../../flags.ts';
import type { RegisterAction } from '../../run.ts';

const description = `Measure how well people are named, and how well strangers are refused.

From a folder sorted by person, <name>/<photo>: who has at least --least-photos photos is known by the first --enrolled of them, and the rest of the photos ask who it is. People with exactly one photo are strangers; where there are none, a share of the people is set aside.

Reports how often the right person is among the first k names (CMC), how many known people are named rightly while 10 %, 1 %, 0.1 % or 0.01 % of the strangers get a name (TPIR at FPIR), as far as there are strangers enough, and the detection error trade-off.`;

const examples = `
Examples:
  visage evaluate identification lfw/images --face middle
  visage evaluate identification my-people/ --enrolled 1 --least-photos 2
  visage evaluate identification my-people/ --classifier mean --classifier neighbors
  visage evaluate identification my-people/ --pack bundled --pack facenet-128 --json`;

const { enrolled, leastPhotos, strangerShare } = galleryProtocolOptions;
const schema = {
  enrolled,
  leastPhotos,
  strangerShare,
  depth: {
    type: 'number',
    default: 20,
    integer: true,
    min: 5,
    max: 1000,
    description: 'names of the cumulative match characteristic',
  },
  ...faceSchema,
  ...seedSchema,
} as const satisfies OptionSchema;

const kinds: readonly ClassifierKind[] = ['mean', 'neighbors', 'linear', 'svm'];

function readKind(name: string, earlier: readonly ClassifierKind[] | undefined): ClassifierKind[] {
  const kind = kinds.find((candidate) => candidate === name);
  if (kind === undefined) {
    const owner = 'visage evaluate identification';
    throw visageError('OPTION_INVALID', {
      owner,
      option: '--classifier',
      got: name,
      allowed: kinds.join(', '),
    });
  }
  return [...(earlier ?? []), kind];
}

export const registerIdentification: RegisterAction = (evaluate, run) => {
  const command = evaluate
    .command('identification')
    .summary('who is it, or nobody?')
    .description(description)
    .argument('<photos>', 'a folder of photos, sorted by name')
    .option(
      '--classifier <choice>',
      'mean, neighbors, linear or svm; give it several times to compare (default: mean)',
      readKind,
    )
    .addHelpText('after', examples);
  addEvaluationFlags(addFlags(addPacksFlag(command), schema)).action(
    async (path: string, { classifier = ['mean'] }: { classifier?: readonly ClassifierKind[] }) => {
      const flags = readEvaluationFlags(command);
      const request = { path, ...readFlags(command, schema) };
      run.interruption.kept = 'the photos that were looked at are kept in the cache';
      const { runIdentification } = await import('../../evaluation/identification/run.ts');
      await runIdentification(run, request, [...new Set(classifier)], flags);
    },
  );
};
