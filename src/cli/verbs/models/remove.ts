import { visageError } from '../../../kernel/index.ts';
import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';

const description = `Remove an installed pack. Galleries and classifiers made with it stay, but cannot be used until it is there again.`;

const examples = `
Examples:
  visage models remove facenet-128`;

export const registerRemove: RegisterAction = (models, run) => {
  const command = models
    .command('remove')
    .summary('remove an installed pack')
    .description(description)
    .argument('<name>', 'name of an installed pack')
    .addHelpText('after', examples);
  addOutputFlags(command).action(async (name: string) => {
    const { modelsFolder, packs, removePack } = await run.rooms.packs();
    if (packs.some((pack) => pack.name === name)) {
      const allowed = 'an installed pack; this one comes with Visage';
      throw visageError('OPTION_INVALID', {
        owner: 'visage models remove',
        option: 'name',
        got: name,
        allowed,
      });
    }
    await removePack(modelsFolder(), name, { signal: run.signal });
    await run.output.line(`${name} is removed.`);
    await run.output.document({ removed: name });
  });
};
