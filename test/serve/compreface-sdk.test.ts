/**
 * The unmodified JavaScript SDK of CompreFace as a client, every method, with real photos. Its traps are kept
 * away from: paths are relative, `limit` is always given, collections are asked for afresh for each call.
 */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, mock, test } from 'node:test';
import { KeyFile, openServer, type Server } from '../../src/serve/index.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';

type Call = (...values: unknown[]) => Promise<never>;
type Calls<Name extends string> = Record<Name, Call>;
interface Sdk {
  initFaceRecognitionService(key: string): Calls<'recognize'> & {
    getFaceCollection(): Calls<
      'list' | 'add' | 'verify' | 'delete' | 'delete_multiple_images' | 'delete_all_subject' | 'delete_all'
    >;
    getSubjects(): Calls<'list' | 'add' | 'rename' | 'delete' | 'deleteAll'>;
  };
  initFaceDetectionService(key: string): Calls<'detect'>;
  initFaceVerificationService(key: string): Calls<'verify'>;
}

const family = (file: string): string => {
  const path = relative(process.cwd(), inShared('data/family', file));
  return path.startsWith('.') ? path : `./${path}`;
};
const dad = (n: number): string => family(`gallery/Family1-Dad/Family1-Dad${n}.jpg`);
const mom = (n: number): string => family(`gallery/Family1-Mom/Family1-Mom${n}.jpg`);
const group = family('groups/identification1_family1.jpg');

const refused =
  (status: number, code: number) => (thrown: { response?: { status: number; data: { code: number } } }) => {
    assert.deepEqual([thrown.response?.status, thrown.response?.data.code], [status, code]);
    return true;
  };

const base64Of = async (file: string) => (await readFile(file)).toString('base64');

