import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  assert as check,
  integer,
  property,
  tuple,
  uint8Array,
  array,
  oneof,
  constantFrom,
} from 'fast-check';
import { Hdf5File } from '../../src/formats/index.ts';
import { VisageError, type NamedWeights } from '../../src/kernel/index.ts';
import { deterministicTensor } from '../support/deterministic-weights.ts';
import { kerasFile } from '../support/keras-file.ts';
import { inRepository } from '../support/repository.ts';

/** Made by scripts/goldens/hdf5.py with h5py. */
const golden = new Uint8Array(
  gunzipSync(readFileSync(inRepository('test', 'formats', 'goldens', 'keras-forms.h5.gz'))),
);
const open = (bytes: Uint8Array): Hdf5File => new Hdf5File(bytes, 'golden.h5');
const layers = (file: Hdf5File): string[] => file.texts('/model_weights', 'layer_names')!;

test('every kind of text in attributes is read', () => {
  const file = open(golden);
  assert.deepEqual(file.object('/')!.members, ['model_weights']);
  assert.deepEqual(file.texts('/', 'keras_version'), ['2.1.2']);
  assert.deepEqual(file.texts('/', 'latin'), ['tensorflow']);
  assert.deepEqual(file.texts('/', 'utf8'), ['Gesichtserkennung für Größe']);
  assert.deepEqual(file.texts('/', 'model_config'), [`{"name": "${'x'.repeat(100_000)}"}`]);
  assert.equal(file.texts('/', 'backend'), undefined);
  const [a, b, c, d, e] = layers(file).map((name) => file.texts(`/model_weights/${name}`, 'weight_names'));
  assert.deepEqual(a, ['a/kernel:0', 'a/bias:0']);
  assert.deepEqual(b, ['b/kernel:0', 'b/bïas:0', '']);
  assert.deepEqual(c, ['c/kernel:0']);
  assert.deepEqual(d, ['pad', 'padded']);
  assert.deepEqual(e, []);
});

test('groups with a B-tree of two levels are read whole', () => {
  const file = open(golden);
  const names = layers(file);
  assert.equal(names.length, 426);
  assert.deepEqual([...file.object('model_weights')!.members].sort(), [...names].sort());
  for (const name of names) assert.ok(file.object(`/model_weights/${name}/`), name);
  assert.equal(file.object('/model_weights/nobody'), undefined);
});

test('numbers are read as float32; soft links lead nowhere; other storage is refused by name', () => {
  const file = open(golden);
  const inner = `/model_weights/${layers(file)[0]}/a`;
  const grid = Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25);
  for (const name of ['kernel', 'double', 'big-endian']) {
    assert.deepEqual(file.floats(`${inner}/${name}:0`), { type: 'float32', dims: [2, 3], data: grid }, name);
  }
  assert.deepEqual(file.floats(`${inner}/bias:0`), { type: 'float32', dims: [], data: Float32Array.of(0.5) });
  assert.deepEqual(file.floats(`${inner}/empty:0`).dims, [0, 3]);
  assert.equal(file.object(`${inner}/soft:0`), undefined);
  const refused = (path: string, code: string, message: RegExp): void =>
    assert.throws(() => file.floats(path), { code, message });
  refused(`${inner}/half:0`, 'FORMAT_UNSUPPORTED', /float16/);
  refused(`${inner}/integers:0`, 'FORMAT_UNSUPPORTED', /int32/);
  refused(`${inner}/chunks:0`, 'FORMAT_UNSUPPORTED', /chunks/);
  refused(`${inner}/nobody:0`, 'FORMAT_INVALID', /no data set/);
  refused(inner, 'FORMAT_INVALID', /no data set/);
  assert.throws(() => file.texts('/model_weights', 'nothing')!.length, TypeError);
});

