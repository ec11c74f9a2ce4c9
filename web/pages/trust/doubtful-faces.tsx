import type { JSX } from 'preact';
import type { ApiEvaluation, ApiJudgedFace } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { Crop } from '../../components/crop.tsx';
import { linkTo } from '../../state/route.ts';
import { outcomeOf } from './verdict.ts';

interface DoubtfulFacesProps {
  readonly evaluation: ApiEvaluation;
  readonly threshold: number;
  readonly nameOf: (personId: string) => string;
}

const mostShown = 24;

/** The examples that would not have been known at this threshold, the wrongly named first. */
export function DoubtfulFaces({ evaluation, threshold, nameOf }: DoubtfulFacesProps): JSX.Element {
  const judged = evaluation.faces.filter(({ nearestOwn }) => nearestOwn !== null);
  const mistaken = judged.filter((face) => outcomeOf(face, threshold) === 'mistaken');
  const missed = judged.filter((face) => outcomeOf(face, threshold) === 'missed');
  const doubtful = [...mistaken, ...missed];
  if (doubtful.length === 0) {
    return <p class="quiet">At this threshold every face is given its own name. Nothing to look at.</p>;
  }
  return (
    <>
      <ul class="doubtful">
        {doubtful.slice(0, mostShown).map((face) => (
          <li key={face.exampleId}>
            <a href={linkTo('people', face.personId)}>
              <Crop src={api.exampleCrop(face.exampleId)} />
              <span>
                <span class="name">{nameOf(face.personId)}</span>
                <span class="quiet">{reason(face, threshold, nameOf)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {doubtful.length > mostShown && <p class="quiet">and {doubtful.length - mostShown} more</p>}
    </>
  );
}

function reason(face: ApiJudgedFace, threshold: number, nameOf: (personId: string) => string): string {
  if (outcomeOf(face, threshold) === 'missed') {
    return `would be unknown: ${face.nearestOwn!.toFixed(2)} from its nearest`;
  }
  return `would be called ${nameOf(face.otherPersonId!)}`;
}
