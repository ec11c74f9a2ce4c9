import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import type { Rooms } from '../../src/cli/rooms.ts';
import type { Classifier } from '../../src/classify/index.ts';
import type { FivePoints } from '../../src/detect/index.ts';
import type { PhotoSource } from '../../src/image/index.ts';
import { visageError } from '../../src/kernel/index.ts';
import type { IdentifiedFace, Recognizer } from '../../src/recognizer.ts';
import { lockedRooms, recordCommandLine } from './recording.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-cli-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const landmarks: FivePoints = [
  { x: 1, y: 1 },
  { x: 2, y: 1 },
  { x: 1.5, y: 1.26 },
  { x: 1, y: 2 },
  { x: 2, y: 2 },
];
const face = (name: string | null, distance: number): IdentifiedFace => ({
  box: { x: 10.4, y: 20.6, width: 30.5, height: 40 },
  score: 0.99812345,
  landmarks,
  name,
  probability: 0.93,
  distance,
  candidates: [
    { name: 'madonna', probability: 0.93 },
    { name: 'elton_john', probability: 0.02 },
  ],
  embedding: new Float32Array(128),
});

/** What is in a photo is written in its name: `madonna`, `stranger`, `nobody`, `broken`. */
function facesOf(file: string): IdentifiedFace[] {
  if (file.includes('broken')) throw visageError('IMAGE_UNREADABLE', { path: file, reason: 'it is empty' });
  if (file.includes('nobody')) return [];
  return file.includes('stranger') ? [face(null, 1.024)] : [face('madonna', 0.41)];
}

interface Watched {
  open: number;
  most: number;
}

function roomsWithFaces(watched: Watched = { open: 0, most: 0 }): Rooms {
  const photo = {
    raster: { data: new Uint8Array(3), width: 1, height: 1 },
    width: 1920,
    height: 1280,
    scale: 1,
  };
  const look = async (source: PhotoSource) => {
    watched.most = Math.max(watched.most, ++watched.open);
    // Later photos are ready sooner: order must not depend on it.
    const file = source as string;
    await new Promise((resolve) => setTimeout(resolve, file.includes('madonna') ? 8 : 1));
    watched.open--;
    return { photo, faces: facesOf(file) };
  };
  const recognizer = {
    pack: { name: 'bundled' },
    concurrency: 3,
    locate: look,
    identify: look,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  } as unknown as Recognizer;
  // Of each room only what these verbs may use.
  const rooms = {
    ...lockedRooms,
    recognizer: async () => ({ openRecognizer: async () => recognizer }),
    classify: async () => ({
      loadClassifier: async () => ({ pack: 'bundled' }) as Classifier,
      requirePack: () => {},
    }),
    dataset: async () => ({ listPhotos }),
    image: async () => ({
      drawFaces: async (_: unknown, faces: readonly { label: string }[]) =>
        new TextEncoder().encode(faces.map(({ label }) => label).join()),
    }),
  };
  return rooms as unknown as Rooms;
}

async function listPhotos([path = '']: readonly string[]): Promise<string[]> {
  if (path.includes('missing')) throw visageError('FILE_NOT_FOUND', { path });
  const inside = await readdir(path, { recursive: true }).catch(() => undefined);
  if (inside === undefined) return [path];
  return inside
    .filter((name) => /\.\w+$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

const identify = (...argv: string[]) =>
  recordCommandLine(['identify', '--classifier', 'c.json', ...argv], roomsWithFaces());

test('identify: a line a face, in the order of the photos, whatever each contains', async () => {
  const { exitCode, stdout } = await identify(
    'madonna.jpg',
    'stranger.jpg',
    'nobody.jpg',
    'broken.jpg',
    'missing.jpg',
  );
  assert.equal(exitCode, 0);
  assert.deepEqual(stdout.split('\n'), [
    'madonna.jpg: madonna (93.0 %)',
    'stranger.jpg: unknown (nearest: madonna, distance 1.02)',
    'nobody.jpg: no face',
    'broken.jpg: IMAGE_UNREADABLE broken.jpg cannot be decoded as a picture: it is empty.',
    'missing.jpg: FILE_NOT_FOUND missing.jpg does not exist.',
    '',
  ]);
});

test('identify --json: one document in the form of the contract', async () => {
  const { exitCode, stdout, stderr } = await identify(
    '--json',
    '--quiet',
    'madonna.jpg',
    'stranger.jpg',
    'broken.jpg',
  );
  assert.equal(exitCode, 0);
  assert.equal(stderr, '');
  const answer = {
    box: { x: 10, y: 21, width: 31, height: 40 },
    score: 0.9981,
    name: 'madonna',
    probability: 0.93,
    distance: 0.41,
    candidates: [
      { name: 'madonna', probability: 0.93 },
      { name: 'elton_john', probability: 0.02 },
    ],
  };
  assert.deepEqual(JSON.parse(stdout), {
    pack: 'bundled',
    photos: [
      { file: 'madonna.jpg', width: 1920, height: 1280, faces: [answer] },
      {
        file: 'stranger.jpg',
        width: 1920,
        height: 1280,
        faces: [{ ...answer, name: null, distance: 1.024 }],
      },
      {
        file: 'broken.jpg',
        error: visageError('IMAGE_UNREADABLE', { path: 'broken.jpg', reason: 'it is empty' }).toJSON(),
      },
    ],
  });
});

test('only when every photo failed does the batch fail, and the document still says why for each', async () => {
  const plain = await identify('broken.jpg', 'missing.jpg');
  assert.equal(plain.exitCode, 1);
  assert.match(plain.stderr, /ALL_PHOTOS_FAILED: None of the photos could be used \(2 of 2 failed\)/);
  const { exitCode, stdout } = await identify('--json', 'broken.jpg', 'missing.jpg');
  assert.equal(exitCode, 1);
  const document = JSON.parse(stdout) as { photos: { error: { code: string } }[]; error: { code: string } };
  assert.deepEqual(
    document.photos.map(({ error }) => error.code),
    ['IMAGE_UNREADABLE', 'FILE_NOT_FOUND'],
  );
  assert.equal(document.error.code, 'ALL_PHOTOS_FAILED');
});

test('a folder without photos', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const { exitCode, stdout } = await identify('--json', empty);
  assert.equal(exitCode, 1);
  assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'NO_PHOTO');
});

