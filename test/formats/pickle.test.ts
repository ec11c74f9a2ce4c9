import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  array,
  assert as check,
  constantFrom,
  integer,
  oneof,
  property,
  tuple,
  uint8Array,
} from 'fast-check';
import { unpickle, type PickleGlobal } from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { pickle, PickleCall, PickleClass, PickleReference, PickleTuple } from '../support/pickle-writer.ts';
import { inRepository } from '../support/repository.ts';

class Point {
  readonly args: readonly unknown[];
  state: unknown;
  constructor(args: readonly unknown[]) {
    this.args = args;
  }
  setState(state: unknown): void {
    this.state = state;
  }
}
const makeSet = ([items]: readonly unknown[]): unknown => new Set(items as unknown[]);
/** How protocol 2 writes bytes. */
const encode = ([text]: readonly unknown[]): unknown => new Uint8Array(Buffer.from(text as string, 'latin1'));
const functions: Record<string, PickleGlobal['call']> = {
  'shapes.Point': (args) => new Point(args),
  'shapes.Kind': undefined,
  'builtins.set': makeSet,
  'builtins.frozenset': makeSet,
  '__builtin__.set': makeSet,
  '__builtin__.frozenset': makeSet,
  '_codecs.encode': encode,
};
const globals = new Map(
  Object.entries(functions).map(([name, call]) => [name, call === undefined ? { name } : { name, call }]),
);
const path = 'some.pkl';
const read = (bytes: Uint8Array): unknown =>
  unpickle(bytes, { path, globals, load: (id) => ['loaded', id] }).value;

/** Opcodes as letters, bytes as numbers. */
const code = (...parts: readonly (string | number)[]): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      parts.map((part) => (typeof part === 'string' ? part : String.fromCharCode(part))).join(''),
      'latin1',
    ),
  );

/** Made by scripts/goldens/pickles.py. */
const goldens = JSON.parse(
  readFileSync(inRepository('test', 'formats', 'goldens', 'pickle.json'), 'utf8'),
) as Record<string, Record<string, string>>;
const pair = [1, 'ä'];
const expected: Record<string, unknown> = {
  shared: [
    pair,
    pair,
    new Map<unknown, unknown>([
      ['k', pair],
      [3, null],
    ]),
  ],
  numbers: [0, 255, 256, 65535, 65536, -1, -(2 ** 31), 2 ** 31, Number.MAX_SAFE_INTEGER].concat([
    2n ** 53n,
    -(2n ** 63n),
    2n ** 200n,
    1.5,
    true,
    false,
  ] as never[]),
  texts: ['', 'aé中😀', 'x'.repeat(300)],
  containers: [
    [],
    [1],
    [1, 2, 3, 4],
    [[[]]],
    new Map(),
    new Map([['a', new Map([['b', new Map()]])]]),
    new Set([1]),
    new Set([2]),
  ],
  bytes: [Uint8Array.of(0, 255), new Uint8Array(300).fill(0x79)],
};

for (const [name, protocols] of Object.entries(goldens)) {
  test(`what Python writes is read: ${name}, protocols ${Object.keys(protocols).join(', ')}`, () => {
    for (const [protocol, hex] of Object.entries(protocols)) {
      assert.deepEqual(read(new Uint8Array(Buffer.from(hex, 'hex'))), expected[name], `protocol ${protocol}`);
    }
  });
}

test('what is shared in Python is shared here, and a list can hold itself', () => {
  const [a, b] = read(new Uint8Array(Buffer.from(goldens['shared']!['2']!, 'hex'))) as unknown[];
  assert.equal(a, b);
  const list = read(code(0x80, 2, ']q', 0, 'h', 0, 'a.')) as unknown[];
  assert.equal(list[0], list);
});

test('strings of Python 2 are Latin-1', () => {
  assert.deepEqual(read(code(0x80, 2, ']U', 2, 'a', 0xe9, 'aT', 1, 0, 0, 0, 0xff, 'a.')), ['aé', 'ÿ']);
  assert.deepEqual(read(code('(I12\nI01\nI-3\nt.')), [12, true, -3]);
});

