import type { ProgressListener } from '../../kernel/index.ts';
import type { Rooms } from '../rooms.ts';

/** What every evaluation works with. */
export interface EvaluationContext {
  readonly rooms: Rooms;
  /** As `openRecognizer` takes it. */
  readonly workers: { readonly workers?: number };
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
}
