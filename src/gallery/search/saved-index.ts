import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import type { ApproximateIndex } from './approximate-index.ts';

/** The graph of approximate search in a file, so that the next process looks at it on disk instead of building it. */
export class SavedIndex {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Fills `index` from the file, where there is a sound one. */
  view(index: ApproximateIndex): void {
    index.view(this.#path);
  }

  /** Whole or not at all. */
  async save(index: ApproximateIndex): Promise<void> {
    const temporary = `${this.#path}.${randomUUID()}.tmp`;
    try {
      index.save(temporary);
      await rename(temporary, this.#path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async drop(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
