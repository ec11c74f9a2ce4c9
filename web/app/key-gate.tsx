import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import * as api from '../api/visage-api.ts';
import { FailureNote } from '../components/failure-note.tsx';
import { openSession } from '../state/session.ts';

/** Asks for a key where the server wants one. */
export function KeyGate(): JSX.Element {
  const id = useId();
  const [key, setKey] = useState('');
  const [failure, setFailure] = useState<ApiFailure>();
  const enter = async (): Promise<void> => {
    try {
      await api.signIn(key.trim());
      await openSession();
    } catch (thrown) {
      setFailure(toFailure(thrown));
    }
  };
  return (
    <main class="gate">
      <h1>Who is asking?</h1>
      <p>
        This server answers only those who have a key. Whoever runs it makes one with{' '}
        <code>visage keys create "Your name" --scope write</code>.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <div class="field">
          <label for={id}>Key</label>
          <input
            id={id}
            type="password"
            autocomplete="current-password"
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="button strong" disabled={key.trim() === ''}>
          Enter
        </button>
      </form>
      {failure !== undefined && <FailureNote failure={failure} />}
      <p class="quiet">It is kept in a cookie that no script and no other site can read.</p>
    </main>
  );
}
