import type { Example, Gallery, PersonDetails } from '../../../gallery/index.ts';
import type { Raster } from '../../../image/index.ts';
import { writeFileAtomically } from '../../../formats/index.ts';
import { addOutputFlags } from '../../common-flags.ts';
import { showFaces } from '../../example-face.ts';
import { addGalleryFlags, type GalleryFlags, openKnownGallery, personTyped } from '../../gallery-access.ts';
import type { RegisterAction, Run } from '../../run.ts';
import { printable } from '../../view/cells.ts';
import { percent } from '../../view/numbers.ts';
import { tableLines } from '../../view/table.ts';
import { bestFirst, exampleCountText, personRecord } from './person-view.ts';

const description = `Show a person: the examples with their numbers, files and quality, and who was merged into them. A terminal with 256 colours shows the faces too, the best ones.`;

const examples = `
Examples:
  visage people show Anna
  visage people show Anna --draw anna.png
  visage people show Anna --json`;

interface ShowFlags extends GalleryFlags {
  readonly draw?: string;
}

/** So many faces are beside each other on the terminal. */
const mostFaces = 4;

export const registerShow: RegisterAction = (people, run) => {
  const command = people
    .command('show')
    .summary('a person and their examples')
    .description(description)
    .argument('<name>', 'who')
    .option('--draw <file>', 'write all example faces as one picture to this file (PNG)')
    .addHelpText('after', examples);
  addGalleryFlags(command);
  addOutputFlags(command).action(async (name: string, flags: ShowFlags) => {
    await using gallery = await openKnownGallery(run, flags);
    const person = await gallery.show(personTyped(name));
    await show(run, gallery, person);
    if (flags.draw !== undefined) await draw(run, gallery, person, flags.draw);
    await run.output.document({
      gallery: gallery.path,
      pack: gallery.pack,
      ...(personRecord(person) as object),
      ...(flags.draw !== undefined && { drawn: flags.draw }),
    });
  });
};

async function show(run: Run, gallery: Gallery, person: PersonDetails): Promise<void> {
  const { output } = run;
  await output.line(`${printable(person.name)}: ${exampleCountText(person)}`);
  const rows = person.examples.map(({ id, source, quality, mergedFrom }) => [
    `  #${id}`,
    quality['overall'] === undefined ? '' : `quality ${percent(quality['overall'], 0)}`,
    printable(source),
    mergedFrom === null ? '' : `came with ${printable(mergedFrom)}`,
  ]);
  for (const line of tableLines(rows)) await output.line(line);
  for (const merged of person.merged) {
    await output.line(`  merged: ${printable(merged.name)} (${exampleCountText(merged)})`);
  }
  if (!output.stderrTraits.interactive || output.json) return;
  const best = bestFirst(person.examples.filter(({ hasCrop }) => hasCrop)).slice(0, mostFaces);
  const faces = await Promise.all(best.map((example) => cropOf(run, gallery, example)));
  showFaces(output, faces);
}

async function cropOf({ rooms }: Run, gallery: Gallery, { id }: Example): Promise<Raster> {
  const { decodePhoto } = await rooms.image();
  const bytes = (await gallery.crop(id))!;
  return (await decodePhoto({ name: `the crop of example ${id}`, bytes })).raster;
}

async function draw(run: Run, gallery: Gallery, person: PersonDetails, path: string): Promise<void> {
  const { pictureGrid } = await run.rooms.image();
  const shown = person.examples.filter(({ hasCrop }) => hasCrop);
  const pictures = [];
  for (const example of shown) {
    const note = example.source.split(/[\\/]/).at(-1)!;
    pictures.push({ raster: await cropOf(run, gallery, example), caption: `#${example.id}`, note });
  }
  await writeFileAtomically(path, await pictureGrid(person.name, pictures));
  run.output.note(`The faces are in ${path}.`);
}
