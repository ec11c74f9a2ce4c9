import { addOutputFlags } from '../../common-flags.ts';
import { confirm } from '../../confirmation.ts';
import { addGalleryFlags, type GalleryFlags, openKnownGallery, personTyped } from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { exampleCountText, personRecord } from './person-view.ts';

const description = `Make one person of two: the examples of the first count as the second's, and the first name is free.

Nothing is lost: visage people unmerge takes it back at any time, also after further merges.`;

const examples = `
Examples:
  visage people merge "Anna M." Anna
  visage people merge "Anna M." Anna --yes`;

export const registerMerge: RegisterAction = (people, run) => {
  const command = people
    .command('merge')
    .summary('make one person of two')
    .description(description)
    .argument('<from>', 'who becomes the other')
    .argument('<into>', 'who stays')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(
    async (from: string, into: string, flags: GalleryFlags & { yes?: boolean }) => {
      await using gallery = await openKnownGallery(run, flags);
      const [one, other] = [await gallery.show(personTyped(from)), await gallery.show(personTyped(into))];
      const [fromName, intoName] = [printable(one.name), printable(other.name)];
      const consequence = `${fromName} (${exampleCountText(one)}) becomes ${intoName} (${exampleCountText(other)}).`;
      if (one.id !== other.id)
        await confirm(run, `Merging ${fromName} into ${intoName}`, consequence, flags.yes === true);
      const person = await gallery.merge({ id: one.id }, { id: other.id });
      await run.output.line(`${fromName} is ${intoName} now, who has ${exampleCountText(person)}.`);
      run.output.note(`To take it back: visage people unmerge <name> <merged>`);
      await run.output.document({ gallery: gallery.path, person: personRecord(person) });
    },
  );
};
