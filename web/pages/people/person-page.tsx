import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApiPersonDetails } from '../../../src/serve/api-types.ts';
import { toFailure, type ApiFailure } from '../../api/failure.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { FailureNote } from '../../components/failure-note.tsx';
import { Icon } from '../../components/icon.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { deleteSoon } from '../../state/deletion.ts';
import { leaving, people } from '../../state/people.ts';
import { goTo, linkTo } from '../../state/route.ts';
import { mayWrite, session } from '../../state/session.ts';
import { useStore } from '../../state/store.ts';
import { EnrolForm } from './enrol-form.tsx';
import { ExampleGrid } from './example-grid.tsx';
import { MergePanel } from './merge-panel.tsx';
import { PersonName } from './person-name.tsx';

/** One person with all examples. */
export function PersonPage({ personId }: { readonly personId: string }): JSX.Element {
  const [person, setPerson] = useState<ApiPersonDetails>();
  const [failure, setFailure] = useState<ApiFailure>();
  const write = mayWrite(useStore(session));
  const everybody = useStore(people);
  const gone = useStore(leaving);
  const load = useCallback(async () => {
    try {
      setPerson(await api.personDetails(personId));
      setFailure(undefined);
    } catch (thrown) {
      setFailure(toFailure(thrown));
    }
  }, [personId]);
  // The list is fetched after every change, so what it says of this person is the sign to fetch again.
  useEffect(() => void load(), [load, everybody]);

  const back = (
    <a class="back" href={linkTo('people')}>
      <Icon name="back" />
      People
    </a>
  );
  if (failure !== undefined) {
    return (
      <>
        {back}
        <FailureNote failure={failure} />
      </>
    );
  }
  if (person === undefined) return <Spinner text="Fetching the examples…" />;
  const { name, examples, merged } = person;
  const deleteAll = (): void => {
    deleteSoon(`${name} and ${count(examples.length, 'face')} are being deleted.`, [personId], (keepalive) =>
      api.deletePerson(personId, keepalive),
    );
    goTo('people');
  };
  return (
    <>
      {back}
      <div class="page-head row">
        <div>
          <PersonName person={person} write={write} />
          <p class="lead">
            Known by {count(examples.filter(({ id }) => !gone.has(id)).length, 'face')}.
            {examples.length < 3 && ' Three to five that differ make me surer.'}
          </p>
        </div>
        {write && (
          <button type="button" class="button danger" onClick={deleteAll}>
            <Icon name="trash" />
            Delete {name}
          </button>
        )}
      </div>
      <ExampleGrid person={person} write={write} />
      {write && (
        <div class="columns">
          <section class="card" aria-labelledby="more-photos">
            <h2 id="more-photos">More photos</h2>
            <EnrolForm name={name} onDone={() => {}} />
          </section>
          <MergePanel person={person} merged={merged} />
        </div>
      )}
    </>
  );
}
