import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../../components/dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Icon } from '../../components/icon.tsx';
import { count } from '../../components/count.ts';
import { Spinner } from '../../components/spinner.tsx';
import { leaving, people } from '../../state/people.ts';
import { mayWrite, session } from '../../state/session.ts';
import { useStore } from '../../state/store.ts';
import { EnrolForm } from './enrol-form.tsx';
import { PersonCard } from './person-card.tsx';

/** From this many on, looking for one is quicker by name. */
const searchFrom = 9;

/** Everybody who is known. */
export function PeoplePage(): JSX.Element {
  const all = useStore(people);
  const gone = useStore(leaving);
  const write = mayWrite(useStore(session));
  const [wanted, setWanted] = useState('');
  const [adding, setAdding] = useState(false);
  // The form for the first person stays until its report has been read.
  const [first, setFirst] = useState(false);
  const nobody = all?.every(({ id }) => gone.has(id)) ?? false;
  useEffect(() => {
    if (nobody) setFirst(true);
  }, [nobody]);
  if (all === undefined) return <Spinner text="Fetching the people…" />;
  const there = all.filter(({ id }) => !gone.has(id));
  const shown = there.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const examples = there.reduce((sum, { exampleCount }) => sum + exampleCount, 0);
  return (
    <>
      <div class="page-head row">
        <div>
          <h1>People</h1>
          {there.length > 0 && (
            <p class="lead">
              {count(there.length, 'person', 'people')}, known by {count(examples, 'face')}.
            </p>
          )}
        </div>
        {write && there.length > 0 && (
          <button
            type="button"
            class="button strong"
            onClick={() => {
              setFirst(false);
              setAdding(true);
            }}
          >
            <Icon name="add" />
            Add somebody
          </button>
        )}
      </div>
      {adding && (
        <Dialog title="Add somebody" onClose={() => setAdding(false)}>
          <EnrolForm onDone={() => setAdding(false)} />
        </Dialog>
      )}
      {there.length === 0 &&
        (write ? (
          <EmptyState icon="people" title="Whom shall I know?">
            <p>
              Give a name and a few photos of that person. Three to five that differ – other days, other
              light, with and without glasses – work better than twenty alike.
            </p>
          </EmptyState>
        ) : (
          <EmptyState icon="people" title="Nobody yet">
            <p>Somebody whose key may write has to add people first.</p>
          </EmptyState>
        ))}
      {write && (first || nobody) && (
        <section class="card narrow" aria-label="Add somebody">
          <EnrolForm onDone={() => setFirst(false)} />
        </section>
      )}
      {there.length >= searchFrom && (
        <div class="field search">
          <label for="people-search">Find</label>
          <input
            id="people-search"
            type="search"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </div>
      )}
      {there.length > 0 && (
        <ul class="people-grid">
          {shown.map((person) => (
            <PersonCard key={person.id} person={person} write={write} />
          ))}
        </ul>
      )}
      {there.length > 0 && shown.length === 0 && <p class="quiet">Nobody is called like that.</p>}
      {write && there.length > 0 && (
        <p class="quiet hint">Drop photos on a person to add them to what I know of that person.</p>
      )}
    </>
  );
}
