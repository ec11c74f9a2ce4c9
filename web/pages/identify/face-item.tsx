import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { ApiIdentifiedFace } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { Crop } from '../../components/crop.tsx';
import { Icon } from '../../components/icon.tsx';
import { percent } from '../../components/percent.ts';
import { FaceNaming } from './face-naming.tsx';

interface FaceItemProps {
  readonly face: ApiIdentifiedFace;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly onNamed: () => void;
}

/** One face of a photo: who it is, how sure that is, and how to correct it. */
export function FaceItem({ face, open, onToggle, onNamed }: FaceItemProps): JSX.Element {
  const id = useId();
  const { name, faceId } = face;
  return (
    <li class={`face-item${open ? ' open' : ''}`}>
      <button type="button" class="face-head" aria-expanded={open} aria-controls={id} onClick={onToggle}>
        <Crop src={faceId === undefined ? undefined : api.faceCrop(faceId)} />
        <span class="who">
          <span class={name === null ? 'name nobody' : 'name'}>{name ?? 'Unknown'}</span>
          <span class="quiet">{certainty(face)}</span>
        </span>
        <Icon name="chevron" />
      </button>
      {open && (
        <div id={id} class="face-body">
          <FaceNaming face={face} onNamed={onNamed} />
        </div>
      )}
    </li>
  );
}

/** The server gives four digits: 1 is a rounded one. */
const mostSure = 0.9999;

function certainty(face: ApiIdentifiedFace): string {
  const { name, probability, distance, candidates } = face;
  // Where the pack is calibrated, strangers are not excluded.
  const sure = face.certainty ?? probability;
  if (name !== null) return distance === 0 ? 'You told me' : `${percent(Math.min(sure, mostSure))} sure`;
  const [closest] = candidates;
  return closest === undefined ? 'Nobody is known yet' : `Closest: ${closest.name}`;
}
