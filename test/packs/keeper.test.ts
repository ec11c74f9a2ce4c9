import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { encodePicture } from '../../src/image/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import {
  compareDistances,
  describePack,
  importPack,
  knownPacks,
  openPack,
  removePack,
  verifyPack,
  type Acceptance,
} from '../../src/packs/index.ts';
import { lockPack } from '../../src/packs/keeper/pack-lock.ts';
import { openInferencePool } from '../../src/runtime/index.ts';
import { deterministicPicture } from '../support/deterministic-weights.ts';
import { inRepository, inShared, skipWithoutShared } from '../support/repository.ts';
import { runGraph } from '../support/session.ts';
import { narrowFile, narrowPack, narrowWeights } from './support/narrow-facenet.ts';

const root = await mkdtemp(join(tmpdir(), 'visage-keeper-'));
after(() => rm(root, { recursive: true, force: true }));
let nextFolder = 0;
const freshFolder = (): string => join(root, `models-${nextFolder++}`);
const source = { name: 'weights.pt', bytes: narrowFile };
const code =
  (wanted: string, message = /./) =>
  (thrown: unknown) => {
    assert.ok(thrown instanceof VisageError, String(thrown));
    assert.equal(thrown.code, wanted);
    assert.match(thrown.message, message);
    return true;
  };

describe('import', () => {
  test('a FaceNet becomes a folder that says everything, and opens to the same numbers', async () => {
    const folder = freshFolder();
    const record = await importPack([source], { folder, name: 'mine', preprocessing: 'fixed-128' });
    assert.deepEqual((await readdir(join(folder, 'mine'))).sort(), ['embedder.onnx', 'pack.json']);
    assert.deepEqual(await readdir(folder), ['mine'], 'no lock, no temporary folder is left');
    assert.deepEqual(record.networks.detector, { bundled: 'detector' });
    assert.deepEqual(record.pack.embedder.preparation, {
      normalisation: { mean: 127.5, divisor: 128 },
      colourOrder: 'rgb',
    });
    assert.match(record.notes.join(), /bundled detector/);

    const pack = await openPack('mine', { modelsFolder: folder });
    await using pool = openInferencePool({ workers: 1 });
    const data = deterministicPicture(0);
    const dims = [1, 160, 160, 3];
    const { embedding } = await pool.run(pack.models.embedder, { image: { type: 'uint8', dims, data } });
    const graph = inceptionResnetV1(narrowWeights, { preprocessing: 'fixed-128', normalise: true });
    const wanted = await runGraph(graph, { type: 'uint8', dims, data });
    assert.deepEqual([...embedding!.data], [...wanted['embedding']!.data]);
    assert.equal(pack.embedder.dimension, embedding!.data.length);
  });

  test('colours can be taken the other way round; the pack says so', async () => {
    const folder = freshFolder();
    const { pack } = await importPack([source], {
      folder,
      name: 'bgr',
      colourOrder: 'bgr',
      preprocessing: 'unit',
    });
    assert.deepEqual(pack.embedder.preparation, {
      normalisation: { mean: 0, divisor: 255 },
      colourOrder: 'bgr',
    });
  });

  test('with the files of MTCNN it is the detector, and the reference pipeline can be had', {
    skip: skipWithoutShared('models/mtcnn'),
  }, async () => {
    const folder = freshFolder();
    const mtcnn = ['det1.npy', 'det2.npy', 'det3.npy'].map((file) => inShared('models/mtcnn', file));
    const options = { folder, name: 'whole', preprocessing: 'prewhiten' } as const;
    const { pack, networks } = await importPack([mtcnn[1]!, source, mtcnn[2]!, mtcnn[0]!], options);
    assert.equal(pack.detector.network, 'mtcnn');
    assert.deepEqual(Object.keys(networks), ['detector', 'refine', 'landmarks', 'embedder']);
    const opened = await openPack('whole', { modelsFolder: folder });
    assert.equal(Object.keys(opened.models).length, 4);
    const reference = await openPack('whole+reference-nearest', { modelsFolder: folder });
    assert.deepEqual(reference.models, opened.models);
    assert.equal(reference.name, 'whole+reference-nearest');
    assert.deepEqual(reference.selection, { upright: false, colours: 'stored', face: 'first' });
    assert.deepEqual(reference.alignment, {
      method: 'box',
      cropSizePx: 160,
      margin: { unit: 'photo-pixels', value: 0 },
      fit: 'stretch',
      filter: 'nearest',
      corner: 'absolute',
    });
    await assert.rejects(
      importPack([mtcnn[0]!, source], { folder, name: 'two' }),
      code('PACK_INCOMPLETE', /only pnet/),
    );
    await assert.rejects(
      importPack([mtcnn[0]!], { folder }),
      code('PACK_INCOMPLETE', /none of them is an embedder/),
    );
  });

  test('packs without MTCNN or without whitening have no reference pipeline', async () => {
    await assert.rejects(describePack('bundled+reference'), code('OPTION_INVALID', /MTCNN/));
  });

  test('names are checked, and nothing is replaced', async () => {
    const folder = freshFolder();
    await importPack([source], { folder, name: 'mine' });
    await assert.rejects(importPack([source], { folder, name: 'mine' }), code('PACK_EXISTS'));
    for (const name of ['bundled', 'downloads', '../mine', 'Mine', '']) {
      await assert.rejects(importPack([source], { folder, name }), code('OPTION_INVALID'), name);
    }
  });

  test('of several imports at once one makes the pack', async () => {
    const folder = freshFolder();
    const ends = await Promise.allSettled(
      [1, 2, 3].map(() => importPack([source], { folder, name: 'mine' })),
    );
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const end of ends)
      if (end.status === 'rejected') assert.equal((end.reason as VisageError).code, 'PACK_EXISTS');
    await openPack('mine', { modelsFolder: folder });
  });

  test('damaged files make no pack and leave nothing', async () => {
    const folder = freshFolder();
    for (const size of [0, 3, 5000, narrowFile.length - 40]) {
      const bytes = narrowFile.slice(0, size);
      await assert.rejects(importPack([{ name: 'cut.pt', bytes }], { folder, name: 'cut' }), VisageError);
    }
    assert.deepEqual(await readdir(folder).catch(() => []), []);
    await assert.rejects(
      importPack([{ name: 'page.onnx', bytes: Buffer.from('<!DOCTYPE html><html>') }], { folder }),
      code('WEIGHTS_NOT_A_MODEL', /web page/),
    );
  });

  test('an ONNX file that nobody knows asks for a description', async () => {
    const folder = freshFolder();
    await importPack([source], { folder, name: 'mine' });
    const bytes = await readFile(join(folder, 'mine', 'embedder.onnx'));
    await assert.rejects(
      importPack([{ name: 'x.onnx', bytes }], { folder }),
      code('PACK_INCOMPLETE', /x\.onnx is none/),
    );
  });
});

