/**
 * Text measured in terminal cells. File and person names may hold anything: wide characters that
 * take two cells, marks that take none, and control characters that would move the cursor.
 */
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

// East Asian Wide and Fullwidth blocks (Unicode Standard Annex 11), coarse: by block, not by character.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}/u;

/** Cells that `text` takes; it must hold no control characters. */
export function cellWidth(text: string): number {
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) cells += wide.test(segment) ? 2 : 1;
  return cells;
}

/** `text` in at most `cells` cells; what is cut out of its middle is shown as `…` (`...` without Unicode). */
export function fitCells(text: string, cells: number, unicode = true): string {
  if (cellWidth(text) <= cells) return text;
  const mark = unicode ? '…' : '...';
  const room = cells - mark.length;
  if (room < 1) return '';
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment);
  let [head, headCells, tail, tailCells] = ['', 0, '', 0];
  while (parts.length > 0) {
    // Twice as much of the end as of the start: the end of a path says more.
    const fromEnd = tailCells <= 2 * headCells;
    const next = fromEnd ? parts.pop()! : parts.shift()!;
    const width = cellWidth(next);
    if (headCells + tailCells + width > room) break;
    if (fromEnd) [tail, tailCells] = [next + tail, tailCells + width];
    else [head, headCells] = [head + next, headCells + width];
  }
  return head + mark + tail;
}

/** `text` followed by blanks up to `cells` cells. */
export function padCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellWidth(text)));
}

/** `text` on one line, with control and direction-changing characters shown as `\u001b` instead of obeyed. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const plainLetters: Readonly<Record<string, string>> = {
  '×': 'x',
  '…': '...',
  '–': '-',
  '—': '-',
  '→': '->',
  '≥': '>=',
  '≤': '<=',
};

/** Our own prose for a terminal without Unicode: signs become their ASCII stand-ins, letters of names stay. */
export function withoutSigns(text: string): string {
  return text.replace(/[×…–—→≥≤]/g, (sign) => plainLetters[sign]!);
}
