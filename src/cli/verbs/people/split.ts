import { addOutputFlags } from '../../common-flags.ts';
import {
  addGalleryFlags,
  exampleTyped,
  type GalleryFlags,
  openKnownGallery,
  personTyped,
} from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { exampleCountText, personRecord } from './person-view.ts';

const description = `Make a new person of some examples of another. visage people show prints the numbers of the examples.`;

const examples = `
Examples:
  visage people split Anna Maria 12 15`;

export const registerSplit: RegisterAction = (people, run) => {
  const command = people
    .command('split')
    .summary('make a new person of some examples')
    .description(description)
    .argument('<name>', 'who has the examples')
    .argument('<new-name>', 'whose they are')
    .argument('<example...>', 'numbers of the examples')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(
    async (name: string, newName: string, numbers: string[], flags: GalleryFlags) => {
      const exampleIds = numbers.map((text) => exampleTyped(text, 'split'));
      await using gallery = await openKnownGallery(run, flags);
      const person = await gallery.split(personTyped(name), exampleIds, newName);
      await run.output.line(`${printable(person.name)} is new, with ${exampleCountText(person)}.`);
      await run.output.document({ gallery: gallery.path, person: personRecord(person) });
    },
  );
};
