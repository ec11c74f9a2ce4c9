/**
 * Lets any number of readers in together, or one writer alone, in the order in which they came; so nobody
 * waits for ever.
 */
export class ReadersAndWriters {
  /** Done when the last writer is. */
  #writer: Promise<unknown> = Promise.resolve();
  readonly #readers = new Set<Promise<unknown>>();

  read<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = this.#writer.then(work);
    const settled: Promise<unknown> = running.catch(() => {}).then(() => this.#readers.delete(settled));
    this.#readers.add(settled);
    return running;
  }

  write<Result>(work: () => Promise<Result>): Promise<Result> {
    const earlier = [this.#writer, ...this.#readers];
    const running = Promise.all(earlier).then(work);
    this.#writer = running.catch(() => {});
    return running;
  }
}
