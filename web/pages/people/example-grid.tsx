import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiExample, ApiPersonDetails } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { Crop } from '../../components/crop.tsx';
import { NameField } from '../../components/name-field.tsx';
import { deleteSoon } from '../../state/deletion.ts';
import { notify, tellFailure } from '../../state/notices.ts';
import { leaving, loadPeople, personNamed } from '../../state/people.ts';
import { useStore } from '../../state/store.ts';

interface ExampleGridProps {
  readonly person: ApiPersonDetails;
  readonly write: boolean;
}

/** The faces a person is known by; chosen ones can be deleted or given to somebody else. */
export function ExampleGrid({ person, write }: ExampleGridProps): JSX.Element {
  const gone = useStore(leaving);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [name, setName] = useState('');
  const shown = person.examples.filter(({ id }) => !gone.has(id));
  const ids = shown.map(({ id }) => id).filter((id) => chosen.has(id));
  const toggle = (id: number): void =>
    setChosen((now) => new Set(now.has(id) ? [...now].filter((other) => other !== id) : [...now, id]));
  const done = (): void => {
    setChosen(new Set());
    setName('');
  };
  const remove = (): void => {
    // All at once: a page that is being closed sends what it has begun and nothing after it.
    deleteSoon(`${count(ids.length, 'face')} of ${person.name} are being deleted.`, ids, (keepalive) =>
      Promise.all(ids.map((id) => api.deleteExample(id, keepalive))),
    );
    done();
  };
  const give = async (): Promise<void> => {
    const typed = name.trim();
    try {
      await giveTo(person, ids, typed);
      await loadPeople();
      done();
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  return (
    <section aria-label={`Faces of ${person.name}`}>
      <ul class="examples">
        {shown.map((example) => (
          <li key={example.id}>
            <label class={chosen.has(example.id) ? 'example chosen' : 'example'}>
              <Crop
                src={example.hasCrop ? api.exampleCrop(example.id) : undefined}
                alt={`${person.name} in ${example.source}`}
              />
              {write && (
                <input
                  type="checkbox"
                  checked={chosen.has(example.id)}
                  aria-label={`Choose the face in ${example.source}`}
                  onChange={() => toggle(example.id)}
                />
              )}
              <span class="quiet file">{sourceOf(example)}</span>
            </label>
          </li>
        ))}
      </ul>
      {ids.length > 0 && (
        <form
          class="card selection"
          aria-label="Chosen faces"
          onSubmit={(event) => {
            event.preventDefault();
            void give();
          }}
        >
          <p>{count(ids.length, 'face')} chosen</p>
          <NameField label="This is" value={name} onInput={setName} placeholder="Somebody else" />
          <button type="submit" class="button strong" disabled={name.trim() === ''}>
            {name.trim() === '' || personNamed(name) !== undefined ? 'Move' : 'Make a new person'}
          </button>
          <button type="button" class="button danger" onClick={remove}>
            Delete
          </button>
          <button type="button" class="button" onClick={done}>
            Cancel
          </button>
        </form>
      )}
    </section>
  );
}

const sourceOf = ({ source, addedAtMs }: ApiExample): string =>
  addedAtMs === null ? source : `${source} · ${new Date(addedAtMs).toLocaleDateString()}`;

/** Gives examples to somebody who is known, or makes a new person of them; either can be taken back. */
async function giveTo(person: ApiPersonDetails, ids: readonly number[], name: string): Promise<void> {
  const known = personNamed(name);
  const back = async (): Promise<void> => {
    for (const id of ids) await api.moveExample(id, person.id);
    if (known === undefined) await api.deletePerson(made);
    await loadPeople();
  };
  let made = '';
  if (known === undefined) made = (await api.split(person.id, ids, name)).id;
  else for (const id of ids) await api.moveExample(id, known.id);
  notify({
    tone: 'done',
    text: `${count(ids.length, 'face')} of ${person.name} now ${ids.length === 1 ? 'is' : 'are'} of ${name}.`,
    undo: () => void back().catch(tellFailure),
  });
}
