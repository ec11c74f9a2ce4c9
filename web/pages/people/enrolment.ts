import type { ApiWarning } from '../../../src/serve/api-types.ts';
import { toFailure, type ApiFailure } from '../../api/failure.ts';
import * as api from '../../api/visage-api.ts';

/** A photo on its way to become an example. */
export interface EnrolledPhoto {
  readonly file: File;
  readonly phase: 'waiting' | 'sending' | 'added' | 'failed';
  readonly busy?: boolean;
  readonly exampleId?: number;
  readonly warnings?: readonly ApiWarning[];
  readonly failure?: Pick<ApiFailure, 'message' | 'hint'>;
}

/** Adds photos to a person one after the other, so that each tells at once how it went. */
export async function enrolPhotos(
  name: string,
  photos: readonly EnrolledPhoto[],
  onChange: (photos: readonly EnrolledPhoto[]) => void,
): Promise<string | undefined> {
  let now = photos;
  let personId: string | undefined;
  const change = (index: number, changed: Partial<EnrolledPhoto>): void => {
    now = now.map((photo, i) => (i === index ? { ...photo, ...changed } : photo));
    onChange(now);
  };
  for (const [index, { file, phase }] of photos.entries()) {
    if (phase === 'added') continue;
    change(index, { phase: 'sending' });
    try {
      const answer = await api.enrol(name, [file], { onBusy: () => change(index, { busy: true }) });
      personId = answer.person.id;
      const [report] = answer.photos;
      if (report?.exampleId === undefined) {
        change(index, {
          phase: 'failed',
          failure: report?.error ?? { message: 'It was not added.', hint: '' },
        });
      } else {
        change(index, { phase: 'added', exampleId: report.exampleId, warnings: report.warnings });
      }
    } catch (thrown) {
      change(index, { phase: 'failed', failure: toFailure(thrown) });
    }
  }
  return personId;
}
