import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiPersonInList } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { Crop } from '../../components/crop.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { picturesOf } from '../../components/dropped-pictures.ts';
import { linkTo } from '../../state/route.ts';
import { EnrolForm } from './enrol-form.tsx';

interface PersonCardProps {
  readonly person: ApiPersonInList;
  /** Photos may be dropped on it. */
  readonly write: boolean;
}

/** A person in the grid. */
export function PersonCard({ person, write }: PersonCardProps): JSX.Element {
  const { id, name, exampleCount, coverExampleId } = person;
  const [over, setOver] = useState(false);
  const [dropped, setDropped] = useState<readonly File[]>();
  return (
    <li
      class={over ? 'over' : undefined}
      onDragOver={(event) => {
        if (!write) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!write || event.dataTransfer === null) return;
        event.preventDefault();
        setOver(false);
        void picturesOf(event.dataTransfer).then(setDropped);
      }}
    >
      <a class="person-card" href={linkTo('people', id)}>
        <Crop src={coverExampleId === null ? undefined : api.exampleCrop(coverExampleId)} />
        <span class="name">{name}</span>
        <span class="quiet">{count(exampleCount, 'face')}</span>
      </a>
      {dropped !== undefined && (
        <Dialog title={`Add to ${name}`} onClose={() => setDropped(undefined)}>
          <EnrolForm name={name} first={dropped} onDone={() => setDropped(undefined)} />
        </Dialog>
      )}
    </li>
  );
}
