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

const locked = (room: string) => (): Promise<never> =>
  Promise.reject(new Error(`the room ${room} was entered`));

/** Rooms that must not be entered. */
export const lockedRooms: Rooms = {
  recognizer: locked('recognizer'),
  dataset: locked('dataset'),
  classify: locked('classify'),
  evaluate: locked('evaluate'),
  image: locked('image'),
  packs: locked('packs'),
  gallery: locked('gallery'),
  people: locked('people'),
  cluster: locked('cluster'),
  report: locked('report'),
  serve: locked('serve'),
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
  env: Readonly<Record<string, string>> = {},
): Promise<Recorded> {
  const [stdout, stderr] = [new Recording(), new Recording()];
  const exitCode = await runCommandLine(argv, {
    stdout,
    stderr,
    env: { LANG: 'C.UTF-8', ...env },
    rooms,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
