import { Writable } from 'node:stream';
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { Rooms } from '../../src/cli/rooms.ts';

/** A stream that keeps what is written to it. */
export class Recording extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor({ isTTY = false, columns = 80 } = {}) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** Rooms that must not be entered. */
export const lockedRooms: Rooms = {
  recognizer: () => Promise.reject(new Error('the recognizer was asked for')),
  dataset: () => Promise.reject(new Error('the data set room was asked for')),
  classify: () => Promise.reject(new Error('the classify room was asked for')),
  image: () => Promise.reject(new Error('the image room was asked for')),
};

export interface Recorded {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line inside this process and records what it says. */
export async function recordCommandLine(
  argv: readonly string[],
  rooms: Rooms = lockedRooms,
): Promise<Recorded> {
  const [stdout, stderr] = [new Recording(), new Recording()];
  const exitCode = await runCommandLine(argv, { stdout, stderr, env: { LANG: 'C.UTF-8' }, rooms });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
