import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { tableLines } from '../../view/table.ts';
import { addKeyFlags, keysPath, type KeyFlags } from './key-flags.ts';

const examples = `
Examples:
  visage keys list
  visage keys list --json`;

const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

export const registerListKeys: RegisterAction = (keys, run) => {
  const command = keys
    .command('list')
    .summary('list the keys, revoked ones too')
    .description(
      'List the keys: name, what it may do, when it was made and revoked, id. Never the key itself.',
    )
    .addHelpText('after', examples);
  addKeyFlags(command);
  addOutputFlags(command).action(async (flags: KeyFlags) => {
    const { KeyFile } = await run.rooms.serve();
    const all = await new KeyFile(keysPath(run, flags)).list();
    const rows = all.map(({ name, scope, createdAtMs, revokedAtMs, id }) => [
      printable(name),
      scope,
      day(createdAtMs),
      revokedAtMs === null ? '' : `revoked ${day(revokedAtMs)}`,
      id,
    ]);
    for (const line of tableLines(rows)) await run.output.line(line);
    if (all.length === 0)
      run.output.note(`There is no key in ${keysPath(run, flags)}; visage keys create makes one.`);
    await run.output.document({ keys: all });
  });
};
