import { addOutputFlags } from '../../common-flags.ts';
import { addGalleryFlags, type GalleryFlags, openKnownGallery, personTyped } from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { personRecord } from './person-view.ts';

const description = `Give a person another name. Only the case of it may change too. A name that somebody else bears is refused: merge the two instead.`;

const examples = `
Examples:
  visage people rename Ana Anna`;

export const registerRename: RegisterAction = (people, run) => {
  const command = people
    .command('rename')
    .summary('give a person another name')
    .description(description)
    .argument('<name>', 'who')
    .argument('<new-name>', 'the new name')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(async (name: string, newName: string, flags: GalleryFlags) => {
    await using gallery = await openKnownGallery(run, flags);
    const before = await gallery.show(personTyped(name));
    const person = await gallery.rename({ id: before.id }, newName);
    await run.output.line(`${printable(before.name)} is ${printable(person.name)} now.`);
    await run.output.document({ gallery: gallery.path, person: personRecord(person) });
  });
};
