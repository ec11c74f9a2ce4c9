import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ApiEvaluation } from '../../../src/serve/api-types.ts';
import { toFailure, type ApiFailure } from '../../api/failure.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { FailureNote } from '../../components/failure-note.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { people } from '../../state/people.ts';
import { linkTo } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { Judgement } from './judgement.tsx';

/** How far the names can be trusted. */
export function TrustPage(): JSX.Element {
  const everybody = useStore(people);
  const [evaluation, setEvaluation] = useState<ApiEvaluation>();
  const [failure, setFailure] = useState<ApiFailure>();
  useEffect(() => {
    api
      .evaluation()
      .then(setEvaluation)
      .catch((thrown: unknown) => setFailure(toFailure(thrown)));
  }, [everybody]);
  const names = useMemo(() => new Map(everybody?.map(({ id, name }) => [id, name])), [everybody]);
  const enough =
    evaluation !== undefined &&
    evaluation.faces.some(({ nearestOwn }) => nearestOwn !== null) &&
    evaluation.faces.some(({ nearestOther }) => nearestOther !== null);
  return (
    <>
      <div class="page-head">
        <h1>How far can you trust me?</h1>
        {enough && (
          <p class="lead">
            I have held each of {count(evaluation.faces.length, 'face')} you gave me against all others, as if
            I saw it for the first time.
            {evaluation.faces.length < evaluation.examples &&
              ` (There are ${evaluation.examples.toLocaleString('en')} in all.)`}
          </p>
        )}
      </div>
      {failure !== undefined && <FailureNote failure={failure} />}
      {evaluation === undefined && failure === undefined && (
        <Spinner text="Holding each face against all others…" />
      )}
      {evaluation !== undefined && !enough && (
        <EmptyState icon="trust" title="Too little to judge by">
          <p>
            To say how sure I am I need at least two people, and two photos or more of some of them: then I
            can hide a photo from myself and see whether I would have known it.
          </p>
          <p>
            <a href={linkTo('people')}>Add people and photos</a>
          </p>
        </EmptyState>
      )}
      {enough && <Judgement evaluation={evaluation} nameOf={(id) => names.get(id) ?? 'somebody'} />}
    </>
  );
}
