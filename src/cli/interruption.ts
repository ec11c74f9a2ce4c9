import { constants } from 'node:os';
import { visageError } from '../kernel/index.ts';

/** Signals by which a person or the system asks to stop. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Ctrl-C, twice: the first asks the work to stop where nothing is lost and ends with `INTERRUPTED`;
 * the second ends the process at once.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #onFirst: () => void;
  /** What a stop leaves behind, in words; a verb says it before it starts. */
  kept = 'nothing was changed';

  /** @param onFirst told about the first signal */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    for (const signal of signals) process.on(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }

  readonly #listener = (signal: NodeJS.Signals): void => {
    if (this.signal.aborted) {
      // 128 + the number of the signal, as shells report it. `exit` still lets unfinished files be removed.
      process.exit(128 + constants.signals[signal]);
    }
    this.#controller.abort(visageError('INTERRUPTED', { kept: this.kept }));
    this.#onFirst();
  };
}
