import type { SkippedFile } from '../dataset/index.ts';
import type { Output } from './output.ts';
import { printable } from './view/cells.ts';
import { tableLines } from './view/table.ts';
import { counted } from './view/units.ts';

const shownAtMost = 20;
/** So many files that were left out unseen for one reason share a line. */
const leastTogether = 3;
const namedTogether = 3;

/** Tells a person which photos were left out and why, on stderr. */
export function noteSkipped(output: Output, skipped: readonly SkippedFile[]): void {
  if (skipped.length === 0) return;
  output.note(`Left out ${counted(skipped.length, 'file')}:`);
  const rows = skippedRows(skipped);
  const shown = rows.slice(0, shownAtMost).map(({ code, text }) => ['', code, printable(text)]);
  for (const line of tableLines(shown)) output.note(line);
  const rest = rows.slice(shownAtMost).reduce((sum, { files }) => sum + files, 0);
  if (rest > 0) output.note(`  … and ${rest} more; --json lists them all.`);
}

interface SkippedRow {
  readonly code: string;
  readonly text: string;
  /** How many it stands for. */
  readonly files: number;
}

/** Why a file was not looked at, as the end of a sentence that begins with its name. */
const reasonOf = ({ file, code, message }: SkippedFile): string | undefined =>
  code === 'FILE_SKIPPED' && message.startsWith(file) ? message.slice(file.length) : undefined;

/** A row a file, in their order; those that were not looked at and have one reason share the row of the first. */
function skippedRows(skipped: readonly SkippedFile[]): SkippedRow[] {
  const alike = new Map<string, string[]>();
  for (const each of skipped) {
    const reason = reasonOf(each);
    if (reason !== undefined) alike.set(reason, [...(alike.get(reason) ?? []), each.file]);
  }
  return skipped.flatMap((each): SkippedRow[] => {
    const { file, code, message } = each;
    const reason = reasonOf(each);
    const files = reason === undefined ? [] : alike.get(reason)!;
    if (files.length < leastTogether) return [{ code, text: message, files: 1 }];
    if (file !== files[0]) return [];
    const more = files.length - namedTogether;
    const names = [...files.slice(0, namedTogether), ...(more > 0 ? [`${more} more`] : [])].join(', ');
    return [{ code, text: `${names}: each${reason}`, files: files.length }];
  });
}

/** The same for `--json`. */
export const skippedRecord = ({ file, code, message }: SkippedFile): unknown => ({
  file,
  error: { code, message },
});
