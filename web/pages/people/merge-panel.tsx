import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiPerson, ApiPersonDetails } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { notify, tellFailure } from '../../state/notices.ts';
import { loadPeople, people } from '../../state/people.ts';
import { useStore } from '../../state/store.ts';

interface MergePanelProps {
  readonly person: ApiPersonDetails;
  /** Who was merged into this person. */
  readonly merged: readonly ApiPerson[];
}

/** Makes two entries of one human being one, and takes that back. */
export function MergePanel({ person, merged }: MergePanelProps): JSX.Element {
  const others = (useStore(people) ?? []).filter(({ id }) => id !== person.id);
  const [from, setFrom] = useState('');
  const apart = async (other: ApiPerson): Promise<void> => {
    try {
      await api.unmerge(person.id, other.id);
      await loadPeople();
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const merge = async (): Promise<void> => {
    const other = others.find(({ id }) => id === from);
    if (other === undefined) return;
    try {
      await api.merge(person.id, from);
      await loadPeople();
      setFrom('');
      const text = `${other.name} is now part of ${person.name}.`;
      notify({ tone: 'done', text, undo: () => void apart(other) });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  return (
    <section class="card" aria-labelledby="merge">
      <h2 id="merge">The same person twice?</h2>
      {others.length === 0 ? (
        <p class="quiet">Once you know more people, two entries of the same one can be merged here.</p>
      ) : (
        <form
          class="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            void merge();
          }}
        >
          <div class="field">
            <label for="merge-from">Also {person.name}</label>
            <select id="merge-from" value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
              <option value="">Choose…</option>
              {others.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="button strong" disabled={from === ''}>
            Merge
          </button>
        </form>
      )}
      {merged.length > 0 && (
        <>
          <h3>Merged into {person.name}</h3>
          <ul class="merged">
            {merged.map((other) => (
              <li key={other.id} class="row">
                <span>
                  {other.name} <span class="quiet">{count(other.exampleCount, 'face')}</span>
                </span>
                <button type="button" class="button small" onClick={() => void apart(other)}>
                  Take apart
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
