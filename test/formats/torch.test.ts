import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  array,
  assert as check,
  asyncProperty,
  constantFrom,
  integer,
  oneof,
  tuple,
  uint8Array,
} from 'fast-check';
import { readTorchWeights, TorchCheckpoint } from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { pickle, PickleCall, PickleClass, PickleReference, PickleTuple } from '../support/pickle-writer.ts';
import { inRepository } from '../support/repository.ts';
import {
  legacyFile,
  orderedDict,
  stateDictOf,
  storedZip,
  torchFile,
  zipFile,
  type SavedTensor,
  type TorchForm,
} from '../support/torch-file.ts';

// Made by scripts/goldens/checkpoints.py with PyTorch.
const golden = (name: string): Uint8Array =>
  readFileSync(inRepository('test', 'formats', 'goldens', 'torch', name));
interface Values {
  readonly dims: readonly number[];
  readonly data: readonly (number | string)[];
}
const { expected } = JSON.parse(new TextDecoder().decode(golden('torch.json'))) as {
  readonly expected: Readonly<Record<string, Readonly<Record<string, Values>>>>;
};
const path = 'some.bin';
const read = (bytes: Uint8Array) => readTorchWeights({ name: path, bytes });
const open = (bytes: Uint8Array) => TorchCheckpoint.open({ name: path, bytes });
const forms: readonly TorchForm[] = ['legacy', 'zip'];

for (const [file, content] of [
  ['network-zip', 'network'],
  ['network-legacy', 'network'],
  ['kinds-zip', 'kinds'],
  ['kinds-legacy', 'kinds'],
  ['wrapped-zip', 'wrapped'],
  ['wrapped-legacy', 'wrapped'],
  ['nested-zip', 'nested'],
  ['nested-legacy', 'nested'],
  ['nested-zip-protocol-4', 'nested'],
  ['nested-legacy-protocol-4', 'nested'],
] as const) {
  test(`what PyTorch saves is read as PyTorch sees it: ${file}`, async () => {
    const weights = await read(golden(`${file}.pt`));
    const wanted = expected[content]!;
    assert.deepEqual([...weights.keys()].sort(), Object.keys(wanted).sort());
    for (const [name, { dims, data }] of Object.entries(wanted)) {
      const found = weights.get(name)!;
      assert.deepEqual([found.type, found.dims], ['float32', dims], name);
      // JSON has the shortest decimals of the same float32; −0 counts.
      assert.deepEqual(found.data, Float32Array.from(data, Number), name);
    }
  });
}

test('whole numbers are listed, but are no weights', async () => {
  const checkpoint = await open(golden('kinds-zip.pt'));
  const types = ['integers', 'bytes', 'truths', 'half', 'bfloat16', 'double'].map(
    (name) => checkpoint.tensors.get(name)!.type,
  );
  assert.deepEqual(types, ['int64', 'uint8', 'bool', 'float16', 'bfloat16', 'float64']);
  await assert.rejects(checkpoint.floats('integers'), {
    code: 'FORMAT_UNSUPPORTED',
    message: /int64.*integers/,
  });
});

test('a view that was permuted before saving is permuted back without a copy', async () => {
  for (const form of forms) {
    const checkpoint = await open(golden(`network-${form}.pt`));
    const plain = await checkpoint.floats('conv.weight');
    const back = await checkpoint.floats('conv.weight', [2, 3, 1, 0]);
    assert.deepEqual(
      [plain.dims, back.dims],
      [
        [4, 3, 2, 3],
        [2, 3, 3, 4],
      ],
    );
    for (let o = 0, at = 0; o < 4; o++) {
      for (let i = 0; i < 3; i++) {
        for (let y = 0; y < 2; y++) {
          for (let x = 0; x < 3; x++)
            assert.equal(plain.data[at++], back.data[((y * 3 + x) * 3 + i) * 4 + o]);
        }
      }
    }
  }
  const bytes = new Uint8Array(golden('network-zip.pt'));
  const { data } = await (await open(bytes)).floats('conv.weight', [2, 3, 1, 0]);
  assert.equal(data.buffer, bytes.buffer);
});

