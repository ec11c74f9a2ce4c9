import type { Writable } from 'node:stream';
import type { Environment } from './view/terminal.ts';
import type { Rooms } from './rooms.ts';

/** A stream to write to, perhaps a terminal. */
export type TextStream = Writable & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** What the command line meets outside: a test brings its own. */
export interface Surroundings {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Environment;
  readonly rooms: Rooms;
  /** Asks the person in front of the terminal one question; absent where nobody is. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<string>;
}