describe('an installed pack', async () => {
  const original = freshFolder();
  await importPack([source], { folder: original, name: 'mine', preprocessing: 'fixed-128' });
  const copyOf = async (): Promise<string> => {
    const folder = freshFolder();
    await cp(original, folder, { recursive: true });
    return folder;
  };

  test('is checked by hash: changed, cut and missing files are found, at any time', async () => {
    const folder = await copyOf();
    const file = join(folder, 'mine', 'embedder.onnx');
    await openPack('mine', { modelsFolder: folder });
    const bytes = await readFile(file);
    bytes[1000]! ^= 1;
    await writeFile(file, bytes);
    await assert.rejects(openPack('mine', { modelsFolder: folder }), code('PACK_DAMAGED', /SHA-256/));
    bytes[1000]! ^= 1;
    await writeFile(file, bytes);
    await openPack('mine', { modelsFolder: folder });
    await utimes(file, 1, 1);
    await openPack('mine', { modelsFolder: folder });
    await truncate(file, 100);
    await assert.rejects(openPack('mine', { modelsFolder: folder }), code('PACK_DAMAGED'));
    await rm(file);
    await assert.rejects(openPack('mine', { modelsFolder: folder }), code('PACK_DAMAGED', /is missing/));
  });

  test('may be edited by hand: its settings count, and mistakes are named', async () => {
    const folder = await copyOf();
    const path = join(folder, 'mine', 'pack.json');
    const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, unknown>>;
    json['alignment']!['filter'] = 'area';
    await writeFile(path, JSON.stringify(json));
    const opened = await openPack('mine', { modelsFolder: folder });
    assert.equal(opened.alignment.method === 'box' && opened.alignment.filter, 'area');
    json['alignment']!['filter'] = 'sinc';
    await writeFile(path, JSON.stringify(json));
    await assert.rejects(
      openPack('mine', { modelsFolder: folder }),
      code('PACK_INVALID', /alignment\.filter is "sinc"/),
    );
    const known = await knownPacks(folder);
    assert.equal(known.find(({ name }) => name === 'mine')!.error!.code, 'PACK_INVALID');
    await writeFile(path, '{');
    await assert.rejects(openPack('mine', { modelsFolder: folder }), code('PACK_INVALID', /JSON/));
  });

  test('has the name of its folder', async () => {
    const folder = await copyOf();
    await cp(join(folder, 'mine'), join(folder, 'yours'), { recursive: true });
    await assert.rejects(openPack('yours', { modelsFolder: folder }), code('PACK_INVALID', /name is "mine"/));
  });

  test('is listed among the bundled and the available ones; other folders are not', async () => {
    const folder = await copyOf();
    await mkdir(join(folder, 'something'));
    await mkdir(join(folder, 'downloads'));
    const known = await knownPacks(folder);
    const states = Object.fromEntries(known.map(({ name, state }) => [name, state]));
    assert.equal(states['bundled'], 'bundled');
    assert.equal(states['mine'], 'installed');
    assert.equal(states['facenet-128'], 'available');
    assert.equal(states['something'], undefined);
    assert.equal(states['downloads'], undefined);
  });

  test('is removed whole, once', async () => {
    const folder = await copyOf();
    assert.equal((await removePack(folder, 'mine'))?.pack.name, 'mine');
    assert.deepEqual(await readdir(folder), []);
    await assert.rejects(removePack(folder, 'mine'), code('PACK_NOT_INSTALLED'));
    await assert.rejects(removePack(folder, '..'), code('PACK_NOT_INSTALLED'));
  });

  test('a damaged one can be removed too', async () => {
    const folder = await copyOf();
    await writeFile(join(folder, 'mine', 'pack.json'), 'no json');
    await removePack(folder, 'mine');
    assert.deepEqual(await readdir(folder), []);
  });
});

