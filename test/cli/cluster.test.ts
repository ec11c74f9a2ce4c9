import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { rooms, type Rooms } from '../../src/cli/rooms.ts';
import { openGallery } from '../../src/gallery/index.ts';
import {
  dimension,
  type FakeFace,
  fakePhoto,
  FakeRecognizer,
  writeTree,
} from '../dataset/fake-recognizer.ts';
import { lockedRooms, recordCommandLine, type Recorded } from './recording.ts';

const at = (x: number): FakeFace => [x, 10, 60, 60, 0.9];

interface ClusterDocument {
  readonly clusters: { readonly number: number; readonly name: string | null; readonly faces: string[] }[];
  readonly photos: { readonly file: string; readonly error?: { readonly code: string } }[];
  readonly corrections: unknown[];
  readonly enrolled: { readonly added: number; readonly known: number }[];
  readonly work: { readonly looked: number };
}

/** The rooms with a recognizer that reads photos which are text. */
const fakeRooms: Rooms = {
  ...rooms,
  recognizer: async () => ({
    ...(await rooms.recognizer()),
    openRecognizer: async () => {
      const { alignment } = new FakeRecognizer().pack;
      // No picture that is read back may be smaller.
      return new FakeRecognizer({ alignment: { ...alignment, cropSizePx: 16 } });
    },
  }),
};

describe('visage cluster', () => {
  let root = '';
  let folder = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'visage-cluster-verb-'));
    folder = join(root, 'holiday photos');
    await writeTree(folder, {
      'a1.jpg': fakePhoto(14, at(60)),
      'b1.jpg': fakePhoto(140, at(5)),
      'b2.jpg': fakePhoto(141, at(5)),
      'both.jpg': fakePhoto(15, at(60), at(12)),
      'broken.jpg': 'no photo',
    });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const run = (...flags: string[]): Promise<Recorded> =>
    recordCommandLine(
      ['cluster', folder, '--max-distance', '0.42', '--min-quality', '0', ...flags],
      fakeRooms,
    );
  async function document(...flags: string[]): Promise<ClusterDocument> {
    const { exitCode, stdout, stderr } = await run('--json', ...flags);
    assert.equal(exitCode, 0, stderr + stdout);
    return JSON.parse(stdout) as ClusterDocument;
  }

  it('says who is in which photos, and what could not be used', async () => {
    const { exitCode, stdout, stderr } = await run();
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^#1: 2 faces \(.*both\.jpg/m);
    assert.match(stdout, /^#2: 2 faces \(b[12]\.jpg, b[12]\.jpg\)$/m);
    assert.match(stdout, /^broken\.jpg: IMAGE_UNREADABLE/m);
    assert.match(stdout, /^2 clusters, 1 face alone, in 4 photos$/m);
    assert.match(stderr, /1 photo could not be used/);
    assert.ok((await stat(join(folder, '.visage-clusters.npz'))).size > 0);
  });

  it('gives one JSON document, and goes on from the album', async () => {
    const first = await document();
    assert.deepEqual(
      first.photos.map(({ file, error }) => [file, error?.code]),
      [
        ['a1.jpg', undefined],
        ['b1.jpg', undefined],
        ['b2.jpg', undefined],
        ['both.jpg', undefined],
        ['broken.jpg', 'IMAGE_UNREADABLE'],
      ],
    );
    assert.deepEqual(first.clusters[1]!.faces.toSorted(), ['b1.jpg', 'b2.jpg']);
    const again = await document();
    assert.equal(again.work.looked, 0);
    assert.deepEqual(again.clusters, first.clusters);
  });

  it('corrects, remembers, takes back', async () => {
    await document();
    assert.equal((await document('--same', '1', '2', '--same', '1', 'both.jpg#1')).clusters.length, 1);
    assert.equal((await document()).clusters.length, 1);
    assert.equal((await document('--forget', 'both.jpg#1', '1')).corrections.length < 2, true);
    const refused = await run('--not-same', 'b1.jpg', 'nobody.jpg');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /CLUSTER_UNKNOWN/);
  });

  it('makes a cluster a person of a gallery, and adds only what is new when asked again', async () => {
    const place = join(root, 'people.gallery');
    await document();
    const named = await document('--name', '2', 'Bob', '--gallery', place);
    assert.equal(named.clusters.find(({ number }) => number === 2)!.name, 'Bob');
    assert.deepEqual(
      named.enrolled.map(({ added, known }) => [added, known]),
      [[2, 0]],
    );
    await writeTree(folder, { 'b3.jpg': fakePhoto(139, at(5)) });
    const more = await document('--name', '2', 'bob', '--gallery', place);
    assert.deepEqual(
      more.enrolled.map(({ added, known }) => [added, known]),
      [[1, 2]],
    );
    await using gallery = await openGallery(place, { pack: 'fake', dimension });
    assert.deepEqual(
      (await gallery.people()).map(({ name, exampleCount }) => [name, exampleCount]),
      [['Bob', 3]],
    );
    const unknown = await run('--name', '99', 'Eve', '--gallery', place);
    assert.match(unknown.stderr, /CLUSTER_UNKNOWN/);
  });

  it('writes a contact sheet, as a page and as a picture', async () => {
    const page = join(root, 'sheet.html');
    await document('--sheet', page);
    const text = await readFile(page, 'utf8');
    assert.match(text, /<h1>Who is in <bdi class="name">holiday photos<\/bdi>\?<\/h1>/);
    assert.equal(text.match(/<button type="button" class="face"/g)!.length, 5);
    assert.ok(text.includes('data-name="both.jpg#2"'));
    // A picture in the folder of photos is not taken for one of them.
    const picture = join(folder, 'sheet.png');
    await document('--sheet', picture);
    assert.equal((await document('--sheet', picture)).photos.length, 5);
    assert.deepEqual([...(await readFile(picture)).subarray(1, 4)], [...Buffer.from('PNG')]);
  });

  it('fails where no photo can be used, with the reasons', async () => {
    await rm(folder, { recursive: true });
    await writeTree(folder, { 'broken.jpg': 'no photo' });
    const { exitCode, stdout } = await run('--json');
    assert.equal(exitCode, 1);
    const { photos, error } = JSON.parse(stdout) as ClusterDocument & { error: { code: string } };
    assert.equal(error.code, 'ALL_PHOTOS_FAILED');
    assert.equal(photos[0]!.error!.code, 'IMAGE_UNREADABLE');
  });
});

for (const [flags, problem] of [
  [['--same', '1'], /--same takes two, and 1 stands alone/],
  [['--same', '1', '1'], /two different ones/],
  [['--name', 'Anna', '3'], /takes the number of a cluster/],
  [['--name', '3', ' '], /PERSON_NAME_INVALID/],
] as const) {
  it(`visage cluster ${flags.join(' ')} is refused before any work`, async () => {
    const { exitCode, stderr } = await recordCommandLine(['cluster', 'photos', ...flags], {
      ...lockedRooms,
      gallery: () => rooms.gallery(),
    });
    assert.notEqual(exitCode, 0);
    assert.match(stderr, problem);
  });
}
