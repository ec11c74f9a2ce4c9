import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../../components/count.ts';
import { DropZone } from '../../components/drop-zone.tsx';
import { NameField } from '../../components/name-field.tsx';
import { tellFailure } from '../../state/notices.ts';
import { loadPeople, personNamed } from '../../state/people.ts';
import { linkTo } from '../../state/route.ts';
import { enrolPhotos, type EnrolledPhoto } from './enrolment.ts';
import { EnrolList } from './enrol-list.tsx';

interface EnrolFormProps {
  /** The person who gets them; absent: it is asked for. */
  readonly name?: string;
  /** Photos that are there already. */
  readonly first?: readonly File[];
  readonly onDone: () => void;
  readonly onAdded?: () => void;
}

const waiting = (file: File): EnrolledPhoto => ({ file, phase: 'waiting' });

/** A name and photos of who bears it. */
export function EnrolForm({ name: given, first = [], onDone, onAdded }: EnrolFormProps): JSX.Element {
  const [typed, setTyped] = useState('');
  const [photos, setPhotos] = useState<readonly EnrolledPhoto[]>(first.map(waiting));
  const [busy, setBusy] = useState(false);
  const [personId, setPersonId] = useState<string>();
  const name = given ?? typed.trim();
  const known = given === undefined ? personNamed(name) : undefined;
  const left = photos.filter(({ phase }) => phase !== 'added').length;
  const added = photos.length - left;

  const start = async (): Promise<void> => {
    setBusy(true);
    const id = await enrolPhotos(name, photos, setPhotos);
    if (id !== undefined) setPersonId(id);
    setBusy(false);
    await loadPeople().catch(tellFailure);
    onAdded?.();
  };
  return (
    <form
      class="enrol"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      {given === undefined && (
        <NameField
          label="Name"
          value={typed}
          onInput={setTyped}
          placeholder="Ada Lovelace"
          disabled={busy || added > 0}
        />
      )}
      {known !== undefined && added === 0 && (
        <p class="quiet">{known.name} is known already; the photos are added to that person.</p>
      )}
      <DropZone
        button="Choose photos"
        compact={photos.length > 0}
        onPictures={(files) => setPhotos((now) => [...now, ...files.map(waiting)])}
      >
        <p>
          {photos.length === 0 && <strong>Drop photos here</strong>}
          <span class="quiet">
            {photos.length === 0 ? 'The largest face of each is taken.' : 'Drop or pick more.'}
          </span>
        </p>
      </DropZone>
      <EnrolList
        photos={photos}
        onRemove={busy ? undefined : (index) => setPhotos((now) => now.filter((_, i) => i !== index))}
      />
      <div class="row end">
        {added > 0 && !busy && (
          <p role="status">
            {count(added, 'face')} added to {name}.{' '}
            {personId !== undefined && given === undefined && (
              <a href={linkTo('people', personId)}>Show {name}</a>
            )}
          </p>
        )}
        {left > 0 ? (
          <button type="submit" class="button strong" disabled={busy || name === ''}>
            {submitText(busy, name, left, added)}
          </button>
        ) : (
          added > 0 && (
            <button
              type="button"
              class="button strong"
              onClick={() => {
                setPhotos([]);
                setTyped('');
                onDone();
              }}
            >
              Done
            </button>
          )
        )}
      </div>
    </form>
  );
}

function submitText(busy: boolean, name: string, left: number, added: number): string {
  if (busy) return `Adding ${added + 1} of ${added + left}…`;
  if (added > 0) return `Try ${count(left, 'photo')} again`;
  return name === '' ? 'Give a name first' : `Add ${count(left, 'photo')} to ${name}`;
}
