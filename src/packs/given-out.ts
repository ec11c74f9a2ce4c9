import type { Pack } from './pack.ts';

/** Licences (SPDX) under which weights may be handed on to anybody without further ado. */
const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/**
 * Whether the networks of a pack may be given to others, such as the browsers of a server's users: every
 * licence that it names is a permissive one. What cannot be told, as of imported weights about which nobody
 * says anything, may not.
 * @param pack its `licence` names SPDX identifiers separated by commas, remarks in brackets
 */
export const mayBeGivenOut = ({ licence }: Pick<Pack, 'licence'>): boolean =>
  licence
    .replaceAll(/\([^()]*\)/g, '')
    .split(',')
    .every((name) => permissive.has(name.trim()));