test('objects are made by the given functions alone, and take their state', () => {
  const point = new PickleClass('shapes', 'Point');
  const value = new Map<string, unknown>([
    ['point', new PickleCall(point, [1, 2], undefined, new Map([['x', 1]]))],
    ['kind', new PickleClass('shapes', 'Kind')],
    ['elsewhere', new PickleReference(new PickleTuple('key', 5))],
  ]);
  const found = read(pickle(value)) as Map<string, unknown>;
  const made = found.get('point') as Point;
  assert.ok(made instanceof Point);
  assert.deepEqual([made.args, made.state], [[1, 2], new Map([['x', 1]])]);
  assert.equal(found.get('kind'), globals.get('shapes.Kind'));
  assert.deepEqual(found.get('elsewhere'), ['loaded', ['key', 5]]);
});

test('several pickles in a row are read one after the other', () => {
  const bytes = new Uint8Array(Buffer.concat([pickle([1]), pickle('two')]));
  const first = unpickle(bytes, { path, globals });
  assert.deepEqual(first.value, [1]);
  assert.deepEqual(unpickle(bytes, { path, globals, start: first.end }), { value: 'two', end: bytes.length });
});

const call = (module: string, name: string, ...args: unknown[]): Uint8Array =>
  pickle(new PickleCall(new PickleClass(module, name), args));
const hostile: readonly [title: string, bytes: Uint8Array, code: string, message: RegExp][] = [
  ['os.system', call('os', 'system', 'touch /tmp/owned'), 'FORMAT_UNSUPPORTED', /"os\.system"/],
  ['posix.system', call('posix', 'system', 'id'), 'FORMAT_UNSUPPORTED', /"posix\.system"/],
  ['builtins.eval', call('builtins', 'eval', '1+1'), 'FORMAT_UNSUPPORTED', /"builtins\.eval"/],
  ['__builtin__.getattr', call('__builtin__', 'getattr', 'a'), 'FORMAT_UNSUPPORTED', /getattr/],
  [
    'subprocess by STACK_GLOBAL',
    code(0x80, 4, 0x8c, 10, 'subprocess', 0x8c, 5, 'Popen', 0x93, ')R.'),
    'FORMAT_UNSUPPORTED',
    /"subprocess\.Popen"/,
  ],
  ['a name of JavaScript', call('constructor', 'constructor'), 'FORMAT_UNSUPPORTED', /constructor/],
  ['__proto__', call('__proto__', '__proto__'), 'FORMAT_UNSUPPORTED', /__proto__/],
  ['INST', code('(S"id"\nios\nsystem\n.'), 'FORMAT_INVALID', /0x53/],
  ['OBJ', code('(cshapes\nPoint\no.'), 'FORMAT_INVALID', /0x6f/],
  ['an extension of the registry', code(0x80, 2, 0x82, 1, '.'), 'FORMAT_INVALID', /0x82/],
  ['a call of a text', code('X', 1, 0, 0, 0, 'a)R.'), 'FORMAT_INVALID', /no function/],
  ['a call of an object', code('cshapes\nPoint\n)R)R.'), 'FORMAT_INVALID', /no function/],
  ['a call of a mention', call('shapes', 'Kind'), 'FORMAT_INVALID', /shapes\.Kind/],
  ['a call without arguments', code('cshapes\nPoint\nNR.'), 'FORMAT_INVALID', /arguments/],
  ['named arguments', code('cshapes\nPoint\n)}K', 1, 'K', 2, 's', 0x92, '.'), 'FORMAT_INVALID', /arguments/],
  ['a state for a list', code(']}b.'), 'FORMAT_INVALID', /state/],
  ['a stack that is empty', code('.'), 'FORMAT_INVALID', /stack/],
  ['what lies below a mark', code('N(.'), 'FORMAT_INVALID', /stack/],
  ['a mark that is missing', code('Nt.'), 'FORMAT_INVALID', /mark/],
  ['a memory that is not there', code('h', 7, '.'), 'FORMAT_INVALID', /never remembered/],
  ['a text longer than the file', code('X', 255, 255, 255, 255, 'a.'), 'FORMAT_INVALID', /ends too early/],
  ['a text of 2^63 bytes', code(0x8d, 0, 0, 0, 0, 0, 0, 0, 128, '.'), 'FORMAT_INVALID', /impossible/],
  ['bytes longer than the file', code(0x8e, 0, 0, 0, 0, 1, 0, 0, 0, '.'), 'FORMAT_INVALID', /ends too early/],
  ['a number of 255 bytes', code(0x8a, 255, ...new Uint8Array(255), '.'), 'FORMAT_INVALID', /255 bytes/],
  ['half a pair', code('}(Nu.'), 'FORMAT_INVALID', /no value/],
  ['keys of a list', code('](NNu.'), 'FORMAT_INVALID', /no dict/],
  ['items of a dict', code('}Na.'), 'FORMAT_INVALID', /no list/],
  ['a text that is not UTF-8', code('X', 1, 0, 0, 0, 0xff, '.'), 'FORMAT_INVALID', /UTF-8/],
  ['protocol 9', code(0x80, 9, 'N.'), 'FORMAT_INVALID', /protocol 9/],
  ['a line without end', code('c', 'a'.repeat(5000)), 'FORMAT_INVALID', /no end/],
  ['a number in words', code('Iforty-two\n.'), 'FORMAT_INVALID', /no number/],
  ['an end that is missing', code('N'), 'FORMAT_INVALID', /ends too early/],
];
for (const [title, bytes, errorCode, message] of hostile) {
  test(`refused: ${title}`, () => {
    assert.throws(() => read(bytes), { code: errorCode, message });
  });
}

