import type { Command } from 'commander';
import type { ProgressListener } from '../kernel/index.ts';
import type { Interruption } from './interruption.ts';
import type { Output } from './output.ts';
import type { Rooms } from './rooms.ts';
import type { Surroundings } from './surroundings.ts';
import type { Environment } from './view/terminal.ts';

/** What a verb works with. One for each start of the program. */
export interface Run {
  /** The rooms of the library, each loaded when first asked for: `--help` loads none. */
  readonly rooms: Rooms;
  readonly output: Output;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
  readonly interruption: Interruption;
  /** Environment variables. */
  readonly env: Environment;
  /** Asks the person in front of the terminal one question; undefined where nobody is. */
  readonly ask: Surroundings['ask'];
  /** Makes the exit code 1 where the result itself is the bad news and no error follows (as in `doctor`). */
  fail(): void;
}

/**
 * Declares the arguments and flags of a verb and sets its action; the action throws `VisageError`s. The name and
 * the summary are in the table of verbs.
 */
export type DefineVerb = (command: Command, run: Run) => void;

/** Adds one of the things that a verb can do, as `visage people show`, to that verb. */
export type RegisterAction = (verb: Command, run: Run) => void;
