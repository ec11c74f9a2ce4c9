import type { Command } from 'commander';
import { galleryPath } from '../../gallery-access.ts';
import type { Run } from '../../run.ts';

/** What {@link addKeyFlags} added, as commander gives it. */
export interface KeyFlags {
  readonly keys?: string;
}

/** `--keys`: which server's. */
export const addKeyFlags = (command: Command): Command =>
  command.option(
    '--keys <file>',
    'file of the keys, as visage serve is given it (default: that of the gallery, which VISAGE_GALLERY names, else people.gallery, with .keys)',
  );

/** Where the keys lie; as `visage serve` has it. */
export const keysPath = (run: Run, { keys, ...gallery }: KeyFlags & { readonly gallery?: string }): string =>
  keys ?? `${galleryPath(run, gallery)}.keys`;
