import { visageError, type VisageError } from '../kernel/index.ts';

/**
 * Who may work on photos: so many at a time, so many more waiting in line, the rest told at once to come
 * again. The place in line is taken before the body of a request is read, so that memory is bounded too.
 */
export class Admission {
  readonly #maxActive: number;
  readonly #maxQueued: number;
  /** Seconds after which a refused client should come again. */
  readonly retryAfterSeconds = 1;
  #admitted = 0;
  #active = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(maxActive: number, maxQueued: number) {
    this.#maxActive = maxActive;
    this.#maxQueued = maxQueued;
  }

  /** Photos being worked on. */
  get active(): number {
    return this.#active;
  }

  /** Requests that were admitted and are not worked on. */
  get queued(): number {
    return this.#admitted - this.#active;
  }

  /**
   * Takes a place; {@link Place.leave} must be called once, whatever becomes of the request.
   * @throws VisageError `RUNTIME_BUSY` where there is none
   */
  enter(): Place {
    if (this.#admitted >= this.#maxActive + this.#maxQueued) throw this.#full();
    this.#admitted++;
    let left = false;
    return {
      work: async (task, signal) => {
        await this.#turn(signal);
        try {
          return await task();
        } finally {
          this.#release();
        }
      },
      leave: () => {
        if (!left) this.#admitted--;
        left = true;
      },
    };
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#active < this.#maxActive) {
      this.#active++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The turn is handed over, not given back, so nobody can slip in between. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#active--;
  }

  #full(): VisageError {
    return visageError('RUNTIME_BUSY', {
      what: 'The server',
      got: this.queued,
      allowed: this.#maxQueued,
      option: '--max-queued',
    });
  }
}

/** A place in line. */
export interface Place {
  /**
   * Runs `task` when it is its turn.
   * @throws the reason of `signal`, where that is aborted while waiting; what `task` throws
   */
  work<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
  leave(): void;
}
