import { addOutputFlags } from '../../common-flags.ts';
import { addGalleryFlags, type GalleryFlags, openKnownGallery, personTyped } from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { exampleCountText, personRecord } from './person-view.ts';

const description = `Take a merge back: whoever was merged into a person is a person again, with the examples that came with them and no others.`;

const examples = `
Examples:
  visage people unmerge Anna "Anna M."
  visage people unmerge Anna "Anna M." --name "Anna Müller"`;

export const registerUnmerge: RegisterAction = (people, run) => {
  const command = people
    .command('unmerge')
    .summary('take a merge back')
    .description(description)
    .argument('<name>', 'who they were merged into')
    .argument('<merged>', 'who was merged, by the name of then')
    .option('--name <name>', 'a new name, where the old one is somebody else’s by now')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(
    async (name: string, merged: string, flags: GalleryFlags & { name?: string }) => {
      await using gallery = await openKnownGallery(run, flags);
      const person = await gallery.unmerge(personTyped(name), personTyped(merged), flags.name);
      await run.output.line(`${printable(person.name)} is back, with ${exampleCountText(person)}.`);
      await run.output.document({ gallery: gallery.path, person: personRecord(person) });
    },
  );
};