describe('the lock of a pack', () => {
  test('waits for its owner, says for whom, and gives up in time', async () => {
    const folder = freshFolder();
    const first = await lockPack(folder, 'mine');
    let told = '';
    const wait = { waitMs: 300, onWait: (owner: string) => (told = owner) };
    await assert.rejects(
      lockPack(folder, 'mine', wait),
      code('PACK_BUSY', new RegExp(`process ${process.pid}`)),
    );
    assert.match(told, new RegExp(`process ${process.pid} `));
    const second = lockPack(folder, 'mine');
    await first.release();
    await (await second).release();
    assert.deepEqual(await readdir(folder), []);
  });

  test('of a process that is gone is taken over: dead here, or silent for long elsewhere', async () => {
    const folder = freshFolder();
    await mkdir(folder);
    const path = join(folder, '.mine.lock');
    const { hostname } = await import('node:os');
    // No process has this id: it is above what Linux, macOS and Windows give.
    await writeFile(path, JSON.stringify({ processId: 2 ** 31 - 2, machine: hostname() }));
    await (await lockPack(folder, 'mine', { waitMs: 0 })).release();
    await writeFile(path, JSON.stringify({ processId: 1, machine: 'elsewhere' }));
    await assert.rejects(
      lockPack(folder, 'mine', { waitMs: 0 }),
      code('PACK_BUSY', /process 1 on elsewhere/),
    );
    const longAgo = Date.now() / 1000 - 3600;
    await utimes(path, longAgo, longAgo);
    await (await lockPack(folder, 'mine', { waitMs: 0 })).release();
    await writeFile(path, 'cut off');
    await utimes(path, longAgo, longAgo);
    await (await lockPack(folder, 'mine', { waitMs: 0 })).release();
  });

  test('lets one in at a time, also where a dead one is found by many', async () => {
    const folder = freshFolder();
    await mkdir(folder);
    const { hostname } = await import('node:os');
    await writeFile(
      join(folder, '.mine.lock'),
      JSON.stringify({ processId: 2 ** 31 - 2, machine: hostname() }),
    );
    let [inside, most] = [0, 0];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        await using _ = await lockPack(folder, 'mine');
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
      }),
    );
    assert.equal(most, 1);
  });

  test('stops waiting when it is told to', async () => {
    const folder = freshFolder();
    await using _ = await lockPack(folder, 'mine');
    const abort = new AbortController();
    const waiting = lockPack(folder, 'mine', {
      signal: abort.signal,
      onWait: () => abort.abort(new Error('stop')),
    });
    await assert.rejects(waiting, /stop/);
  });
});

