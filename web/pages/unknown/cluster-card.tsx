import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiCluster } from '../../../src/serve/api-types.ts';
import * as api from '../../api/visage-api.ts';
import { count } from '../../components/count.ts';
import { Crop } from '../../components/crop.tsx';
import { NameField } from '../../components/name-field.tsx';
import { notify, tellFailure } from '../../state/notices.ts';
import { loadPeople, personNamed } from '../../state/people.ts';
import { lookAgain } from '../../state/photos.ts';
import { mayWrite, session } from '../../state/session.ts';
import { useStore } from '../../state/store.ts';

interface ClusterCardProps {
  readonly cluster: ApiCluster;
  readonly onForgotten: () => Promise<void>;
}

/** Faces that are held to be of one person; those that are not can be left out before they are named. */
export function ClusterCard({ cluster, onForgotten }: ClusterCardProps): JSX.Element {
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const write = mayWrite(useStore(session));
  const { faces } = cluster;
  const ids = faces.map(({ faceId }) => faceId).filter((faceId) => !leftOut.has(faceId));
  const toggle = (faceId: string): void =>
    setLeftOut((now) =>
      now.has(faceId) ? new Set([...now].filter((id) => id !== faceId)) : new Set([...now, faceId]),
    );
  const during = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    try {
      await work();
    } catch (thrown) {
      tellFailure(thrown);
    }
    setBusy(false);
  };
  const title = `${count(faces.length, 'face')} of somebody`;
  return (
    <form
      class="card cluster"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        void during(() => nameCluster(name.trim(), ids));
      }}
    >
      <ul class="cluster-faces">
        {faces.map(({ faceId, source }) => (
          <li key={faceId}>
            <label class={leftOut.has(faceId) ? 'cluster-face out' : 'cluster-face'} title={source}>
              <Crop src={api.faceCrop(faceId)} alt={`Unknown face in ${source}`} />
              {faces.length > 1 && (
                <input
                  type="checkbox"
                  checked={!leftOut.has(faceId)}
                  aria-label={`The face in ${source} belongs to this group`}
                  onChange={() => toggle(faceId)}
                />
              )}
            </label>
          </li>
        ))}
      </ul>
      {write ? (
        <div class="inline-form">
          <NameField label="Who is it?" value={name} onInput={setName} placeholder="Name" disabled={busy} />
          <button
            type="submit"
            class="button strong"
            disabled={busy || name.trim() === '' || ids.length === 0}
          >
            Name {count(ids.length, 'face')}
          </button>
          <button
            type="button"
            class="button"
            disabled={busy}
            onClick={() =>
              void during(async () => {
                await Promise.all(ids.map((faceId) => api.forgetFace(faceId)));
                await onForgotten();
              })
            }
          >
            Forget
          </button>
        </div>
      ) : (
        <p class="quiet">{title}</p>
      )}
    </form>
  );
}

async function refresh(): Promise<void> {
  await loadPeople();
  lookAgain();
}

/** Makes the faces examples of the person; that can be taken back. */
async function nameCluster(name: string, faceIds: readonly string[]): Promise<void> {
  const isNew = personNamed(name) === undefined;
  const person = await api.nameFaces(name, faceIds);
  const added = person.examples.slice(-faceIds.length);
  const takeBack = async (): Promise<void> => {
    if (isNew) await api.deletePerson(person.id);
    else for (const { id } of added) await api.deleteExample(id);
    await refresh();
  };
  notify({
    tone: 'done',
    text: `I now know ${person.name} by ${count(person.exampleCount, 'face')}.`,
    undo: () => void takeBack().catch(tellFailure),
  });
  await refresh();
}
