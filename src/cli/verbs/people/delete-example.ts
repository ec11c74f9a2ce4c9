import { addOutputFlags } from '../../common-flags.ts';
import { confirm } from '../../confirmation.ts';
import { addGalleryFlags, exampleTyped, type GalleryFlags, openKnownGallery } from '../../gallery-access.ts';
import type { RegisterAction } from '../../run.ts';
import { notErased } from './delete.ts';

const description = `Delete one example for good: its embedding, its crop and its file name are overwritten. The person stays, also with none left. visage people show prints the numbers of the examples.`;

const examples = `
Examples:
  visage people delete-example 12
  visage people delete-example 12 --yes`;

export const registerDeleteExample: RegisterAction = (people, run) => {
  const command = people
    .command('delete-example')
    .summary('delete one example for good')
    .description(description)
    .argument('<example>', 'number of the example')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(async (number: string, flags: GalleryFlags & { yes?: boolean }) => {
    const exampleId = exampleTyped(number, 'delete-example');
    await using gallery = await openKnownGallery(run, flags);
    // One that is not there is told before anybody is asked.
    await gallery.crop(exampleId);
    const consequence = `Example ${exampleId} will be deleted for good.`;
    await confirm(run, `Deleting example ${exampleId}`, consequence, flags.yes === true);
    const deletion = await gallery.removeExample(exampleId);
    await run.output.line(`Example ${exampleId} is deleted.`);
    if (!deletion.erased) run.output.note(notErased);
    await run.output.document({ gallery: gallery.path, deleted: exampleId, ...deletion });
  });
};
