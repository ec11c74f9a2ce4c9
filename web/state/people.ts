import type { ApiPersonInList } from '../../src/serve/api-types.ts';
import * as api from '../api/visage-api.ts';
import { Store } from './store.ts';

/** Everybody in the gallery by name; undefined until they are known. */
export const people = new Store<readonly ApiPersonInList[] | undefined>(undefined);

/** Ids of people and examples that are about to be deleted and shown no more. */
export const leaving = new Store<ReadonlySet<string | number>>(new Set());

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** @throws ApiFailure */
export async function loadPeople(): Promise<void> {
  const answer = await api.people();
  people.set(answer.people.toSorted((one, other) => byName.compare(one.name, other.name)));
}

/** The person who bears the name, whatever its case. */
export const personNamed = (name: string): ApiPersonInList | undefined =>
  people.value?.find((person) => byName.compare(person.name, name.trim()) === 0);
