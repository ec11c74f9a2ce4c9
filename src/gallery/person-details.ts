import { compareCodePoints } from '../kernel/index.ts';
import { familyOf } from './family.ts';
import type { Person, PersonDetails } from './people.ts';
import type { PersonRow, StoreReader } from './store.ts';

/** Everybody that is not merged into somebody, sorted by name (code points). */
export async function listPeople(reader: StoreReader): Promise<Person[]> {
  const rows = await reader.people();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const totals = new Map<string, number>();
  for (const [id, count] of await reader.exampleCounts()) {
    let person = byId.get(id)!;
    while (person.mergedInto !== null) person = byId.get(person.mergedInto)!;
    totals.set(person.id, (totals.get(person.id) ?? 0) + count);
  }
  return rows
    .filter(({ mergedInto }) => mergedInto === null)
    .map(({ id, name }) => ({ id, name, exampleCount: totals.get(id) ?? 0 }))
    .sort((a, b) => compareCodePoints(a.name, b.name));
}

/** A person with their examples, also those of the people merged into them. */
export async function personDetails(reader: StoreReader, person: PersonRow): Promise<PersonDetails> {
  const family = await familyOf(reader, person);
  const rows = await reader.examplesOf(family.map(({ id }) => id));
  const names = new Map(family.map(({ id, name }) => [id, name]));
  const examples = rows.map(({ personId, ...example }) => ({
    ...example,
    mergedFrom: personId === person.id ? null : names.get(personId)!,
  }));
  const merged = family.slice(1).map(({ id, name }) => ({
    id,
    name,
    exampleCount: rows.filter(({ personId }) => personId === id).length,
  }));
  return { id: person.id, name: person.name, exampleCount: rows.length, examples, merged };
}
