import { visageError } from '../../kernel/index.ts';

/** The error that files make no pack, for one reason. */
export const incomplete = (reason: string, advice: string): Error =>
  visageError('PACK_INCOMPLETE', { reason, advice });
