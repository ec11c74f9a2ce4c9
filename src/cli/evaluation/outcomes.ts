import type { SkippedFile } from '../../dataset/index.ts';
import type { FailedPhoto } from '../../report/index.ts';
import type { Run } from '../run.ts';
import { noteSkipped } from '../skipped-photos.ts';
import { counted } from '../view/units.ts';

/** What is told about one system that was evaluated. */
export interface ToldOutcome {
  readonly pack: string;
  readonly failed: readonly FailedPhoto[];
  /** For a person, beside the page. */
  readonly lines: readonly string[];
}

/**
 * Prints what came of an evaluation; on stderr, what was left out and which photos gave no face.
 * @param rule what photos without a face come to, e.g. `their pairs count as two people`
 */
export async function tellOutcomes(
  { output }: Run,
  skipped: readonly SkippedFile[],
  outcomes: readonly ToldOutcome[],
  rule: string,
): Promise<void> {
  output.progress.end();
  noteSkipped(output, skipped);
  for (const { pack, failed, lines } of outcomes) {
    for (const line of lines) await output.line(line);
    if (failed.length > 0)
      output.note(`${counted(failed.length, 'photo')} gave no face with ${pack}: ${rule}.`);
  }
}
