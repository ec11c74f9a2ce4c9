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

const description = `Give an example to another person who is in the gallery. visage people show prints the numbers of the examples.`;

const examples = `
Examples:
  visage people move-example 12 Maria`;

export const registerMoveExample: RegisterAction = (people, run) => {
  const command = people
    .command('move-example')
    .summary('give an example to another person')
    .description(description)
    .argument('<example>', 'number of the example')
    .argument('<name>', 'whose it is')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(async (number: string, name: string, flags: GalleryFlags) => {
    const exampleId = exampleTyped(number, 'move-example');
    await using gallery = await openKnownGallery(run, flags);
    const person = await gallery.moveExample(exampleId, personTyped(name));
    const now = `who has ${exampleCountText(person)} now`;
    await run.output.line(`Example ${exampleId} is ${printable(person.name)}'s, ${now}.`);
    await run.output.document({ gallery: gallery.path, person: personRecord(person) });
  });
};
