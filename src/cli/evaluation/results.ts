import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { Run } from '../run.ts';
import { printable } from '../view/cells.ts';
import { paint } from '../view/style.ts';

/** What an evaluation leaves: a page, a document, tables. */
export interface EvaluationResults {
  /** Name of the evaluation and of its files: `verification`. */
  readonly name: string;
  readonly html: string;
  /** Everything that was measured; `--json` prints it too. */
  readonly document: Readonly<Record<string, unknown>>;
  /** CSV by what stands in it; '' for the main table. */
  readonly tables: Readonly<Record<string, string>>;
}

/** Makes the folder for the results, before long work is done for them. @throws VisageError `FILE_UNWRITABLE` */
export async function makeResultFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
    throw visageError('FILE_UNWRITABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
}

/** Writes the files of an evaluation into `folder`, each whole or not at all, and says where they are. */
export async function writeResults(run: Run, folder: string, results: EvaluationResults): Promise<void> {
  const { output, signal } = run;
  const { name, html, document, tables } = results;
  const place = (ending: string): string => join(folder, `${name}${ending}`);
  const csv = Object.fromEntries(
    Object.keys(tables).map((table) => [
      table === '' ? 'rows' : table,
      place(`${table === '' ? '' : `-${table}`}.csv`),
    ]),
  );
  const files = { page: place('.html'), document: place('.json'), csv };
  const whole = { ...document, files };
  for (const [table, text] of Object.entries(tables)) {
    await writeFileAtomically(csv[table === '' ? 'rows' : table]!, text, signal);
  }
  await writeFileAtomically(files.document, `${JSON.stringify(whole, null, 2)}\n`, signal);
  await writeFileAtomically(files.page, html, signal);
  output.progress.end();
  await output.line(`Page: ${paint(printable(files.page), 'strong', output.stdoutTraits.color)}`);
  output.note(`Open it in a browser: ${pathToFileURL(files.page).href}`);
  await output.document(whole);
}

const plainWord = /^[\w./:@%+,=-]+$/;

/** A command line as it can be typed into a POSIX shell. */
export const commandText = (words: readonly string[]): string =>
  words.map((word) => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