const failed = (checks: readonly { name: string; status: string }[]): string[] =>
  checks.filter(({ status }) => status === 'fail').map(({ name }) => name);

interface Golden {
  readonly variants: readonly {
    readonly narrowing?: number;
    readonly preprocessing: string;
    readonly unit: readonly (readonly number[])[];
  }[];
}

describe('verify', async () => {
  // What PyTorch gives for these weights and pictures stands in for the published numbers.
  const golden = JSON.parse(
    await readFile(inRepository('test/nets/goldens/inception.json'), 'utf8'),
  ) as Golden;
  const torch = golden.variants.find(
    ({ narrowing, preprocessing }) => narrowing === 16 && preprocessing === 'fixed-128',
  )!;
  const distances = torch.unit.flatMap((a, i) =>
    torch.unit.slice(i + 1).map((b) => Math.hypot(...a.map((value, n) => value - b[n]!))),
  );
  const faces = torch.unit.map((_, i) => `face_${i}`);
  const acceptance: Acceptance = { source: 'PyTorch', faces, distances, tolerance: 1e-4 };
  const registry = [narrowPack([], { name: 'mine', acceptance })];
  const folder = freshFolder();
  await importPack([source], { folder, name: 'mine', preprocessing: 'fixed-128' });
  const pictures = join(root, 'faces');
  await mkdir(pictures);
  for (const [i, face] of faces.entries()) {
    const raster = { data: deterministicPicture(i), width: 160, height: 160 };
    await writeFile(join(pictures, `${face}.png`), await encodePicture(raster, { format: 'png' }));
  }

  test('finds the recorded distances', async () => {
    const checks = await verifyPack('mine', { modelsFolder: folder, registry, faces: pictures });
    assert.deepEqual(failed(checks), []);
    assert.equal(checks.at(-1)!.name, 'published distances');
    assert.equal(checks.at(-1)!.status, 'ok');
    assert.match(checks.at(-1)!.detail, /Frobenius error/);
  });

  test('says so when the weights, the preparation or the faces are others', async () => {
    const other = freshFolder();
    await importPack([source], { folder: other, name: 'mine', preprocessing: 'prewhiten' });
    const whitened = await verifyPack('mine', { modelsFolder: other, registry, faces: pictures });
    assert.deepEqual(failed(whitened), ['published distances']);
    const none = await verifyPack('mine', { modelsFolder: folder, registry, faces: root });
    assert.deepEqual(failed(none), ['published distances']);
    assert.match(none.at(-1)!.detail, /face_0\.png does not exist/);
    const without = await verifyPack('mine', { modelsFolder: folder, registry });
    assert.equal(without.at(-1)!.status, 'skipped');
  });

  test('says so when a file is not what it was', async () => {
    const other = freshFolder();
    await cp(folder, other, { recursive: true });
    const file = join(other, 'mine', 'embedder.onnx');
    const bytes = await readFile(file);
    bytes[5000]! ^= 255;
    await writeFile(file, bytes);
    const checks = await verifyPack('mine', { modelsFolder: other, registry, faces: pictures });
    assert.deepEqual(failed(checks), ['embedder.onnx is intact']);
  });

  test('of nothing is an error', async () => {
    await assert.rejects(verifyPack('yours', { modelsFolder: folder, registry }), code('PACK_UNKNOWN'));
  });

  test('the error is the Frobenius norm over the whole matrix, both halves', () => {
    const corner = [Float32Array.of(2, 0), Float32Array.of(0, 3), Float32Array.of(-1, 0)];
    const exact = [Math.SQRT2, 2, Math.SQRT2];
    assert.ok(compareDistances(corner, { distances: exact, tolerance: 1e-6 }).ok);
    const { error, largest, ok } = compareDistances(corner, {
      distances: [Math.SQRT2, 2.3, Math.SQRT2 - 0.4],
      tolerance: 0.7,
    });
    assert.ok(Math.abs(error - Math.sqrt(2 * (0.3 ** 2 + 0.4 ** 2))) < 1e-6);
    assert.ok(Math.abs(largest - 0.4) < 1e-6);
    assert.equal(ok, false);
    assert.equal(
      compareDistances([Float32Array.of(Number.NaN, 1), corner[0]!], { distances: [1], tolerance: 9 }).ok,
      false,
    );
  });
});
