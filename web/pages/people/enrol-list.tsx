import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import type { EnrolledPhoto } from './enrolment.ts';

interface EnrolListProps {
  readonly photos: readonly EnrolledPhoto[];
  readonly onRemove?: ((index: number) => void) | undefined;
}

/** What became of each photo. */
export const EnrolList = ({ photos, onRemove }: EnrolListProps): JSX.Element => (
  <ul class="enrol-list" aria-live="polite">
    {photos.map((photo, index) => (
      <li key={`${photo.file.name}-${photo.file.lastModified}-${index}`} class={photo.phase}>
        <Thumbnail file={photo.file} />
        <div>
          <p class="file">{photo.file.name}</p>
          <Outcome {...photo} />
        </div>
        {photo.phase !== 'added' && onRemove !== undefined && (
          <button
            type="button"
            class="button round"
            aria-label={`Leave ${photo.file.name} out`}
            onClick={() => onRemove(index)}
          >
            <Icon name="close" />
          </button>
        )}
      </li>
    ))}
  </ul>
);

function Outcome({ phase, busy, warnings = [], failure }: EnrolledPhoto): JSX.Element {
  if (phase === 'failed') {
    return (
      <p class="bad">
        <Icon name="warning" />
        {failure?.message} {failure?.hint}
      </p>
    );
  }
  if (phase === 'added' && warnings.length > 0) {
    return (
      <>
        {warnings.map(({ code, message }) => (
          <p key={code} class="warn">
            <Icon name="warning" />
            Added, but: {message}
          </p>
        ))}
      </>
    );
  }
  if (phase === 'added') {
    return (
      <p class="good">
        <Icon name="check" />
        Added
      </p>
    );
  }
  if (phase === 'waiting') return <p class="quiet">Ready</p>;
  return <p class="quiet">{busy ? 'The server is full, asking again…' : 'Looking for the face…'}</p>;
}

function Thumbnail({ file }: { readonly file: File }): JSX.Element {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url === undefined ? <span class="thumbnail" /> : <img class="thumbnail" src={url} alt="" />;
}
