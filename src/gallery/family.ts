import { visageError } from '../kernel/index.ts';
import type { PersonReference } from './people.ts';
import { personName } from './person-name.ts';
import type { PersonRow, StoreReader } from './store.ts';

/** @throws VisageError `PERSON_UNKNOWN`, `PERSON_NAME_INVALID` */
export async function findPerson(
  reader: StoreReader,
  path: string,
  reference: PersonReference,
): Promise<PersonRow> {
  if (typeof reference === 'string') {
    const { name, key } = personName(reference);
    const found = await reader.personNamed(key);
    if (found === undefined) throw visageError('PERSON_UNKNOWN', { path, got: JSON.stringify(name) });
    return found;
  }
  const found = await reader.person(reference.id);
  if (found === undefined || found.mergedInto !== null) {
    throw visageError('PERSON_UNKNOWN', { path, got: JSON.stringify(reference.id) });
  }
  return found;
}

/** A person and everybody merged into them, also through others; nobody before the one they were merged into. */
export async function familyOf(reader: StoreReader, person: PersonRow): Promise<PersonRow[]> {
  const family = [person];
  for (const member of family) family.push(...(await reader.mergedInto(member.id)));
  return family;
}

/** The person that `person` is today, after all merges. */
export async function headOf(reader: StoreReader, personId: string): Promise<PersonRow> {
  let person = (await reader.person(personId))!;
  while (person.mergedInto !== null) person = (await reader.person(person.mergedInto))!;
  return person;
}

/** @throws VisageError `PERSON_EXISTS` where somebody else bears the name */
export async function requireFree(
  reader: StoreReader,
  path: string,
  key: string,
  except?: string,
): Promise<void> {
  const holder = await reader.personNamed(key);
  if (holder !== undefined && holder.id !== except) {
    throw visageError('PERSON_EXISTS', { path, got: JSON.stringify(holder.name) });
  }
}
