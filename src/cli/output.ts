import { type VisageError, visageError } from '../kernel/index.ts';
import type { Surroundings, TextStream } from './surroundings.ts';
import { withoutSigns } from './view/cells.ts';
import { errorLines } from './view/error-view.ts';
import { ProgressView } from './view/progress-view.ts';
import { terminalTraits, type TerminalTraits } from './view/terminal.ts';

export interface OutputSettings {
  /** Exactly one JSON document on stdout, and nothing else. */
  readonly json: boolean;
  /** No progress and no prose; errors stay. */
  readonly quiet: boolean;
  readonly debug: boolean;
}

/**
 * The one place that writes. Results go to stdout; progress, prose and errors to stderr. Both may be
 * the same terminal, so the progress line makes way for every other line.
 *
 * A reader that goes away (`visage identify … | head`) is no failure: stdout falls silent and
 * `readerGone` says so.
 */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly stdoutTraits: TerminalTraits;
  readonly stderrTraits: TerminalTraits;
  readonly progress: ProgressView;
  readonly #stdout: TextStream;
  readonly #stderr: TextStream;
  readonly #debug: boolean;
  #readerGone = false;
  #failure: Error | undefined;
  #document: 'none' | 'open' | 'whole' = 'none';

  constructor(surroundings: Pick<Surroundings, 'stdout' | 'stderr' | 'env'>, settings: OutputSettings) {
    const { stdout, stderr, env } = surroundings;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#debug = settings.debug;
    this.json = settings.json;
    this.quiet = settings.quiet;
    this.stdoutTraits = terminalTraits(stdout, env);
    this.stderrTraits = terminalTraits(stderr, env);
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#readerGone = true;
      if (error.code !== 'EPIPE') this.#failure = error;
    });
    stderr.on('error', () => {}); // nowhere left to tell it
    this.progress = new ProgressView({
      write: (text) => this.#writeStderr(text),
      columns: () => stderr.columns ?? 80,
      traits: this.stderrTraits,
      quiet: settings.quiet,
    });
  }

  /** Whether nobody reads stdout any more. */
  get readerGone(): boolean {
    return this.#readerGone;
  }

  /** One line of the result, for a person. Nothing in `--json` mode. Resolves when stdout takes more. */
  async line(text: string): Promise<void> {
    if (!this.json) await this.#writeStdout(`${text}\n`);
  }

  /** Text that was asked for, as it is: help and version. */
  async raw(text: string): Promise<void> {
    await this.#writeStdout(text);
  }

  /** Prose beside the result, on stderr. Nothing with `--quiet`. */
  note(text: string): void {
    if (this.quiet) return;
    this.#besideProgress(() => this.#writeStderr(`${this.#signs(text)}\n`));
  }

  /** The JSON document, whole. Nothing without `--json`. */
  async document(value: unknown): Promise<void> {
    if (!this.json) return;
    this.#document = 'whole';
    await this.#writeStdout(`${JSON.stringify(value, null, 2)}\n`);
  }

  /**
   * A JSON document `{…head, [list]: […]}` whose list grows while the work goes on, so that memory
   * stays flat. Whatever happens in between, `error` or `close` makes it a valid document.
   */
  async openList(head: Readonly<Record<string, unknown>>, list: string): Promise<JsonList> {
    if (!this.json) return { add: async () => {}, close: async () => {} };
    this.#document = 'open';
    const start = JSON.stringify(head).slice(0, -1);
    await this.#writeStdout(`${start}${start === '{' ? '' : ','}${JSON.stringify(list)}:[`);
    let separator = '\n';
    return {
      add: async (item) => {
        await this.#writeStdout(separator + JSON.stringify(item));
        separator = ',\n';
      },
      close: async () => {
        this.#document = 'whole';
        await this.#writeStdout(']}\n');
      },
    };
  }

  /** Shows a failure: for a person on stderr; with `--json` in the document, where it is not whole yet. */
  async error(error: VisageError): Promise<void> {
    this.progress.end();
    // Who sends the document elsewhere and watches stderr is told as well.
    const watched = this.stderrTraits.interactive && !this.stdoutTraits.interactive;
    if (!this.json || this.#debug || watched) {
      for (const line of errorLines(error, this.stderrTraits.color, this.#debug))
        this.#writeStderr(`${this.#signs(line)}\n`);
    }
    if (!this.json || this.#document === 'whole') return;
    if (this.#document === 'none') await this.document({ error });
    else await this.#writeStdout(`],"error":${JSON.stringify(error)}}\n`);
    this.#document = 'whole';
  }

  /**
   * Waits until everything is written.
   * @throws VisageError `FILE_UNWRITABLE` where the result did not arrive (a full disk)
   */
  async finish(): Promise<void> {
    this.progress.end();
    await new Promise<void>((resolve) => {
      this.#stdout.write('', () => resolve());
    });
    if (this.#failure === undefined) return;
    const { systemReason } = await import('../formats/index.ts');
    throw visageError(
      'FILE_UNWRITABLE',
      { path: 'stdout', reason: systemReason(this.#failure) },
      this.#failure,
    );
  }

  #signs(text: string): string {
    return this.stderrTraits.unicode ? text : withoutSigns(text);
  }

  #besideProgress(write: () => void): void {
    this.progress.clear();
    write();
    this.progress.restore();
  }

  async #writeStdout(text: string): Promise<void> {
    if (this.#readerGone) return;
    let roomLeft = true;
    const write = (): void => {
      roomLeft = this.#stdout.write(text);
    };
    if (this.stdoutTraits.interactive) this.#besideProgress(write);
    else write();
    if (!roomLeft) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          for (const event of ['drain', 'error', 'close']) this.#stdout.off(event, done);
          resolve();
        };
        for (const event of ['drain', 'error', 'close']) this.#stdout.on(event, done);
      });
    }
  }

  #writeStderr(text: string): void {
    this.#stderr.write(text);
  }
}

/** The growing list of {@link Output.openList}. */
export interface JsonList {
  add(item: unknown): Promise<void>;
  close(): Promise<void>;
}
