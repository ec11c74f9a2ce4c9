import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { inRepository } from './support/repository.ts';

/** Rooms from the ground up: a room may import those on lower floors, through their face (index.ts). */
const floors: readonly (readonly string[])[] = [
  ['kernel'],
  ['formats'],
  ['graph'],
  ['nets'],
  ['runtime', 'image', 'calibrate'],
  ['packs'],
  ['detect', 'classify', 'evaluate'],
  ['align'],
  ['embed', 'quality'],
  ['gallery', 'train', 'video'],
  ['recognizer.ts'],
  ['dataset'],
  ['people', 'report', 'cluster'],
  ['serve'],
  ['cli'],
  ['index.ts'],
];
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));

/** Only these rooms may import these packages. */
const keepers: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'runtime',
  sharp: 'image',
  commander: 'cli',
  fastify: 'serve',
  libsql: 'gallery',
  usearch: 'gallery',
  '@observablehq/plot': 'report',
  linkedom: 'report',
};

const source = inRepository('src');
const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts'));
const roomOf = (file: string): string => file.split('/')[0]!;

interface Import {
  readonly from: string;
  readonly specifier: string;
}
const imports: Import[] = [];
for (const file of files) {
  const text = await readFile(join(source, file), 'utf8');
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    imports.push({ from: file, specifier: match[1]! });
  }
}

test('every room has its place in the house', () => {
  const unknown = [...new Set(files.map(roomOf))].filter((room) => !floorOf.has(room));
  assert.deepEqual(unknown, []);
});

test('imports point one way, through the face of a room', () => {
  const wrong: string[] = [];
  for (const { from, specifier } of imports) {
    if (!specifier.startsWith('.')) continue;
    const target = relative(source, resolve(source, dirname(from), specifier));
    const [fromRoom, targetRoom] = [roomOf(from), roomOf(target)];
    if (fromRoom === targetRoom) continue;
    const below = (floorOf.get(targetRoom) ?? Infinity) < (floorOf.get(fromRoom) ?? -1);
    const throughFace =
      target === `${targetRoom}/index.ts` || target === targetRoom || target.startsWith('formats/onnx/index');
    if (!below || !throughFace) wrong.push(`${from} → ${target}`);
  }
  assert.deepEqual(wrong, []);
});

test('one room keeps each heavy package', () => {
  const wrong = imports
    .filter(({ from, specifier }) => keepers[specifier] !== undefined && keepers[specifier] !== roomOf(from))
    .map(({ from, specifier }) => `${from} → ${specifier}`);
  assert.deepEqual(wrong, []);
});

test('nothing runs the JavaScript of face-api; only its weight files are read', () => {
  const wrong = imports.filter(({ specifier }) => specifier.startsWith('@vladmandic/face-api'));
  assert.deepEqual(wrong, []);
});

test('no file is named after nothing', () => {
  const vague = files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|managers?)(\.|\/)/.test(file));
  assert.deepEqual(vague, []);
});
