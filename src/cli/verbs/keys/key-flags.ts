import type { Command } from 'commander';

export interface KeyFlags {
  readonly keys: string;
}

/** `--keys`: which server's. */
export const addKeyFlags = (command: Command): Command =>
  command.option('--keys <file>', 'file of the keys, as visage serve is given it', 'people.gallery.keys');
