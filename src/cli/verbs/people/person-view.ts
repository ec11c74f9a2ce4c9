import type { Example, PersonDetails } from '../../../gallery/index.ts';
import { counted } from '../../view/units.ts';

/** An example, for `--json`. */
export const exampleRecord = ({ id, source, quality, addedAtMs, hasCrop, mergedFrom }: Example): unknown => ({
  id,
  file: source === '' ? null : source,
  addedAt: addedAtMs === null ? null : new Date(addedAtMs).toISOString(),
  hasCrop,
  mergedFrom,
  quality,
});

/** A person with everything but pictures, for `--json`. */
export const personRecord = ({ id, name, exampleCount, examples, merged }: PersonDetails): unknown => ({
  id,
  name,
  exampleCount,
  examples: examples.map(exampleRecord),
  merged,
});

/** `5 examples`. */
export const exampleCountText = ({ exampleCount }: { readonly exampleCount: number }): string =>
  counted(exampleCount, 'example');

/** Best first: by overall quality where it is known, then the older one. */
export const bestFirst = (examples: readonly Example[]): Example[] =>
  examples.toSorted((a, b) => (b.quality['overall'] ?? 0) - (a.quality['overall'] ?? 0) || a.id - b.id);
