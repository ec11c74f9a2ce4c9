import { addOutputFlags } from '../../common-flags.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { tableLines } from '../../view/table.ts';
import { packRecord } from './pack-view.ts';

const description = `List the packs: those that come with Visage, those installed, and those that can be pulled.

A line each: name; bundled, installed, available, or damaged; numbers of an embedding; licence of the weights.`;

const examples = `
Examples:
  visage models list
  visage models list --json`;

export const registerList: RegisterAction = (models, run) => {
  const command = models
    .command('list')
    .summary('list bundled, installed and available packs')
    .description(description)
    .addHelpText('after', examples);
  addOutputFlags(command).action(async () => {
    const { knownPacks, modelsFolder } = await run.rooms.packs();
    const packs = await knownPacks();
    const rows = packs.map((known) => {
      const { name, state, pack, published, error } = known;
      const dimension = pack?.embedder.dimension ?? published?.dimension;
      const licence = pack?.licence ?? published?.licence ?? '';
      return [
        name,
        error === undefined ? state : 'damaged',
        dimension === undefined ? '' : String(dimension),
        printable(error?.message ?? licence),
      ];
    });
    for (const line of tableLines(rows)) await run.output.line(line);
    run.output.note(`Installed packs lie in ${modelsFolder()}.`);
    await run.output.document({ folder: modelsFolder(), packs: packs.map(packRecord) });
  });
};
