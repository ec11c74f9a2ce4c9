import { visageError, type ErrorCode, type VisageError } from '../kernel/index.ts';

/** A file of a data set that gave no face, and why. */
export interface SkippedFile {
  /** Path below the data set's folder, with `/`. */
  readonly file: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The entry for a file that ended in `error`. */
export const skippedFor = (file: string, { code, message }: VisageError): SkippedFile => ({
  file,
  code,
  message,
});

/** The entry for a file that is not looked at. */
export const leftOut = (file: string, reason: string): SkippedFile =>
  skippedFor(file, visageError('FILE_SKIPPED', { path: file, reason }));
