import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiIdentifiedFace } from '../../../src/serve/api-types.ts';
import { NameField } from '../../components/name-field.tsx';
import { percent } from '../../components/percent.ts';
import { people, personNamed } from '../../state/people.ts';
import { mayWrite, session } from '../../state/session.ts';
import { useStore } from '../../state/store.ts';
import { learn } from './learning.ts';

interface FaceNamingProps {
  readonly face: ApiIdentifiedFace;
  readonly onNamed: () => void;
}

/** Candidates to agree with, and a field for somebody else. */
export function FaceNaming({ face, onNamed }: FaceNamingProps): JSX.Element {
  const now = useStore(session);
  useStore(people);
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const { candidates } = face;
  const say = async (said: string): Promise<void> => {
    setBusy(true);
    await learn(face, said);
    setBusy(false);
    onNamed();
  };
  const typed = name.trim();
  const known = personNamed(typed);
  return (
    <>
      {candidates.length > 0 && (
        <ul class="candidates" aria-label="Candidates">
          {candidates.map((candidate) => (
            <li key={candidate.name}>
              <span class="candidate-name">{candidate.name}</span>
              <span class="bar" aria-hidden="true">
                <span style={{ width: `${100 * candidate.probability}%` }} />
              </span>
              <span class="number">{percent(candidate.probability)}</span>
              {mayWrite(now) && (
                <button
                  type="button"
                  class="button small"
                  disabled={busy}
                  onClick={() => void say(candidate.name)}
                >
                  <span class="hidden">{candidate.name}: </span>
                  Yes
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {face.name === null && candidates.length > 0 && <p class="quiet">{whyUnknown(face)}</p>}
      {mayWrite(now) ? (
        <form
          class="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed !== '') void say(typed);
          }}
        >
          <NameField
            label={candidates.length > 0 ? 'Somebody else' : 'Who is it?'}
            value={name}
            onInput={setName}
            placeholder="Name"
            disabled={busy}
          />
          <button type="submit" class="button strong" disabled={busy || typed === ''}>
            {typed === '' || known !== undefined ? 'Learn' : 'Add as new'}
          </button>
        </form>
      ) : (
        <p class="quiet">Your key may look, not teach.</p>
      )}
    </>
  );
}

/** Why the face has no name, as the server says it. */
function whyUnknown({ unknown, distance }: ApiIdentifiedFace): string {
  switch (unknown?.reason) {
    case 'too-alike':
      return `No name: it looks like ${unknown.names?.join(' and ') ?? 'several people'} alike.`;
    case 'poor-face':
      return `No name: the face is too poor to tell${unknown.problem === undefined ? '' : ` (${unknown.problem})`}.`;
    default:
      return `No name: the nearest face I know is ${distance.toFixed(2)} away, too far to be sure. The shares are what they would be if it were one of these people.`;
  }
}
