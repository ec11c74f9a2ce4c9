import { cellWidth, padCells } from './cells.ts';

/** Lines of a table without rules: columns two blanks apart, as wide as their widest cell; no blanks at line ends. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cellWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => padCells(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
