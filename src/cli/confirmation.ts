import { visageError } from '../kernel/index.ts';
import type { Run } from './run.ts';

/**
 * Asks before what cannot be undone, or not easily.
 * @param what the deed, to begin a sentence: `Deleting Anna`
 * @param consequence what will be, as a sentence
 * @throws VisageError `NOT_CONFIRMED` unless the answer is yes, or where nobody can be asked
 */
export async function confirm(run: Run, what: string, consequence: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (run.ask === undefined) throw visageError('NOT_CONFIRMED', { what });
  const answer = await run.ask(`${consequence} Go on? [y/N] `, run.signal).catch((thrown: unknown) => {
    run.signal.throwIfAborted();
    throw thrown;
  });
  if (!/^y(es)?$/i.test(answer.trim())) throw visageError('NOT_CONFIRMED', { what });
}
