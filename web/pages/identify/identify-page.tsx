import type { JSX } from 'preact';
import { DropZone } from '../../components/drop-zone.tsx';
import { count } from '../../components/count.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { people } from '../../state/people.ts';
import { addPhotos, clearPhotos, photos } from '../../state/photos.ts';
import { linkTo } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { PhotoCard } from './photo-card.tsx';

/** Photos in, names out. */
export function IdentifyPage(): JSX.Element {
  const all = useStore(photos);
  const known = useStore(people);
  return (
    <>
      <div class="page-head">
        <h1>Who is in this photo?</h1>
        {known !== undefined && known.length > 0 && (
          <p class="lead">
            I know <a href={linkTo('people')}>{count(known.length, 'person', 'people')}</a>. Everybody else is
            unknown until you tell me.
          </p>
        )}
      </div>
      <DropZone wholePage compact={all.length > 0} button="Choose photos" onPictures={addPhotos}>
        <p>
          {all.length === 0 && <strong>Drop photos here</strong>}
          <span class="quiet">
            {all.length === 0 ? 'or paste them, or pick some.' : 'Drop, paste or pick more.'}
          </span>
        </p>
      </DropZone>
      {all.length === 0 && known?.length === 0 && (
        <EmptyState icon="people" title="I know nobody yet">
          <ol>
            <li>Drop a photo with people in it. I find the faces.</li>
            <li>Choose a face and tell me who it is. One good photo is enough to begin.</li>
            <li>
              Drop more photos. I name whom I know, and you correct me where I am wrong: each correction
              teaches me.
            </li>
          </ol>
          <p>
            Or start with <a href={linkTo('people')}>People</a> and add somebody with several photos at once.
          </p>
        </EmptyState>
      )}
      {all.length > 0 && (
        <>
          <div class="row">
            <p class="quiet" role="status">
              {summary(all)}
            </p>
            <button type="button" class="button" onClick={clearPhotos}>
              Put all away
            </button>
          </div>
          <div class="photos">
            {all.map((photo) => (
              <PhotoCard key={photo.id} {...photo} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

function summary(all: (typeof photos)['value']): string {
  const faces = all.flatMap(({ answer }) => answer?.faces ?? []);
  const named = faces.filter(({ name }) => name !== null).length;
  const waiting = all.filter(({ phase }) => phase === 'waiting' || phase === 'looking').length;
  const seen = `${count(faces.length, 'face')} in ${count(all.length, 'photo')}, ${named} named.`;
  return waiting > 0 ? `${seen} Looking at ${waiting} more…` : seen;
}
