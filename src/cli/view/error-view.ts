import type { VisageError } from '../../kernel/index.ts';
import { printable } from './cells.ts';
import { paint } from './style.ts';
import type { ColorDepth } from './terminal.ts';

/** The lines that tell a person about `error`: what is wrong, what to do; where it happened only for `debug`. */
export function errorLines(error: VisageError, depth: ColorDepth, debug: boolean): string[] {
  const lines = [
    `${paint('error', 'bad', depth)} ${paint(error.code, 'quiet', depth)}: ${printable(error.message)}`,
  ];
  if (error.hint !== '') lines.push(`${paint('hint', 'strong', depth)}: ${printable(error.hint)}`);
  if (debug) {
    lines.push(...(error.stack ?? '').split('\n'));
    let { cause } = error;
    while (cause instanceof Error) {
      lines.push(`caused by ${cause.stack ?? cause.message}`);
      cause = cause.cause;
    }
  }
  return lines;
}
