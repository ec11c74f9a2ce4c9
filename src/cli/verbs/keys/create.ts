import { Option } from 'commander';
import type { Scope } from '../../../serve/index.ts';
import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { addKeyFlags, keysPath, type KeyFlags } from './key-flags.ts';

const description = `Make a key and print it. It is kept nowhere: what is lost is revoked and made anew.

A key is 256 random bits; --uuid makes a random UUID instead, for clients that insist on one (as those of CompreFace may).`;

const examples = `
Examples:
  visage keys create Doorbell --scope read
  visage keys create "Double Take" --scope write --uuid`;

export const registerCreateKey: RegisterAction = (keys, run) => {
  const command = keys
    .command('create')
    .summary('make a key and print it')
    .description(description)
    .argument('<name>', 'whose it is')
    .addOption(
      new Option('--scope <choice>', 'what it may do').choices(['read', 'write', 'admin']).default('read'),
    )
    .option('--uuid', 'a random UUID instead')
    .addHelpText('after', examples);
  addKeyFlags(command);
  addOutputFlags(command).action(async (name: string, flags: KeyFlags & { scope: Scope; uuid?: boolean }) => {
    const { KeyFile } = await run.rooms.serve();
    const { key, secret } = await new KeyFile(keysPath(run, flags)).create(
      name,
      flags.scope,
      flags.uuid ? 'uuid' : 'random',
    );
    await run.output.line(secret);
    run.output.note(`This is the only time that the key is shown. It may ${key.scope}.`);
    await run.output.document({ ...key, key: secret });
  });
};
