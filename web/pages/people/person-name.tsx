import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiPersonDetails } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { Icon } from '../../components/icon.tsx';
import { notify, tellFailure } from '../../state/notices.ts';
import { loadPeople } from '../../state/people.ts';

interface PersonNameProps {
  readonly person: ApiPersonDetails;
  readonly write: boolean;
}

/** The name as the heading; it can be changed in its place. */
export function PersonName({ person: { id, name }, write }: PersonNameProps): JSX.Element {
  const [typed, setTyped] = useState<string>();
  const renameTo = async (next: string, undoable: boolean): Promise<void> => {
    try {
      await api.rename(id, next);
      await loadPeople();
      setTyped(undefined);
      if (undoable) {
        notify({ tone: 'done', text: `${name} is now ${next}.`, undo: () => void renameTo(name, false) });
      }
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  if (typed === undefined) {
    return (
      <h1>
        {name}
        {write && (
          <button
            type="button"
            class="button round"
            aria-label={`Rename ${name}`}
            onClick={() => setTyped(name)}
          >
            <Icon name="edit" />
          </button>
        )}
      </h1>
    );
  }
  const next = typed.trim();
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (next === name) setTyped(undefined);
        else if (next !== '') void renameTo(next, true);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setTyped(undefined);
      }}
    >
      <h1 class="hidden">{name}</h1>
      <div class="field">
        <label for="person-name">New name</label>
        <input
          id="person-name"
          type="text"
          maxLength={200}
          autocomplete="off"
          value={typed}
          ref={(input) => input?.focus()}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      <button type="submit" class="button strong" disabled={next === ''}>
        Rename
      </button>
      <button type="button" class="button" onClick={() => setTyped(undefined)}>
        Cancel
      </button>
    </form>
  );
}
