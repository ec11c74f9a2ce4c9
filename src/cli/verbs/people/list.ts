import { addOutputFlags } from '../../common-flags.ts';
import { addGalleryFlags, type GalleryFlags, openKnownGallery } from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { tableLines } from '../../view/table.ts';
import { counted } from '../../view/units.ts';
import { exampleCountText } from './person-view.ts';

const description = `List everybody in the gallery, by name, with the number of their examples.`;

const examples = `
Examples:
  visage people list
  visage people list --gallery family.gallery --json`;

export const registerListPeople: RegisterAction = (people, run) => {
  const command = people
    .command('list')
    .summary('everybody in the gallery')
    .description(description)
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(async (flags: GalleryFlags) => {
    await using gallery = await openKnownGallery(run, flags);
    const everybody = await gallery.people();
    const rows = everybody.map((person) => [printable(person.name), exampleCountText(person)]);
    for (const line of tableLines(rows)) await run.output.line(line);
    const kind = gallery.encrypted ? ', encrypted' : '';
    run.output.note(
      `${counted(everybody.length, 'person', 'people')} in ${gallery.path} (pack ${gallery.pack}${kind}).`,
    );
    const { path, pack, dimension, encrypted } = gallery;
    await run.output.document({ gallery: path, pack, dimension, encrypted, people: everybody });
  });
};
