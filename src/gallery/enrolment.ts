import { randomUUID } from 'node:crypto';
import { checkExample, type ExampleCodec, type NewExample } from './example.ts';
import type { PersonDetails } from './people.ts';
import { personName } from './person-name.ts';
import type { PersonRow, StoreWriter } from './store.ts';

/** Faces of one person that are to be added. */
export interface Enrolment {
  readonly name: string;
  readonly examples: readonly NewExample[];
}

/** What `enrol` did. */
export interface Enrolled {
  /** As they are now. */
  readonly person: PersonDetails;
  /** Whether the name was new. */
  readonly isNew: boolean;
  /** Of the new examples, in the order given. */
  readonly exampleIds: readonly number[];
}

/** What {@link enrolExamples} did. */
interface EnrolledRows {
  readonly person: PersonRow;
  readonly isNew: boolean;
  readonly exampleIds: number[];
}

/**
 * Adds examples to a person, who is added first where the name is new. Inside one transaction.
 * @param added told after each example
 * @throws VisageError `PERSON_NAME_INVALID`, `EXAMPLE_INVALID`
 */
export async function enrolExamples(
  writer: StoreWriter,
  { dimension }: { readonly dimension: number },
  codec: ExampleCodec,
  { name, examples }: Enrolment,
  added?: (name: string) => Promise<void>,
): Promise<EnrolledRows> {
  const checked = personName(name);
  const known = await writer.personNamed(checked.key);
  const fresh = { id: randomUUID(), name: checked.name, nameKey: checked.key, mergedInto: null };
  const person = known ?? fresh;
  if (known === undefined) await writer.putPerson(person);
  const exampleIds: number[] = [];
  for (const [i, example] of examples.entries()) {
    checkExample(example, dimension, `Example ${i + 1} of ${checked.name}`);
    const id = await writer.nextExampleId();
    const { source = '', quality = {}, addedAtMs = null, crop } = example;
    const row = { id, personId: person.id, source, quality, addedAtMs, hasCrop: crop !== undefined };
    await writer.addExample(row, codec.encode(id, example));
    exampleIds.push(id);
    await added?.(checked.name);
  }
  return { person, isNew: known === undefined, exampleIds };
}
