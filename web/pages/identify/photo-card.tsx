import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { FaceBoxes } from '../../components/face-boxes.tsx';
import { FailureNote } from '../../components/failure-note.tsx';
import { Icon } from '../../components/icon.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { removePhoto, tryAgain, type Photo } from '../../state/photos.ts';
import { FaceItem } from './face-item.tsx';

/** A photo with its boxes, and its faces beside it. */
export function PhotoCard({ id, file, url, phase, busy, answer, failure }: Photo): JSX.Element {
  const [selected, setSelected] = useState<number>();
  const [shown, setShown] = useState(true);
  const list = useRef<HTMLUListElement>(null);
  const faces = answer?.faces ?? [];
  const select = (index: number): void => {
    setSelected(index === selected ? undefined : index);
    list.current?.children[index]?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  };
  return (
    <article class="card photo" aria-busy={phase === 'waiting' || phase === 'looking'}>
      <header class="row">
        <h2 class="file">{file.name}</h2>
        <button
          type="button"
          class="button round"
          aria-label={`Put ${file.name} away`}
          onClick={() => removePhoto(id)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="photo-and-faces">
        <div class="picture">
          {shown ? (
            <img src={url} alt="" onError={() => setShown(false)} />
          ) : (
            <p class="quiet no-picture">This browser cannot show {file.name}.</p>
          )}
          {shown && answer !== undefined && (
            <FaceBoxes
              faces={faces}
              width={answer.width}
              height={answer.height}
              selected={selected}
              onSelect={select}
            />
          )}
        </div>
        <div class="faces">
          {phase === 'waiting' && <Spinner text="Waiting in line…" />}
          {phase === 'looking' && (
            <Spinner text={busy ? 'The server is full, asking again…' : 'Looking for faces…'} />
          )}
          {phase === 'failed' && failure !== undefined && (
            <FailureNote failure={failure}>
              <button type="button" class="button" onClick={() => tryAgain(id)}>
                Try again
              </button>
            </FailureNote>
          )}
          {phase === 'done' && faces.length === 0 && (
            <p class="quiet">
              No face here. I see faces that look towards the camera and are at least some 20 pixels wide.
            </p>
          )}
          <ul ref={list} class="face-list">
            {faces.map((face, index) => (
              <FaceItem
                key={`${index}-${face.box.x}`}
                face={face}
                open={index === selected}
                onToggle={() => setSelected(index === selected ? undefined : index)}
                onNamed={() => setSelected(undefined)}
              />
            ))}
          </ul>
        </div>
      </div>
    </article>
  );
}
