import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApiCluster } from '../../../src/serve/api-types.ts';
import { toFailure, type ApiFailure } from '../../api/failure.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { DropZone } from '../../components/drop-zone.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { FailureNote } from '../../components/failure-note.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { people } from '../../state/people.ts';
import { addPhotos, photos } from '../../state/photos.ts';
import { linkTo } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { ClusterCard } from './cluster-card.tsx';

/** Faces that nobody has named yet, by person. */
export function UnknownPage(): JSX.Element {
  const [clusters, setClusters] = useState<readonly ApiCluster[]>();
  const [failure, setFailure] = useState<ApiFailure>();
  const everybody = useStore(people);
  const looked = useStore(photos);
  const done = looked.filter(({ phase }) => phase === 'done' || phase === 'failed').length;
  const working = looked.length - done;
  const load = useCallback(async () => {
    try {
      setClusters((await api.clusters()).clusters);
      setFailure(undefined);
    } catch (thrown) {
      setFailure(toFailure(thrown));
    }
  }, []);
  // Each photo that was looked at and each person who was learned may change the groups.
  useEffect(() => void load(), [load, everybody, done]);
  const faces = clusters?.reduce((sum, cluster) => sum + cluster.faces.length, 0) ?? 0;
  return (
    <>
      <div class="page-head">
        <h1>Who are they?</h1>
        {faces > 0 && clusters !== undefined && (
          <p class="lead">
            {count(faces, 'face')} I cannot name, of {count(clusters.length, 'person', 'people')} as far as I
            can tell. Name a group at once.
          </p>
        )}
      </div>
      {failure !== undefined && <FailureNote failure={failure} />}
      <DropZone wholePage compact={faces > 0} button="Choose photos" onPictures={addPhotos}>
        <p>
          {faces === 0 && <strong>Drop a pile of photos here</strong>}
          <span class="quiet">
            {faces === 0
              ? 'I sort the faces that I do not know by person.'
              : 'Drop, paste or pick more photos.'}
          </span>
        </p>
      </DropZone>
      {working > 0 && <Spinner text={`Looking at ${count(working, 'photo')}…`} />}
      {clusters === undefined && failure === undefined && <Spinner text="Sorting the faces…" />}
      {clusters?.length === 0 && working === 0 && (
        <EmptyState icon="unknown" title="No unknown faces">
          <p>
            Faces that I see on <a href={linkTo('identify')}>Identify</a> and cannot name gather here for a
            while, sorted by person: holiday guests, team mates, whoever turns up often. They are kept in
            memory only, and forgotten after about an hour.
          </p>
        </EmptyState>
      )}
      <div class="clusters">
        {clusters?.map((cluster) => (
          <ClusterCard key={cluster.clusterId} cluster={cluster} onForgotten={load} />
        ))}
      </div>
    </>
  );
}
