import { setMaxListeners } from 'node:events';
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
    // Every photo under way listens; their number is bounded by the recognizer, not by Node's guess at a leak.
    setMaxListeners(0, this.signal);
    for (const signal of signals) process.on(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * From here on a signal ends the process at once, as if nobody listened: before work that holds the
   * thread, during which no listener could run.
   */
  standAside(): void {
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }

  readonly #listener = (signal: NodeJS.Signals): void => {
    if (this.signal.aborted) {
      this[Symbol.dispose]();
      // Not process.exit(): it waits for threads, and those that run a network cannot be stopped. What
      // exit listeners do (removing unfinished files) is done first.
      process.emit('exit', 128 + constants.signals[signal]);
      process.kill(process.pid, signal);
      return;
    }
    this.#controller.abort(visageError('INTERRUPTED', { kept: this.kept }));
    this.#onFirst();
  };
}