test('numbers of the other byte order are turned round', async () => {
  const data = Float32Array.of(1.5, -2);
  const { content } = stateDictOf(new Map([['a', { dims: [2], data }]]), 'zip');
  const swapped = new Uint8Array(data.buffer.slice(0));
  for (const at of [0, 4]) swapped.subarray(at, at + 4).reverse();
  const file = (order: string): Uint8Array =>
    storedZip(
      new Map([
        ['x/data.pkl', pickle(content)],
        ['x/byteorder', new TextEncoder().encode(order)],
        ['x/data/0', swapped],
      ]),
    );
  assert.deepEqual((await read(file('big'))).get('a')!.data, data);
  await assert.rejects(read(file('odd')), { code: 'FORMAT_INVALID', message: /byte order/ });
});

const tensor: SavedTensor = { dims: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) };
const small = new Map([
  ['a.weight', tensor],
  ['a.bias', { dims: [3], strides: [2], offset: 1, data: tensor.data }],
  ['a.steps', { dims: [], data: BigInt64Array.of(7n) }],
]);

test('wrapping dicts and prefixes are taken away', async () => {
  for (const form of forms) {
    const prefixed = new Map([...small].map(([name, value]) => [`module._orig_mod.${name}`, value]));
    for (const keys of [[], ['state_dict'], ['model'], ['net'], ['model', 'state_dict']]) {
      for (const tensors of [small, prefixed]) {
        const { content, storages } = stateDictOf(tensors, form);
        const wrapped = keys.reduceRight<unknown>(
          (inner, key) =>
            new Map<string, unknown>([
              ['epoch', 3],
              [key, inner],
            ]),
          content,
        );
        const weights = await read((form === 'zip' ? zipFile : legacyFile)(wrapped, storages));
        assert.deepEqual([...weights.keys()], ['a.weight', 'a.bias']);
        assert.deepEqual(weights.get('a.bias')!.data, Float32Array.of(1, 3, 5));
      }
    }
  }
});

const floats = new PickleClass('torch', 'FloatStorage');
/** A checkpoint of one tensor with these numbers in its pickle. */
function described(
  form: TorchForm,
  offset: unknown,
  dims: unknown,
  strides: unknown,
  count: unknown = 6,
): Uint8Array {
  const id = new PickleTuple('storage', floats, '0', 'cpu', count, ...(form === 'legacy' ? [null] : []));
  const rebuild = new PickleClass('torch._utils', '_rebuild_tensor_v2');
  const value = new PickleCall(rebuild, [
    new PickleReference(id),
    offset,
    dims,
    strides,
    false,
    orderedDict(new Map()),
  ]);
  return (form === 'zip' ? zipFile : legacyFile)(new Map([['a', value]]), new Map([['0', tensor.data]]));
}
const t = (...items: readonly unknown[]): PickleTuple => new PickleTuple(...items);
const lies: readonly [title: string, args: [unknown, unknown, unknown, unknown?], message: RegExp][] = [
  ['too many rows', [0, t(3, 3), t(3, 1)], /leaves its storage/],
  ['an offset outside', [6, t(1), t(1)], /leaves its storage/],
  ['an offset below 0', [-1, t(1), t(1)], /impossible/],
  ['strides below 0', [5, t(2, 3), t(-3, -1)], /impossible/],
  ['a stride that leaps', [0, t(2), t(6)], /leaves its storage/],
  ['fewer strides than sizes', [0, t(2, 3), t(1)], /impossible/],
  ['a size that is no number', [0, t('2', 3), t(3, 1)], /impossible/],
  ['a size of 2^60', [0, t(2n ** 60n), t(1)], /impossible|leaves/],
  ['a size of half', [0, t(0.5), t(1)], /impossible/],
  [
    '65 axes',
    [0, t(...Array.from({ length: 65 }, () => 1)), t(...Array.from({ length: 65 }, () => 1))],
    /impossible/,
  ],
  ['a terabyte from one number', [0, t(2 ** 20, 2 ** 20), t(0, 0)], /larger than the file/],
  [
    '10^300 numbers from one',
    [0, t(...Array.from({ length: 20 }, () => 10 ** 15)), t(...Array.from({ length: 20 }, () => 0))],
    /larger than the file/,
  ],
  ['a storage larger than what is there', [0, t(1000), t(1), 1000], /numbers|bytes/],
  ['a storage smaller than what is there', [0, t(1), t(1), 5], /numbers|bytes/],
  ['a storage of −1', [0, t(1), t(1), -1], /storage/],
  ['a storage of 2^62', [0, t(1), t(1), 2n ** 62n], /storage/],
];
for (const [title, [offset, dims, strides, count], message] of lies) {
  test(`a lie is found out: ${title}`, async () => {
    for (const form of forms) {
      await assert.rejects(read(described(form, offset, dims, strides, count)), {
        code: 'FORMAT_INVALID',
        message,
      });
    }
  });
}

