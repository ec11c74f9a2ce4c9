import type { OptionSchema } from '../../../kernel/index.ts';
import { addClusterRuleFlags, readClusterRule } from '../../cluster-flags.ts';
import { addEvaluationFlags, addPacksFlag, faceSchema, readEvaluationFlags } from '../../evaluation/flags.ts';
import { addFlags, readFlags } from '../../flags.ts';
import type { RegisterAction } from '../../run.ts';

const description = `Measure how well faces without names are grouped by person.

From a folder sorted by person, <name>/<photo>: the faces are grouped by the very rule of visage cluster, which is told no names, and the groups are compared with the folders. Each photo counts with one face; one without a face counts as a group by itself.

Reports precision, recall and F (BCubed: every face counts alike; pairwise: every pair of faces), groups that hold several people and people in several groups, the worst of both as pictures, and what other limits on the distance would have given.`;

const examples = `
Examples:
  visage evaluate clusters my-people/
  visage evaluate clusters lfw/images --face middle
  visage evaluate clusters my-people/ --pack bundled --pack facenet-128
  visage evaluate clusters my-people/ --max-distance 0.4 --limits 0 --json`;

const schema = {
  limits: {
    type: 'number',
    default: 6,
    integer: true,
    min: 0,
    max: 30,
    description: 'other distance limits to try on each side of the one in use, for the curve; 0: none',
  },
  ...faceSchema,
} as const satisfies OptionSchema;

export const registerClusters: RegisterAction = (evaluate, run) => {
  const command = evaluate
    .command('clusters')
    .summary('are faces of one person together?')
    .description(description)
    .argument('<photos>', 'a folder of photos, sorted by name')
    .addHelpText('after', examples);
  addClusterRuleFlags(addPacksFlag(command));
  addEvaluationFlags(addFlags(command, schema)).action(async (path: string) => {
    const flags = readEvaluationFlags(command);
    const request = { path, ...readClusterRule(command), ...readFlags(command, schema) };
    run.interruption.kept = 'the photos that were looked at are kept in the cache';
    const { runClustersEvaluation } = await import('../../evaluation/clusters/run.ts');
    await runClustersEvaluation(run, request, flags);
  });
};
