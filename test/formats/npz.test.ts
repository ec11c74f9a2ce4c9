import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { unzipSync } from 'fflate';
import {
  AtomicFile,
  NpzFile,
  readNpy,
  readNpz,
  writeNpy,
  writeNpz,
  ZipArchive,
  ZipWriter,
  type NpyArray,
} from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { anyNpyArray } from '../support/npy-arrays.ts';
import { inRepository } from '../support/repository.ts';

const golden = JSON.parse(readFileSync(inRepository('test/formats/goldens/npz.json'), 'utf8')) as {
  npy: Record<string, { file: string }>;
  npz: { names: string[]; members: string[] } & Record<'deflated' | 'stored' | 'streamed', string>;
};
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-npz-'));
});
after(() => rm(folder, { recursive: true }));

describe('what NumPy wrote is read', () => {
  for (const form of ['deflated', 'stored', 'streamed'] as const) {
    test(form, async () => {
      const arrays = await readNpz({ name: 'a.npz', bytes: bytesOf(golden.npz[form]) });
      assert.deepEqual([...arrays.keys()].sort(), golden.npz.names);
      golden.npz.members.forEach((member, i) => {
        const expected = readNpy(bytesOf(golden.npy[member]!.file), member);
        assert.deepEqual(arrays.get(golden.npz.names[i]!), expected);
      });
    });
  }
});

const crops = Uint8Array.from({ length: 5 * 6 * 6 * 3 }, (_, i) => (i * 37) & 255);
const example: Record<string, NpyArray> = {
  arr_0: { type: 'uint8', dims: [5, 6, 6, 3], data: crops },
  arr_1: { type: 'string', dims: [5], data: ['ben', 'Zoë', '王小明', '😀', ''] },
  arr_2: { type: 'float32', dims: [0, 128], data: new Float32Array(0) },
  arr_3: { type: 'string', dims: [0], data: [] },
  pack: { type: 'string', dims: [], data: ['bundled'] },
  counts: { type: 'int64', dims: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
};

const numpyPresent = spawnSync('/usr/bin/python3', ['-c', 'import numpy']).status === 0;
const skipWithoutNumpy = numpyPresent ? false : 'needs /usr/bin/python3 with NumPy, which is absent here';
const inNumpy = `
import sys, json, zipfile, numpy as np
path = sys.argv[1]
assert zipfile.ZipFile(path).testzip() is None
with np.load(path) as f:
    print(json.dumps({k: [f[k].dtype.str, list(f[k].shape), f[k].ravel().tolist()] for k in f.files}))
`;
function openedInNumpy(path: string): unknown {
  const run = spawnSync('/usr/bin/python3', ['-c', inNumpy, path], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout) as unknown;
}
const exampleInNumpy = {
  arr_0: ['|u1', [5, 6, 6, 3], [...crops]],
  arr_1: ['<U3', [5], ['ben', 'Zoë', '王小明', '😀', '']],
  arr_2: ['<f4', [0, 128], []],
  arr_3: ['<U1', [0], []],
  pack: ['<U7', [], ['bundled']],
  counts: ['<i8', [2], [-1, 2 ** 62]],
};

for (const compress of [true, false]) {
  test(`NumPy opens what we write, compress = ${compress}`, { skip: skipWithoutNumpy }, async () => {
    const path = join(folder, `numpy-${compress}.npz`);
    await writeNpz(path, example, { compress });
    assert.deepEqual(openedInNumpy(path), exampleInNumpy);
  });
}

test('the 64-bit records, which only files beyond 4 GiB need, open in NumPy and here', async () => {
  const path = join(folder, 'wide.npz');
  const file = await AtomicFile.create(path);
  const zip = new ZipWriter(file, 1);
  for (const [name, array] of Object.entries(example)) await zip.add(`${name}.npy`, [writeNpy(array)], true);
  await zip.finish();
  await file.commit();
  assert.deepEqual(Object.fromEntries(await readNpz(path)), example);
  if (numpyPresent) assert.deepEqual(openedInNumpy(path), exampleInNumpy);
});

test('fflate unpacks what we write', async () => {
  const path = join(folder, 'fflate.npz');
  await writeNpz(path, example);
  const files = unzipSync(await readFile(path));
  assert.deepEqual(
    Object.keys(files),
    Object.keys(example).map((name) => `${name}.npy`),
  );
  assert.deepEqual(readNpy(files['arr_0.npy']!, 'arr_0'), example['arr_0']);
});

test('every set of arrays survives a round trip and always gives the same bytes', async () => {
  const [first, second] = [join(folder, 'first.npz'), join(folder, 'second.npz')];
  const sets = fc.dictionary(fc.stringMatching(/^[a-zé_][a-z0-9 ]{0,8}$/), anyNpyArray, { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(sets, fc.boolean(), async (arrays, compress) => {
      await writeNpz(first, arrays, { compress });
      await writeNpz(second, arrays, { compress });
      assert.deepEqual(Object.fromEntries(await readNpz(first)), { ...arrays });
      assert.ok((await readFile(first)).equals(await readFile(second)));
    }),
    { numRuns: 60 },
  );
});

test('a stream gives the same file as the array, and its rows come back one by one', async () => {
  const [whole, streamed] = [join(folder, 'whole.npz'), join(folder, 'streamed.npz')];
  const rowBytes = 6 * 6 * 3;
  const chunks = (function* () {
    for (let row = 0; row < 5; row++) yield crops.subarray(row * rowBytes, (row + 1) * rowBytes);
  })();
  await writeNpz(whole, { arr_0: example['arr_0']! });
  await writeNpz(streamed, { arr_0: { type: 'uint8', dims: [5, 6, 6, 3], chunks } });
  assert.ok((await readFile(whole)).equals(await readFile(streamed)));

  const npz = await NpzFile.open(streamed);
  const rows: Uint8Array[] = [];
  for await (const row of npz.rows('arr_0')) rows.push(row);
  await npz.close();
  assert.equal(rows.length, 5);
  assert.deepEqual(new Uint8Array(Buffer.concat(rows)), crops);
});

test('a stream that gives too little leaves no file', async () => {
  const place = await mkdtemp(join(folder, 'short-'));
  const array = { type: 'uint8', dims: [4], chunks: [Uint8Array.of(1, 2, 3)] } as const;
  await assert.rejects(writeNpz(join(place, 'a.npz'), { array }), { code: 'FORMAT_INVALID' });
  assert.deepEqual(await readdir(place), []);
});

test('a missing array is named, with those that are there', async () => {
  const npz = await NpzFile.open({ name: 'a.npz', bytes: bytesOf(golden.npz.stored) });
  await assert.rejects(npz.read('arr_9'), {
    code: 'DATASET_ARRAYS',
    message: /no array arr_9; there are pack, arr_0/,
  });
});

test('files that are no archive, or none at all', async () => {
  const path = join(folder, 'text.npz');
  await writeFile(path, 'no archive');
  await assert.rejects(readNpz(path), { code: 'FORMAT_INVALID' });
  await writeFile(path, '');
  await assert.rejects(readNpz(path), { code: 'FORMAT_INVALID' });
  await assert.rejects(readNpz(join(folder, 'absent.npz')), { code: 'FILE_NOT_FOUND' });
  await assert.rejects(readNpz(folder), { code: 'FILE_UNREADABLE', message: /folder/ });
  await assert.rejects(readNpz('/dev/null'), { code: 'FILE_UNREADABLE' });
});

test('every truncation is noticed', async () => {
  const whole = bytesOf(golden.npz.deflated);
  for (let length = 0; length < whole.length; length += 7) {
    const bytes = whole.subarray(0, length);
    await assert.rejects(readNpz({ name: 'a.npz', bytes }), { code: 'FORMAT_INVALID' }, `${length} bytes`);
  }
});

test('a flipped bit in the elements never passes unnoticed', async () => {
  const whole = bytesOf(golden.npz.stored);
  const start = Buffer.from(whole).indexOf('arr_0.npy') + 200;
  for (let bit = 0; bit < 64; bit++) {
    const bytes = whole.slice();
    bytes[start + bit * 3]! ^= 1 << (bit & 7);
    await assert.rejects(readNpz({ name: 'a.npz', bytes }), { code: 'FORMAT_INVALID', message: /checksum/ });
  }
});

test('damaged archives give a coded error or arrays, never anything else', async () => {
  const seeds = [golden.npz.deflated, golden.npz.stored, golden.npz.streamed].map(bytesOf);
  const damage = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...seeds), damage, fc.boolean(), async (seed, changes, fromEnd) => {
      const bytes = seed.slice();
      for (const [at, value] of changes)
        bytes[fromEnd ? bytes.length - 1 - (at % 400) : at % bytes.length] = value;
      try {
        await readNpz({ name: 'a.npz', bytes });
      } catch (thrown) {
        assert.ok(thrown instanceof VisageError, String(thrown));
        assert.match(thrown.code, /^(FORMAT_|FILE_UNREADABLE)/);
      }
    }),
    { numRuns: 600 },
  );
});

