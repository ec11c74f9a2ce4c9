/** Changes of who is who, each inside one transaction. `path` is that of the gallery, for messages. */
import { randomUUID } from 'node:crypto';
import { visageError } from '../kernel/index.ts';
import { familyOf, findPerson, headOf, requireFree } from './family.ts';
import { findExample, unknownExample } from './find-example.ts';
import type { PersonReference } from './people.ts';
import { personName } from './person-name.ts';
import type { PersonRow, StoreWriter } from './store.ts';

const impossible = ({ name }: PersonRow, reason: string): Error =>
  visageError('PERSON_CHANGE_INVALID', { name, reason });

/** As `Gallery.rename`. */
export async function renamePerson(
  writer: StoreWriter,
  path: string,
  person: PersonReference,
  newName: string,
): Promise<PersonRow> {
  const row = await findPerson(writer, path, person);
  const { name, key } = personName(newName);
  await requireFree(writer, path, key, row.id);
  const renamed = { ...row, name, nameKey: key };
  await writer.putPerson(renamed);
  return renamed;
}

/** As `Gallery.merge`. */
export async function mergePeople(
  writer: StoreWriter,
  path: string,
  from: PersonReference,
  into: PersonReference,
): Promise<PersonRow> {
  const merged = await findPerson(writer, path, from);
  const target = await findPerson(writer, path, into);
  if (merged.id === target.id) throw impossible(merged, 'a person cannot be merged into herself');
  await writer.putPerson({ ...merged, mergedInto: target.id });
  return target;
}

/** As `Gallery.unmerge`. */
export async function unmergePerson(
  writer: StoreWriter,
  path: string,
  person: PersonReference,
  merged: PersonReference,
  newName: string | undefined,
): Promise<PersonRow> {
  const head = await findPerson(writer, path, person);
  const [, ...others] = await familyOf(writer, head);
  const wanted = typeof merged === 'string' ? personName(merged).key : undefined;
  const matching = others.filter((row) =>
    typeof merged === 'string' ? row.nameKey === wanted : row.id === merged.id,
  );
  const [found] = matching;
  if (found === undefined) throw impossible(head, 'nobody of that name was merged into this person');
  if (matching.length > 1) {
    throw impossible(head, `${matching.length} people of that name were merged into this one; give an id`);
  }
  const { name, key } = personName(newName ?? found.name);
  await requireFree(writer, path, key);
  const freed = { ...found, name, nameKey: key, mergedInto: null };
  await writer.putPerson(freed);
  return freed;
}

/** As `Gallery.split`. */
export async function splitPerson(
  writer: StoreWriter,
  path: string,
  person: PersonReference,
  exampleIds: readonly number[],
  newName: string,
): Promise<PersonRow> {
  const row = await findPerson(writer, path, person);
  if (exampleIds.length === 0) throw impossible(row, 'no examples were chosen for the new person');
  const family = await familyOf(writer, row);
  const own = new Set((await writer.examplesOf(family.map(({ id }) => id))).map(({ id }) => id));
  const chosen = new Set(exampleIds);
  for (const id of chosen) if (!own.has(id)) throw unknownExample(path, id);
  if (chosen.size === own.size) throw impossible(row, 'every example would go; rename the person instead');
  const { name, key } = personName(newName);
  await requireFree(writer, path, key);
  const fresh: PersonRow = { id: randomUUID(), name, nameKey: key, mergedInto: null };
  await writer.putPerson(fresh);
  for (const id of chosen) await writer.moveExample(id, fresh.id);
  return fresh;
}

/** As `Gallery.moveExample`. */
export async function giveExample(
  writer: StoreWriter,
  path: string,
  exampleId: number,
  to: PersonReference,
): Promise<PersonRow> {
  const example = await findExample(writer, path, exampleId);
  const target = await findPerson(writer, path, to);
  const holder = await headOf(writer, example.personId);
  if (holder.id !== target.id) await writer.moveExample(exampleId, target.id);
  return target;
}
