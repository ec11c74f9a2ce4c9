import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { addKeyFlags, keysPath, type KeyFlags } from './key-flags.ts';

const examples = `
Examples:
  visage keys revoke Doorbell
  visage keys revoke 1f3c…-id-of-the-key`;

export const registerRevokeKey: RegisterAction = (keys, run) => {
  const command = keys
    .command('revoke')
    .summary('make a key worthless, for good')
    .description('Revoke a key. A running server refuses it within a second.')
    .argument('<key>', 'its id, or its name where no other key bears it')
    .addHelpText('after', examples);
  addKeyFlags(command);
  addOutputFlags(command).action(async (which: string, flags: KeyFlags) => {
    const { KeyFile } = await run.rooms.serve();
    const revoked = await new KeyFile(keysPath(run, flags)).revoke(which);
    run.output.note(`Revoked: ${revoked.id}.`);
    await run.output.document(revoked);
  });
};