test('a long folder: no more photos under way than the recognizer asks for', async () => {
  const watched: Watched = { open: 0, most: 0 };
  const photos = Array.from({ length: 40 }, (_, i) => `madonna-${i}.jpg`);
  const { stdout } = await recordCommandLine(
    ['identify', '--classifier', 'c.json', ...photos],
    roomsWithFaces(watched),
  );
  assert.deepEqual(
    stdout.trim().split('\n'),
    photos.map((file) => `${file}: madonna (93.0 %)`),
  );
  assert.ok(watched.most > 1 && watched.most <= 3);
});

test('a name that would move the cursor is shown, not obeyed', async () => {
  const { stdout } = await identify('nobody\u001b[2J.jpg');
  assert.equal(stdout, String.raw`nobody\u001b[2J.jpg: no face` + '\n');
});

test('--draw: equal names do not meet, and no copy lands on a photo', async () => {
  const [a, b, out] = ['a', 'b', 'drawn'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [a, b, join(a, 'sub')]) await mkdir(path);
  for (const path of [
    'a/madonna.jpg',
    'a/madonna.png',
    'a/sub/stranger.jpg',
    'b/madonna.jpg',
    'b/broken.jpg',
  ]) {
    await writeFile(join(folder, path), path);
  }
  const two = await identify('--json', '--draw', out, a, b);
  assert.equal(two.exitCode, 0);
  const { photos } = JSON.parse(two.stdout) as { photos: { file: string; drawn?: string }[] };
  assert.deepEqual(
    photos.map(({ file, drawn }) => [relative(folder, file), drawn && relative(out, drawn)]),
    [
      ['a/madonna.jpg', 'a/madonna.jpg'],
      ['a/madonna.png', 'a/madonna-2.jpg'],
      ['a/sub/stranger.jpg', 'a/sub/stranger.jpg'],
      ['b/broken.jpg', undefined],
      ['b/madonna.jpg', 'b/madonna.jpg'],
    ],
  );
  assert.equal(await readFile(join(out, 'a/sub/stranger.jpg'), 'utf8'), 'unknown');

  // Into the folder of the photos itself, and through a link that leads to one of them.
  await symlink(join(a, 'madonna.jpg'), join(b, 'madonna-2.jpg'));
  const own = await identify('--json', '--draw', b, join(a, 'madonna.jpg'), join(b, 'madonna.jpg'));
  assert.equal(own.exitCode, 0);
  for (const path of ['a/madonna.jpg', 'b/madonna.jpg'])
    assert.equal(await readFile(join(folder, path), 'utf8'), path);
  assert.deepEqual((await readdir(b)).sort(), [
    'broken.jpg',
    'madonna-2.jpg',
    'madonna-3.jpg',
    'madonna-4.jpg',
    'madonna.jpg',
  ]);
});

test('detect: where the faces are', async () => {
  const { stdout } = await recordCommandLine(['detect', 'madonna.jpg', 'nobody.jpg'], roomsWithFaces());
  assert.equal(stdout, 'madonna.jpg: face 31x40 at 10,21 (99.8 %)\nnobody.jpg: no face\n');
  const json = await recordCommandLine(['detect', '--json', 'madonna.jpg'], roomsWithFaces());
  assert.deepEqual(JSON.parse(json.stdout), {
    pack: 'bundled',
    photos: [
      {
        file: 'madonna.jpg',
        width: 1920,
        height: 1280,
        faces: [
          {
            box: { x: 10, y: 21, width: 31, height: 40 },
            score: 0.9981,
            landmarks: landmarks.map(({ x, y }) => ({ x, y: Math.round(y * 10) / 10 })),
          },
        ],
      },
    ],
  });
});
