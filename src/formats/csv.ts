import { visageError } from '../kernel/index.ts';

/** What a cell may hold; `null` is an empty cell. Numbers keep every digit that tells them from others. */
export type CsvCell = string | number | boolean | null;

/** Quoted where RFC 4180 asks for it, and where blanks at the ends could be lost. */
function cellText(cell: CsvCell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as comma-separated values (RFC 4180, but lines end in LF): the header first, a line end after every row. */
export function csvText(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  const line = (cells: readonly CsvCell[]): string => `${cells.map(cellText).join(',')}\n`;
  let text = line(header);
  for (const row of rows) text += line(row);
  return text;
}

/**
 * Reads comma-separated values (RFC 4180; LF or CRLF) into rows of text, the header among them. A byte order mark
 * is skipped.
 * @param path only for error messages.
 * @throws VisageError `FORMAT_INVALID` for a quote that does not end or text after one, naming the line
 */
export function parseCsv(text: string, path: string = 'table.csv'): string[][] {
  const source = text.replace(/^\uFEFF/, '');
  const cellAt = /"((?:[^"]|"")*)"|[^",\r\n][^,\r\n]*|/y;
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < source.length; ) {
    cellAt.lastIndex = at;
    const [whole, quoted] = cellAt.exec(source)!;
    row.push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
    at += whole.length;
    const end = source.startsWith('\r\n', at) ? 2 : 1;
    const next = source[at];
    if (next === '"' || (next !== undefined && !',\r\n'.includes(next))) {
      const line = source.slice(0, at).split('\n').length;
      const problem =
        next === '"' ? 'a quote is opened and not closed' : 'there is text after a closing quote';
      throw visageError('FORMAT_INVALID', { path, format: 'CSV', reason: `line ${line}: ${problem}` });
    }
    at += end;
    if (next === ',') {
      // A comma that ends the file has an empty cell behind it.
      if (at >= source.length) row.push('');
      else continue;
    }
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
