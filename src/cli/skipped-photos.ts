import type { SkippedFile } from '../dataset/index.ts';
import type { Output } from './output.ts';
import { printable } from './view/cells.ts';
import { tableLines } from './view/table.ts';
import { counted } from './view/units.ts';

const shownAtMost = 20;

/** Tells a person which photos were left out and why, on stderr. */
export function noteSkipped(output: Output, skipped: readonly SkippedFile[]): void {
  if (skipped.length === 0) return;
  output.note(`Left out ${counted(skipped.length, 'file')}:`);
  const rows = skipped.slice(0, shownAtMost).map(({ code, message }) => ['', code, printable(message)]);
  for (const line of tableLines(rows)) output.note(line);
  if (skipped.length > shownAtMost)
    output.note(`  … and ${skipped.length - shownAtMost} more; --json lists them all.`);
}

/** The same for `--json`. */
export const skippedRecord = ({ file, code, message }: SkippedFile): unknown => ({
  file,
  error: { code, message },
});
