import type { OptionSchema } from '../../../kernel/index.ts';
import { visageError } from '../../../kernel/index.ts';
import { addNetworkFlags, addOutputFlags, readNetworkFlags, seedSchema } from '../../common-flags.ts';
import { faceSchema } from '../../evaluation/flags.ts';
import { addFlags, readFlags } from '../../flags.ts';
import type { RegisterAction } from '../../run.ts';

const description = `Learn from your own people what the distances of a pack mean: how near a stranger comes, and how often.

From a folder sorted by person, <name>/<photo>, most people with several photos. The result is written beside the pack and decides from then on who is unknown, for galleries and for classifiers that are trained later; --max-false-accept chooses how strictly. Says what it means in plain words, and refuses to speak of rates for which the people are too few.`;

const examples = `
Examples:
  visage evaluate calibrate my-people/
  visage evaluate calibrate my-people/ --pack facenet-128 --dry-run
  visage evaluate calibrate --remove`;

const schema = {
  ...faceSchema,
  dryRun: { type: 'boolean', default: false, description: 'say what it comes to, and write nothing' },
  remove: {
    type: 'boolean',
    default: false,
    description: 'remove your calibration: the one that comes with the pack counts again',
  },
  ...seedSchema,
} as const satisfies OptionSchema;

export const registerCalibrate: RegisterAction = (evaluate, run) => {
  const command = evaluate
    .command('calibrate')
    .summary('learn what distances mean, from your own people')
    .description(description)
    .argument('[photos]', 'a folder of photos, sorted by name')
    .addHelpText('after', examples);
  addFlags(addNetworkFlags(command), schema);
  addOutputFlags(command).action(async (path: string | undefined) => {
    const flags = readFlags(command, schema);
    const { pack = 'bundled', ...workers } = readNetworkFlags(command);
    if ((path === undefined) !== flags.remove) {
      const problem = flags.remove
        ? '--remove takes no photos.'
        : 'Whose faces are to be compared? Give a folder of photos, sorted by name.';
      throw visageError('USAGE', { problem, command: 'visage evaluate calibrate' });
    }
    if (path === undefined) {
      const { removePackCalibration } = await run.rooms.packs();
      const removed = await removePackCalibration(pack);
      run.output.note(removed ? `Your calibration of ${pack} is removed.` : `There was none of ${pack}.`);
      await run.output.document({ pack, removed });
      return;
    }
    run.interruption.kept = 'the photos that were looked at are kept in the cache';
    const { runCalibration } = await import('../../evaluation/calibration/run.ts');
    await runCalibration(run, { path, pack, workers, ...flags });
  });
};
