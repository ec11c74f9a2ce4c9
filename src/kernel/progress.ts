/** One step of long work. `total` is undefined while nobody knows it yet. */
export interface ProgressEvent {
  /** What is going on, as a person would say it: `finding faces`. */
  readonly stage: string;
  readonly done: number;
  readonly total: number | undefined;
  /** What was finished last, e.g. a file name. */
  readonly item?: string;
  /** How the work itself goes, most important first, as a person reads it: `loss 0.013`. */
  readonly figures?: readonly string[];
}

/** Told about progress by everything that takes over a second. Must not throw. */
export type ProgressListener = (event: ProgressEvent) => void;
