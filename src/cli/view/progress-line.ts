import { cellWidth, fitCells, padCells, printable } from './cells.ts';
import { duration, rate } from './units.ts';

/** What there is to say about work under way. */
export interface ProgressState {
  readonly stage: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly item: string | undefined;
  /** See `ProgressEvent`. */
  readonly figures?: readonly string[] | undefined;
  /** Items a second lately; undefined while too little is known. */
  readonly perSecond: number | undefined;
}

const barCells = 24;
const leastItemCells = 12;
// Eighths of a cell, so that the bar moves smoothly.
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number, cells: number, unicode: boolean): string {
  if (!unicode) {
    const full = Math.floor(share * cells);
    return `[${'#'.repeat(full)}${'-'.repeat(cells - full)}]`;
  }
  const steps = Math.floor(share * cells * 8);
  const filled = '█'.repeat(Math.floor(steps / 8)) + eighths[steps % 8]!;
  return `▕${padCells(filled, cells)}▏`;
}

/**
 * One line of at most `columns` cells. On a narrow terminal it drops, in this order, the item, the bar,
 * the rate and the time left; what stays is the stage and how far it is. Where the work has figures of its own they
 * stand in place of the rate; the bar gives way to them, and the last of them first.
 */
export function progressLine(state: ProgressState, columns: number, unicode: boolean): string {
  const { stage, done, total, perSecond } = state;
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  const count = total === undefined ? `${done}` : `${done}/${total}`;
  const percent = share === undefined ? '' : `${String(Math.floor(share * 100)).padStart(3)} %`;
  const speed = perSecond === undefined ? '' : rate(perSecond);
  const left =
    total === undefined || done >= total
      ? ''
      : perSecond === undefined || perSecond === 0
        ? ''
        : `${duration((total - done) / perSecond)} left`;
  const drawn = share === undefined ? '' : bar(share, barCells, unicode);
  const item = state.item === undefined ? '' : printable(state.item);

  const room = columns - 1; // a character in the last column would make some terminals wrap
  const { figures = [] } = state;
  const shorter = figures.map((_, dropped) => figures.slice(0, figures.length - dropped));
  const choices = [
    ...(figures.length > 0 ? [[stage, drawn, percent, count, ...figures, left]] : []),
    ...shorter.map((some) => [stage, count].concat(some, left)),
    [stage, drawn, percent, count, speed, left],
    [stage, percent, count, speed, left],
    [stage, percent, count, left],
    [stage, percent, count],
  ];
  for (const parts of choices) {
    const line = parts.filter((part) => part !== '').join('  ');
    const width = cellWidth(line);
    if (width > room) continue;
    const forItem = room - width - 2;
    const shown =
      item === '' || figures.length > 0 || parts.length < 6 || forItem < leastItemCells
        ? ''
        : fitCells(item, forItem, unicode);
    return shown === '' ? line : `${line}  ${shown}`;
  }
  return fitCells(`${stage} ${count}`, room, unicode);
}
