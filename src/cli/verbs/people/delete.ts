import { addOutputFlags } from '../../common-flags.ts';
import { confirm } from '../../confirmation.ts';
import { addGalleryFlags, type GalleryFlags, openKnownGallery, personTyped } from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { counted } from '../../view/units.ts';
import { exampleCountText } from './person-view.ts';

const description = `Delete a person and everybody merged into them, for good: names, embeddings, crops and file names are overwritten in the gallery's files. The photos themselves, classifiers that were trained earlier, and backups are not touched.`;

const examples = `
Examples:
  visage people delete Anna
  visage people delete Anna --yes`;

/** What a reader keeps from being overwritten at once. */
export const notErased =
  'Another process was reading: the bytes are overwritten when the gallery is next closed, opened or deleted from.';

export const registerDelete: RegisterAction = (people, run) => {
  const command = people
    .command('delete')
    .summary('delete a person for good')
    .description(description)
    .argument('<name>', 'who')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(async (name: string, flags: GalleryFlags & { yes?: boolean }) => {
    await using gallery = await openKnownGallery(run, flags);
    const person = await gallery.show(personTyped(name));
    const who = printable(person.name);
    const others =
      person.merged.length === 0
        ? ''
        : ` and ${counted(person.merged.length, 'merged person', 'merged people')}`;
    const consequence = `${who}${others}, ${exampleCountText(person)}, will be deleted for good.`;
    await confirm(run, `Deleting ${who}`, consequence, flags.yes === true);
    const deletion = await gallery.delete({ id: person.id });
    await run.output.line(`${who} is deleted, with ${counted(deletion.examples, 'example')}.`);
    if (!deletion.erased) run.output.note(notErased);
    await run.output.document({ gallery: gallery.path, deleted: person.name, ...deletion });
  });
};