const refused: readonly [title: string, bytes: Uint8Array, code: string, message: RegExp][] = [
  [
    'a whole module',
    golden('module-zip.pt'),
    'WEIGHTS_UNSUPPORTED',
    /whole pickled module \(torch\.nn\.modules/,
  ],
  [
    'a whole module in the older form',
    legacyFile(
      new PickleReference(t('module', new PickleClass('torch', 'Size'), 'net.py', 'class Net: ...')),
      new Map(),
    ),
    'WEIGHTS_UNSUPPORTED',
    /whole pickled module/,
  ],
  [
    'a module of a class of its own',
    zipFile(
      new PickleCall(new PickleClass('facenet_pytorch.models', 'InceptionResnetV1'), [
        new PickleClass('torch.nn.modules.conv', 'Conv2d'),
      ]),
      new Map(),
    ),
    'WEIGHTS_UNSUPPORTED',
    /facenet_pytorch\.models\.InceptionResnetV1/,
  ],
  ['options of a program', golden('namespace-zip.pt'), 'FORMAT_UNSUPPORTED', /argparse\.Namespace/],
  [
    'options of a program, older form',
    golden('namespace-legacy.pt'),
    'FORMAT_UNSUPPORTED',
    /argparse\.Namespace/,
  ],
  ['a tensor without a name', golden('tensor-zip.pt'), 'WEIGHTS_UNSUPPORTED', /no tensors by name/],
  [
    'a tensor without a name, older form',
    golden('tensor-legacy.pt'),
    'WEIGHTS_UNSUPPORTED',
    /no tensors by name/,
  ],
  [
    'a program',
    storedZip(
      new Map([
        ['net/data.pkl', pickle([])],
        ['net/code/__torch__.py', new Uint8Array(9)],
      ]),
    ),
    'WEIGHTS_UNSUPPORTED',
    /TorchScript/,
  ],
  [
    'an archive with a graph',
    storedZip(new Map([['20180402-114759/20180402-114759.pb', new Uint8Array(9)]])),
    'WEIGHTS_NOT_A_MODEL',
    /holds "20180402-114759\/20180402-114759\.pb"/,
  ],
  [
    'an archive with other things',
    storedZip(new Map([['arr_0.txt', new Uint8Array(9)]])),
    'WEIGHTS_NOT_A_MODEL',
    /data\.pkl/,
  ],
  ['a pickle of numbers', pickle([1, 2]), 'WEIGHTS_UNSUPPORTED', /not one that torch\.save wrote/],
  [
    'a pickle of an array',
    pickle(new PickleClass('numpy', 'ndarray')),
    'WEIGHTS_UNSUPPORTED',
    /not one that/,
  ],
  [
    'a call in front of the magic number',
    pickle(new PickleCall(new PickleClass('os', 'system'), ['id'])),
    'WEIGHTS_UNSUPPORTED',
    /not one that/,
  ],
];
for (const [title, bytes, errorCode, message] of refused) {
  test(`refused: ${title}`, async () => {
    await assert.rejects(read(bytes), { code: errorCode, message });
  });
}

test('calls hidden anywhere in a checkpoint are refused by name, before anything is read', async () => {
  const evil = new PickleCall(new PickleClass('os', 'system'), ['id']);
  for (const form of forms) {
    const { content, storages } = stateDictOf(small, form);
    for (const hidden of [
      new Map<string, unknown>([
        ['state_dict', content],
        ['more', evil],
      ]),
      new Map<string, unknown>([
        ['state_dict', content],
        ['more', [[new Map([['x', evil]])]]],
      ]),
      new PickleCall(new PickleClass('collections', 'OrderedDict'), [[[evil, 1]]]),
      new PickleReference(t('storage', floats, evil, 'cpu', 6)),
    ]) {
      const bytes = (form === 'zip' ? zipFile : legacyFile)(hidden, storages);
      await assert.rejects(read(bytes), {
        code: 'FORMAT_UNSUPPORTED',
        message: /"os\.system".*code is never run/,
      });
    }
  }
});

test('one storage cannot be two; a list of storages must fit', async () => {
  const { content, storages } = stateDictOf(small, 'legacy');
  const keys = [...storages.keys()];
  const more = new Map([...storages, ['extra', tensor.data]]);
  await assert.rejects(read(legacyFile(content, more)), {
    code: 'FORMAT_INVALID',
    message: /list of storages/,
  });
  const less = new Map([...storages].filter(([key]) => key !== keys[0]));
  await assert.rejects(read(legacyFile(content, less)), { code: 'FORMAT_INVALID', message: /missing/ });
  const { content: zipped, storages: parts } = stateDictOf(small, 'zip');
  await assert.rejects(read(zipFile(zipped, new Map([...parts].slice(1)))), {
    code: 'FORMAT_INVALID',
    message: /missing/,
  });
  const twice = ['FloatStorage', 'HalfStorage'].map(
    (name) => new PickleReference(t('storage', new PickleClass('torch', name), '0', 'cpu', 6)),
  );
  await assert.rejects(read(zipFile(twice, parts)), { code: 'FORMAT_INVALID', message: /two ways/ });
});

test('dicts that hold themselves and dicts in dicts without end come to an end', async () => {
  // {"a": {…itself…}} and 2^100 paths through 100 shared dicts.
  const self = Uint8Array.from(Buffer.from('\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.', 'latin1'));
  const levels = ['\x80\x02}'];
  for (let i = 0; i < 100; i++) levels.push(`q\x000}(X\x01\x00\x00\x00ah\x00X\x01\x00\x00\x00bh\x00u`);
  const shared = Uint8Array.from(Buffer.from(`${levels.join('')}.`, 'latin1'));
  for (const content of [self, shared]) {
    const bytes = storedZip(new Map([['x/data.pkl', content]]));
    await assert.rejects(read(bytes), { code: 'WEIGHTS_UNSUPPORTED', message: /no tensors by name/ });
  }
  const wrapped = Uint8Array.from(Buffer.from('\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s.', 'latin1'));
  await assert.rejects(read(storedZip(new Map([['x/data.pkl', wrapped]]))), { code: 'WEIGHTS_UNSUPPORTED' });
});

/** Damage may go unnoticed or end in a coded error, never in another one. */
async function tolerate(bytes: Uint8Array): Promise<boolean> {
  try {
    await read(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof VisageError) || !/^(FORMAT|WEIGHTS)_/.test(error.code)) throw error;
    return false;
  }
}

