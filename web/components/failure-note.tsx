import type { ComponentChildren, JSX } from 'preact';
import type { ApiFailure } from '../api/failure.ts';
import { Icon } from './icon.tsx';

interface FailureNoteProps {
  readonly failure: Pick<ApiFailure, 'message' | 'hint'>;
  /** What can be done, as buttons. */
  readonly children?: ComponentChildren;
}

/** What went wrong and what to do next. */
export const FailureNote = ({ failure, children }: FailureNoteProps): JSX.Element => (
  <div class="failure" role="alert">
    <Icon name="warning" />
    <div>
      <p>{failure.message}</p>
      <p class="quiet">{failure.hint}</p>
      {children}
    </div>
  </div>
);
