import type { ColorDepth } from './terminal.ts';

/** Meaning, not colour: where colours are off the text stays as it is. */
export type Tone = 'strong' | 'quiet' | 'good' | 'doubtful' | 'bad';

// Select Graphic Rendition parameters (ECMA-48): bold, faint, green, yellow, red.
const codes: Readonly<Record<Tone, number>> = { strong: 1, quiet: 2, good: 32, doubtful: 33, bad: 31 };

/** Dresses `text` for a terminal of `depth` colours. */
export function paint(text: string, tone: Tone, depth: ColorDepth): string {
  return depth === 'none' || text === '' ? text : `\u001b[${codes[tone]}m${text}\u001b[0m`;
}