test('every cut and every changed byte ends in a coded error or in nothing', async () => {
  for (const form of forms) {
    const bytes = torchFile(small, form);
    for (let length = 0; length < bytes.length; length++) {
      assert.ok(!(await tolerate(bytes.subarray(0, length))), `cut to ${length}`);
    }
    const copy = bytes.slice();
    for (let at = 0; at < copy.length; at++) {
      const before = copy[at]!;
      for (const change of [1, 0x80, 0xff]) {
        copy[at] = before ^ change;
        await tolerate(copy);
      }
      copy[at] = before;
    }
  }
});

test('random damage ends in a coded error or in nothing', async () => {
  const samples = ['kinds-zip.pt', 'kinds-legacy.pt', 'nested-legacy-protocol-4.pt', 'wrapped-legacy.pt'].map(
    golden,
  );
  const change = tuple(
    integer({ min: 0, max: 2000 }),
    oneof(
      uint8Array({ minLength: 1, maxLength: 8 }),
      constantFrom(new Uint8Array(8).fill(0xff), new Uint8Array(8)),
    ),
  );
  await check(
    asyncProperty(
      integer({ min: 0, max: samples.length - 1 }),
      array(change, { minLength: 1, maxLength: 5 }),
      async (which, changes) => {
        const bytes = new Uint8Array(samples[which]!);
        for (const [at, content] of changes) bytes.set(content, at % (bytes.length - 8));
        await tolerate(bytes);
      },
    ),
    { numRuns: 2000, seed: 9 },
  );
});