describe('the JavaScript SDK of CompreFace', { skip: skipWithoutShared('data/family') }, () => {
  let folder: string;
  let server: Server;
  let photos: HttpServer;
  let sdk: Sdk;
  let key: string;
  let photosUrl: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-sdk-'));
    const keys = new KeyFile(join(folder, 'keys'));
    key = (await keys.create('sdk', 'write', 'uuid')).secret;
    server = await openServer({ keysPath: keys.path, workers: 1 });
    const { port } = new URL(await server.listen('127.0.0.1', 0));
    photos = createServer((request, response) => {
      response.setHeader('content-type', 'image/jpeg');
      createReadStream(inShared('data/family', request.url!)).pipe(response);
    });
    await new Promise<void>((resolve) => photos.listen(0, '127.0.0.1', resolve));
    photosUrl = `http://127.0.0.1:${(photos.address() as AddressInfo).port}`;
    const { CompreFace } = (await import('@exadel/compreface-js-sdk')) as unknown as {
      CompreFace: new (server: string, port: number) => Sdk;
    };
    sdk = new CompreFace('http://127.0.0.1', Number(port));
    // It prints addresses and the key.
    mock.method(console, 'log', () => {});
  });
  after(async () => {
    mock.restoreAll();
    photos.closeAllConnections();
    photos.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  const recognition = () => sdk.initFaceRecognitionService(key);
  const faces = () => recognition().getFaceCollection();
  const subjects = () => recognition().getSubjects();
  test('subjects: add, list, rename, delete, delete all', async () => {
    assert.deepEqual(await subjects().add('Ann'), { subject: 'Ann' });
    await assert.rejects(subjects().add('ann'), refused(400, 43));
    await subjects().add('Ann Lee');
    assert.deepEqual(await subjects().list(), { subjects: ['Ann', 'Ann Lee'] });
    assert.deepEqual(await subjects().rename(encodeURIComponent('Ann Lee'), 'Zoë'), { updated: true });
    assert.deepEqual(await subjects().delete(encodeURIComponent('Zoë')), { subject: 'Zoë' });
    await assert.rejects(subjects().delete('Nobody'), refused(404, 42));
    assert.deepEqual(await subjects().deleteAll(), { deleted: 1 });
    assert.deepEqual(await subjects().list(), { subjects: [] });
  });

  test('faces: added from a path, an address, base64, bytes and a stream; listed, compared, deleted', async () => {
    const base64 = (await readFile(dad(2))).toString('base64');
    const added = [
      await faces().add(dad(1), 'Dad', { det_prob_threshold: 0.8 }),
      await faces().add(base64, 'Dad'),
      await faces().add(`${photosUrl}/gallery/Family1-Dad/Family1-Dad3.jpg`, 'Dad'),
      await faces().add(mom(1), 'Mom'),
      // Without a boundary in the header, chunked: CompreFace itself cannot read these two.
      await faces().add(await readFile(mom(2)), 'Mom'),
      await faces().add(createReadStream(family('gallery/Family1-Son/Family1-Son1.jpg')), 'Son'),
    ] as { image_id: string; subject: string }[];
    assert.deepEqual(
      added.map(({ subject }) => subject),
      ['Dad', 'Dad', 'Dad', 'Mom', 'Mom', 'Son'],
    );
    for (const { image_id: id } of added) assert.match(id, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.deepEqual(await faces().list(), {
      faces: added,
      page_size: 20,
      page_number: 0,
      total_elements: 6,
      total_pages: 1,
    });
    await assert.rejects(faces().add(group, 'Several'), refused(400, 31));
    await assert.rejects(faces().add(Buffer.from('no picture').toString('base64'), 'None'), refused(400, 28));

    const verify = (file: string, options = {}) =>
      faces().verify(file, added[0]!.image_id, { limit: 1, det_prob_threshold: 0.8, ...options }) as Promise<{
        result: { subject: string; similarity: number; box: object; execution_time?: object }[];
        plugins_versions?: object;
      }>;
    const same = await verify(dad(2), { status: true });
    assert.equal(same.result[0]!.subject, 'Dad');
    assert.ok(same.result[0]!.similarity > 0.9);
    assert.ok(same.result[0]!.execution_time !== undefined && same.plugins_versions !== undefined);
    assert.ok((await verify(mom(2))).result[0]!.similarity < 0.1);

    assert.deepEqual(await faces().delete(added[1]!.image_id), added[1]);
    await assert.rejects(faces().delete(added[1]!.image_id), refused(404, 44));
    assert.deepEqual(await faces().delete_multiple_images([added[5]!.image_id, added[1]!.image_id]), [
      added[5],
    ]);
    assert.deepEqual(await faces().delete_all_subject('Mom'), { deleted: 2 });
    assert.deepEqual(await subjects().list(), { subjects: ['Dad', 'Son'] });
    assert.deepEqual(await faces().delete_all(), { deleted: 2 });
    assert.equal(((await faces().list()) as { total_elements: number }).total_elements, 0);
  });

  test('recognize finds the family in a group photo and a stranger in nobody, on the scale of CompreFace', async () => {
    const people = {
      Dad: dad(1),
      Mom: mom(1),
      Daughter: family('gallery/Family1-Daughter/Family1-Daughter1.jpg'),
    };
    for (const [name, file] of Object.entries(people)) await faces().add(file, name);
    interface Result {
      box: { probability: number; x_min: number; x_max: number; y_min: number; y_max: number };
      subjects: { subject: string; similarity: number }[];
      landmarks: number[][];
      embedding: number[];
    }
    const found = (await recognition().recognize(group, {
      limit: 0,
      det_prob_threshold: 0.8,
      prediction_count: 3,
      face_plugins: 'calculator,age,gender,landmarks',
      status: true,
    })) as { result: Result[]; plugins_versions: object };
    const sure = found.result.filter(({ subjects: [best] }) => best!.similarity > 0.5);
    const names = sure.map(({ subjects: [best] }) => best!.subject);
    assert.deepEqual(new Set(names), new Set(['Dad', 'Mom', 'Daughter']));
    assert.equal(names.length, 3, 'nobody twice');
    const areas = found.result.map(({ box }) => (box.x_max - box.x_min) * (box.y_max - box.y_min));
    assert.deepEqual(
      areas,
      areas.toSorted((a, b) => b - a),
    );
    for (const face of found.result) {
      assert.equal(face.subjects.length, 3);
      assert.equal(face.landmarks.length, 5);
      assert.ok(face.landmarks.flat().every(Number.isInteger));
      assert.equal(face.embedding.length, 128);
      const [first, second] = face.subjects;
      assert.ok(first!.similarity >= second!.similarity);
    }
    const limited = (await recognition().recognize(group, { limit: 2 })) as { result: Result[] };
    assert.deepEqual(
      limited.result.map(({ box }) => box),
      found.result.slice(0, 2).map(({ box }) => box),
    );
    assert.deepEqual(Object.keys(limited.result[0]!), ['box', 'subjects']);
    const stranger = (await recognition().recognize(family('gallery/Family2-Man/Family2-Man1.jpg'), {})) as {
      result: Result[];
    };
    assert.ok(stranger.result[0]!.subjects[0]!.similarity < 0.5);
    await subjects().deleteAll();
    const nobody = (await recognition().recognize(dad(1), {})) as { result: Result[] };
    assert.deepEqual(nobody.result[0]!.subjects, []);
  });

  test('detect, with and without options, also where the SDK begins each with a question mark', async () => {
    const detection = sdk.initFaceDetectionService(key);
    const plain = (await detection.detect(group)) as { result: { box: object }[] };
    assert.ok(plain.result.length >= 4);
    const all = { limit: 2, det_prob_threshold: 0.8, face_plugins: 'landmarks', status: true };
    const asked = (await detection.detect(group, all)) as { result: object[]; plugins_versions: object };
    assert.equal(asked.result.length, 2);
    assert.ok(asked.plugins_versions !== undefined);
    const { limit: _, ...others } = all;
    const marks = (await detection.detect(group, others)) as { result: { landmarks: object[] }[] };
    assert.equal(marks.result.length, plain.result.length);
    assert.equal(marks.result[0]!.landmarks.length, 5);
    await assert.rejects(
      detection.detect(relativeTo('data/badinput/no_face_flat_grey.jpg')),
      refused(400, 28),
    );
  });

  test('verify, from paths, base64 and addresses', async () => {
    const verification = sdk.initFaceVerificationService(key);
    interface Verified {
      result: { source_image_face: { box: object }; face_matches: { similarity: number; box: object }[] }[];
    }
    const all = (await Promise.all([
      verification.verify(dad(1), group, { limit: 0, det_prob_threshold: 0.8 }),
      verification.verify(await base64Of(dad(1)), await base64Of(group), {
        limit: 0,
        det_prob_threshold: 0.8,
      }),
      verification.verify(`${photosUrl}/gallery/Family1-Dad/Family1-Dad1.jpg`, group, {
        limit: 0,
        det_prob_threshold: 0.8,
      }),
    ])) as Verified[];
    for (const { result } of all) {
      assert.equal(result.length, 1);
      assert.deepEqual(result, all[0]!.result);
      const similar = result[0]!.face_matches.filter(({ similarity }) => similarity > 0.5);
      assert.equal(similar.length, 1, 'Dad is once in the photo');
    }
    await assert.rejects(verification.verify(group, dad(1), { limit: 0 }), refused(400, 31));
  });

  test('a key that is none, unknown or missing is refused as CompreFace refuses it', async () => {
    const wrong = [
      ['abc', 400, 26],
      ['00000000-0000-0000-0000-000000000002', 404, 10],
      ['', 400, 20],
    ] as const;
    for (const [given, status, code] of wrong) {
      const list = sdk.initFaceRecognitionService(given).getSubjects().list();
      await assert.rejects(list, refused(status, code));
    }
  });
});

const relativeTo = (path: string): string => {
  const found = relative(process.cwd(), inShared(path));
  return found.startsWith('.') ? found : `./${found}`;
};