test('without a loader nothing outside can be meant', () => {
  assert.throws(() => unpickle(pickle(new PickleReference('x')), { path, globals }), {
    code: 'FORMAT_INVALID',
  });
});

test('bombs cost what they weigh', () => {
  // Each level holds the one below ten times: 10^1000 leaves, 1000 lists.
  const levels: (string | number)[] = [']'];
  for (let level = 0; level < 1000; level++) {
    const index = [level & 255, level >> 8, 0, 0];
    levels.push('r', ...index, '0](', ...Array.from({ length: 10 }, () => ['j', ...index]).flat(), 'e');
  }
  assert.equal((read(code(...levels, '.')) as unknown[]).length, 10);
  const nested = new Uint8Array(400_000).fill(']'.charCodeAt(0), 0, 200_000).fill('a'.charCodeAt(0), 200_000);
  nested[399_999] = '.'.charCodeAt(0);
  assert.equal((read(nested) as unknown[]).length, 1);
  for (const letter of ['N', ']', '(', '}', ')', '2']) {
    const endless = new Uint8Array(3_000_000).fill(letter.charCodeAt(0));
    if (letter === '2') endless[0] = 'N'.charCodeAt(0);
    assert.throws(() => read(endless), { code: 'FORMAT_INVALID', message: /1000000 operations/ });
  }
});

test('every pickle is read or refused with a code', () => {
  const samples = Object.values(goldens).flatMap((protocols) =>
    Object.values(protocols).map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
  );
  const opcodes = constantFrom(...new Set(samples.flatMap((sample) => [...sample.subarray(0, 400)])));
  const changed = tuple(
    integer({ min: 0, max: samples.length - 1 }),
    array(tuple(integer({ min: 0 }), integer({ min: 0, max: 255 })), { maxLength: 4 }),
    integer({ min: 0, max: 800 }),
  ).map(([which, changes, length]) => {
    const bytes = samples[which]!.slice(0, length);
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });
  const soup = array(opcodes, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));
  let refused = 0;
  check(
    property(oneof(changed, soup, uint8Array({ maxLength: 40 })), (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof VisageError && error.code.startsWith('FORMAT_'), String(error));
        refused++;
      }
    }),
    { numRuns: 5000, seed: 3 },
  );
  assert.ok(refused > 1000, `${refused}`);
});
