import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { rooms } from '../../src/cli/rooms.ts';
import { type PosedFace, posedPhoto, PosedRecognizer } from '../people/posed-recognizer.ts';
import { type Recorded, Recording } from './recording.ts';

/** Of the test file; its photos lie there. */
export let folder = '';
/** The gallery of the test that runs: a new one for each. */
export let gallery = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-people-'));
});
after(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  gallery = join(await mkdtemp(join(folder, 'test-')), 'people.gallery');
});

const recognizer = new PosedRecognizer();
const posedRooms: typeof rooms = {
  ...rooms,
  recognizer: async () => ({
    ...(await rooms.recognizer()),
    openRecognizer: async () => new PosedRecognizer(),
  }),
  packs: async () => ({ ...(await rooms.packs()), describePack: async () => recognizer.pack }),
};

interface Extra {
  /** What the person in front of the terminal answers. */
  readonly answer?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs one command line with posed photos; `--gallery` is added where the verb has one. */
export async function visage(argv: readonly string[], { answer, env = {} }: Extra = {}): Promise<Recorded> {
  const [stdout, stderr] = [new Recording(), new Recording()];
  const ask = async (question: string): Promise<string> => {
    stderr.text += question;
    return answer!;
  };
  const exitCode = await runCommandLine(argv, {
    stdout,
    stderr,
    env: { LANG: 'C.UTF-8', VISAGE_GALLERY: gallery, ...env },
    rooms: posedRooms,
    ...(answer !== undefined && { ask }),
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** What a command line that works prints. */
export async function done(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await visage(argv);
  assert.equal(exitCode, 0, `${argv.join(' ')}: ${stderr}`);
  return stdout;
}
/** What it prints with `--json`. */
export const document = async <Shape>(...argv: string[]): Promise<Shape> =>
  JSON.parse(await done(...argv, '--json')) as Shape;

/** The code and exit code that a command line fails with; the document says the same. */
export async function failure(...argv: string[]): Promise<readonly [string, number]> {
  const plain = await visage(argv);
  const { exitCode, stdout } = await visage([...argv, '--json']);
  const { error } = JSON.parse(stdout) as { error: { code: string } };
  assert.match(plain.stderr, new RegExp(`error ${error.code}:`));
  assert.equal(plain.exitCode, exitCode);
  return [error.code, exitCode];
}

let photos = 0;
/** A photo that shows these faces. */
export async function photo(...faces: PosedFace[]): Promise<string> {
  const path = join(folder, `photo-${++photos}.jpg`);
  await writeFile(path, posedPhoto(path, ...faces).bytes);
  return path;
}
/** A photo of one face. */
export const faceAt = (angle: number): Promise<string> => photo({ x: 300, angle });
