import type { ApiIdentifyAnswer } from '../../src/serve/api-types.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import * as api from '../api/visage-api.ts';
import { Store } from './store.ts';

/** A photo that is being identified. */
export interface Photo {
  readonly id: number;
  readonly file: File;
  /** Of the file, for `<img>`. */
  readonly url: string;
  readonly phase: 'waiting' | 'looking' | 'done' | 'failed';
  /** The server is full; it is asked again. */
  readonly busy?: boolean;
  readonly answer?: ApiIdentifyAnswer;
  readonly failure?: ApiFailure;
}

/** One is worked on while the next travels. */
const mostAtOnce = 2;

export const photos = new Store<readonly Photo[]>([]);
let lastId = 0;
let active = 0;

const change = (id: number, changed: Partial<Photo>): void =>
  photos.update((all) => all.map((photo) => (photo.id === id ? { ...photo, ...changed } : photo)));

export function addPhotos(files: readonly File[]): void {
  const added = files.map((file): Photo => {
    return { id: ++lastId, file, url: URL.createObjectURL(file), phase: 'waiting' };
  });
  photos.update((all) => [...added, ...all]);
  work();
}

export function removePhoto(id: number): void {
  for (const photo of photos.value) if (photo.id === id) URL.revokeObjectURL(photo.url);
  photos.update((all) => all.filter((photo) => photo.id !== id));
}

export function clearPhotos(): void {
  for (const { url } of photos.value) URL.revokeObjectURL(url);
  photos.set([]);
}

export function tryAgain(id: number): void {
  change(id, { phase: 'waiting' });
  work();
}

/** Identifies every photo again, with what has been learned since. */
export function lookAgain(): void {
  photos.update((all) =>
    all.map((photo) => (photo.phase === 'done' ? { ...photo, phase: 'waiting' } : photo)),
  );
  work();
}

function work(): void {
  while (active < mostAtOnce) {
    // The newest photos stand at the top; of those the first comes first.
    const next = photos.value.find(({ phase }) => phase === 'waiting');
    if (next === undefined) return;
    active++;
    change(next.id, { phase: 'looking', busy: false });
    void look(next).finally(() => {
      active--;
      work();
    });
  }
}

async function look({ id, file, answer: before }: Photo): Promise<void> {
  try {
    // The server remembers faces to be named; those of the look before would only be doubles.
    const old = before?.faces.flatMap(({ faceId }) => faceId ?? []) ?? [];
    await Promise.all(old.map((faceId) => api.forgetFace(faceId)));
    const answer = await api.identify(file, true, { onBusy: () => change(id, { busy: true }) });
    change(id, { phase: 'done', busy: false, answer });
  } catch (thrown) {
    change(id, { phase: 'failed', busy: false, failure: toFailure(thrown) });
  }
}
