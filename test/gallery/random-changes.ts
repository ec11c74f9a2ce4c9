import type { Gallery, NewExample, PersonDetails } from '../../src/gallery/index.ts';
import { compareCodePoints, Random } from '../../src/kernel/index.ts';

export const changesDimension = 32;
export const changesOptions = { pack: 'bundled', dimension: changesDimension };

function example(random: Random, mark: number): NewExample {
  const crop = new Uint8Array(200 + random.integer(6000)).fill(mark);
  crop.set([0xff, 0xd8, 0xff]);
  const embedding = Float32Array.from({ length: changesDimension }, () => random.normal());
  return { embedding, crop, source: `photo ${mark}`, addedAtMs: mark };
}

/**
 * Makes change number `number`: one call, and so one transaction. Which one it is follows from the number
 * and from what is in the gallery.
 */
export async function randomChange(gallery: Gallery, number: number): Promise<void> {
  const random = new Random(number).fork('change');
  const people = await gallery.people();
  const kind = random.integer(10);
  if (people.length < 4 || kind < 4) {
    const examples = Array.from({ length: 1 + random.integer(4) }, () => example(random, number));
    const name = kind < 2 || people.length < 4 ? `person ${number}` : random.choice(people).name;
    await gallery.addAll([{ name, examples }]);
    return;
  }
  const order = random.permutation(people.length);
  const first = await gallery.show(people[order[0]!]!.name);
  const second = people[order[1]!]!.name;
  const ids = first.examples.map(({ id }) => id);
  if (kind === 4) await gallery.rename(first.name, `renamed ${number}`);
  else if (kind === 5) await gallery.merge(first.name, second);
  else if (kind === 6 && first.merged.length > 0) {
    await gallery.unmerge(first.name, { id: first.merged.at(-1)!.id }, `again ${number}`);
  } else if (kind === 7 && ids.length > 1) {
    await gallery.split(first.name, ids.slice(0, ids.length >> 1), `split ${number}`);
  } else if (kind === 8 && ids.length > 0) await gallery.moveExample(random.choice(ids), second);
  else if (kind === 9 && ids.length > 0 && random.next() < 0.5) await gallery.removeExample(ids[0]!);
  else await gallery.delete(first.name);
}

/** Everything in the gallery but the ids of people, which are random. */
export async function contents(gallery: Gallery): Promise<unknown> {
  const withoutIds = async ({ name, examples, merged }: PersonDetails) => ({
    name,
    merged: merged.map((person) => `${person.name}: ${person.exampleCount}`).toSorted(compareCodePoints),
    examples: await Promise.all(
      examples.map(async (each) => ({
        ...each,
        embedding: await gallery.embedding(each.id),
        crop: (await gallery.crop(each.id))?.length,
      })),
    ),
  });
  return Promise.all((await gallery.people()).map(async ({ name }) => withoutIds(await gallery.show(name))));
}