function* zeros(count: number): Generator<Uint8Array> {
  const chunk = new Uint8Array(1 << 20);
  for (let i = 0; i < count; i++) yield chunk;
}

describe('archives that want to do harm', () => {
  test('one that grows a thousandfold is refused before it is unpacked', async () => {
    const path = join(folder, 'bomb.npz');
    await writeNpz(path, { a: { type: 'uint8', dims: [80, 1 << 20], chunks: zeros(80) } });
    assert.ok((await readFile(path)).length < 200_000);
    await assert.rejects(readNpz(path), { code: 'FORMAT_INVALID', message: /would grow/ });
  });

  test('one whose entries lie on top of each other is refused', async () => {
    const path = join(folder, 'overlap.npz');
    await writeNpz(path, { a: example['arr_0']!, b: example['arr_0']! }, { compress: false });
    const bytes = await readFile(path);
    const second = bytes.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    bytes.writeUInt32LE(0, second + 42);
    await assert.rejects(readNpz({ name: 'a.npz', bytes }), { code: 'FORMAT_INVALID', message: /overlap/ });
  });

  test('one that unpacks to more than it says is stopped', async () => {
    const path = join(folder, 'longer.npz');
    await writeNpz(path, { a: { type: 'uint8', dims: [8, 1 << 20], chunks: zeros(8) } });
    const bytes = await readFile(path);
    const directory = bytes.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    bytes.writeUInt32LE(1000, directory + 24);
    const archive = await ZipArchive.open({ name: 'a.npz', bytes });
    const [entry] = archive.entries.values();
    await assert.rejects(archive.read(entry!), { code: 'FORMAT_INVALID', message: /longer than it says/ });
  });

  test('encrypted entries and unknown methods are refused', async () => {
    const bytes = bytesOf(golden.npz.deflated);
    const at = Buffer.from(bytes).indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const encrypted = bytes.slice();
    encrypted[at + 8]! |= 1;
    await assert.rejects(readNpz({ name: 'a', bytes: encrypted }), { code: 'FORMAT_UNSUPPORTED' });
    const other = bytes.slice();
    other[at + 10] = 14;
    await assert.rejects(readNpz({ name: 'a', bytes: other }), { code: 'FORMAT_UNSUPPORTED', message: /14/ });
  });
});
