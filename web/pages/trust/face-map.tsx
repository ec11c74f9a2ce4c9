import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiEvaluation, ApiJudgedFace } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { Crop } from '../../components/crop.tsx';
import { goTo } from '../../state/route.ts';

interface FaceMapProps {
  readonly evaluation: ApiEvaluation;
  readonly nameOf: (personId: string) => string;
}

const width = 1120;
const height = 560;
const margin = 40;
const hues = 7;
/** Marks of the same hue differ in form: ●, ■, ▲, ◆ drawn around the origin. */
const forms = [
  'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0',
  'M-5-5h10v10h-10Z',
  'M0-6.5L6 5H-6Z',
  'M0-7L6 0L0 7L-6 0Z',
];
/** More names than this would cover the faces. */
const mostNames = 40;

/** All examples in a plane: who looks alike lies close together. */
export function FaceMap({ evaluation, nameOf }: FaceMapProps): JSX.Element {
  const [shown, setShown] = useState<ApiJudgedFace>();
  const { faces } = evaluation;
  const people = [...new Set(faces.map(({ personId }) => personId))];
  const place = placing(faces);
  return (
    <div class="map">
      <svg
        class="chart"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`A map of ${faces.length} faces of ${people.length} people; faces that look alike to me lie close together.`}
        onPointerLeave={() => setShown(undefined)}
      >
        {faces.map((face) => {
          const person = people.indexOf(face.personId);
          const [x, y] = place(face);
          return (
            <path
              key={face.exampleId}
              class={`mark hue-${person % hues}${face === shown ? ' shown' : ''}`}
              d={forms[Math.floor(person / hues) % forms.length]}
              transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
              onPointerEnter={() => setShown(face)}
              onClick={() => goTo('people', face.personId)}
            />
          );
        })}
        {people.length <= mostNames &&
          people.map((personId, person) => {
            const own = faces.filter((face) => face.personId === personId).map(place);
            const x = own.reduce((sum, [px]) => sum + px, 0) / own.length;
            const top = Math.min(...own.map(([, py]) => py));
            return (
              <text
                key={personId}
                class={`map-name hue-${person % hues}`}
                x={Math.min(width - margin, Math.max(margin, x))}
                y={Math.max(16, top - 12)}
                text-anchor="middle"
              >
                {nameOf(personId)}
              </text>
            );
          })}
      </svg>
      {shown !== undefined && (
        <div class="map-face">
          <Crop src={api.exampleCrop(shown.exampleId)} />
          <div>
            <p class="name">{nameOf(shown.personId)}</p>
            <p class="quiet">
              {shown.nearestOwn === null
                ? 'the only example'
                : `${shown.nearestOwn.toFixed(2)} to the nearest of the same person`}
              {shown.otherPersonId !== null &&
                `, ${shown.nearestOther!.toFixed(2)} to ${nameOf(shown.otherPersonId)}`}
            </p>
          </div>
        </div>
      )}
    </div>
  );
}

/** Fits the map into the drawing, with one scale for both axes. */
function placing(faces: readonly ApiJudgedFace[]): (face: ApiJudgedFace) => readonly [number, number] {
  const xs = faces.map(({ x }) => x);
  const ys = faces.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    (width - 2 * margin) / Math.max(right - left, 1e-9),
    (height - 2 * margin) / Math.max(bottom - top, 1e-9),
  );
  return ({ x, y }) => [
    width / 2 + (x - (left + right) / 2) * scale,
    height / 2 + (y - (top + bottom) / 2) * scale,
  ];
}