test('not HDF5, cut off, or with a user block', () => {
  assert.throws(() => open(new Uint8Array(100)), { code: 'FORMAT_INVALID' });
  assert.throws(() => open(new Uint8Array()), { code: 'FORMAT_INVALID' });
  assert.throws(() => open(golden.subarray(0, golden.length - 1)), {
    code: 'FORMAT_INVALID',
    message: /cut off/,
  });
});

const small: NamedWeights = new Map(
  ['kernel', 'bias', 'beta'].flatMap((part) =>
    ['a', 'b'].map((layer) => [`${layer}/${part}`, deterministicTensor(`${layer}/${part}`, [2, 3])]),
  ),
);
const forms = await Promise.all([
  kerasFile(small, { config: { a: 1 } }),
  kerasFile(small, { texts: 'varying', otherLayers: ['c'] }),
]);

/** Reads everything there is to read. */
function readAll(bytes: Uint8Array): void {
  const file = open(bytes);
  const visit = (path: string, depth: number): void => {
    const object = file.object(path);
    // A damaged name can hold a slash.
    if (object === undefined) return;
    for (const attribute of object.attributes) tolerate(() => file.texts(path, attribute));
    if (object.members.length === 0) tolerate(() => file.floats(path));
    // A damaged group can hold itself.
    if (depth < 4) for (const member of object.members) tolerate(() => visit(`${path}/${member}`, depth + 1));
  };
  tolerate(() => visit('', 0));
}

/** Damage may go unnoticed or end in a coded error, never in another one. */
function tolerate(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof VisageError) || !error.code.startsWith('FORMAT_')) throw error;
  }
}

test('what the HDF5 library writes is read whole', () => {
  for (const bytes of forms) {
    const file = open(bytes);
    const root = file.object('model_weights') === undefined ? '' : '/model_weights';
    assert.deepEqual(file.texts(root, 'layer_names')!.slice(-2), ['a', 'b']);
    for (const [name, { dims, data }] of small) {
      const layer = name.slice(0, name.indexOf('/'));
      const read = file.floats(`${root}/${layer}/${name}:0`);
      assert.deepEqual([read.dims, [...read.data]], [dims, [...data]]);
    }
  }
});

test('bytes that are a Buffer at any place in memory are read alike', () => {
  for (const bytes of forms) {
    for (let shift = 0; shift < 4; shift++) {
      const buffer = Buffer.alloc(bytes.length + shift);
      buffer.set(bytes, shift);
      const file = open(buffer.subarray(shift));
      const root = file.object('model_weights') === undefined ? '' : '/model_weights';
      assert.deepEqual(file.floats(`${root}/a/a/kernel:0`).data, small.get('a/kernel')!.data);
    }
  }
});

test('every cut and every changed byte ends in a coded error or in nothing', () => {
  const [bytes] = forms;
  for (let length = 0; length < bytes.length; length += 61)
    tolerate(() => readAll(bytes.subarray(0, length)));
  const copy = bytes.slice();
  for (let at = 0; at < copy.length; at += 3) {
    const before = copy[at]!;
    copy[at] = before ^ (1 + ((at * 37) % 255));
    tolerate(() => readAll(copy));
    copy[at] = before;
  }
});

test('random damage ends in a coded error or in nothing', () => {
  const change = tuple(
    integer({ min: 0, max: 0x7fffffff }),
    oneof(
      uint8Array({ minLength: 1, maxLength: 8 }),
      constantFrom(
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0),
        new Uint8Array(8),
        Uint8Array.of(0x60, 0, 0, 0, 0, 0, 0, 0),
      ),
    ),
  );
  check(
    property(integer({ min: 0, max: 1 }), array(change, { minLength: 1, maxLength: 6 }), (which, changes) => {
      const bytes = forms[which]!.slice();
      for (const [at, content] of changes) bytes.set(content, at % (bytes.length - 8));
      tolerate(() => readAll(bytes));
    }),
    { numRuns: 2000, seed: 5 },
  );
});
