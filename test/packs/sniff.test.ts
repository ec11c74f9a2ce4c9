import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeModel } from '../../src/formats/index.ts';
import { GraphBuilder, relu, toModel } from '../../src/graph/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { importWeights, sniffWeights } from '../../src/packs/index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const sniff = (bytes: Uint8Array) => sniffWeights(bytes, bytes.length, 'facenet_keras.h5');

function tinyModel(): Uint8Array {
  const b = new GraphBuilder('tiny');
  b.output('y', relu(b, b.input('x', 'float32', [1])));
  return encodeModel(toModel(b.finish()));
}

/** A GraphDef with one node: field 1, and in it the name as field 1 and the operation as field 2. */
function tinyGraph(): Uint8Array {
  const node = [0x0a, 5, ...bytesOf('input'), 0x12, 11, ...bytesOf('Placeholder')];
  return Uint8Array.of(0x0a, node.length, ...node);
}

test('forms are told by their content', () => {
  assert.equal(sniff(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0)), 'hdf5');
  assert.equal(sniff(Uint8Array.of(0x50, 0x4b, 3, 4, 0)), 'zip');
  assert.equal(sniff(Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex')), 'pickle');
  assert.equal(sniff(Uint8Array.of(0x93, ...bytesOf('NUMPY'), 1)), 'npy');
  assert.equal(sniff(tinyModel()), 'onnx');
  assert.equal(sniff(tinyGraph()), 'tensorflow-graph');
});

const impostors: readonly [string, string, RegExp][] = [
  ['a web page', '<!DOCTYPE html>\n<html><head><title>Google Drive - Virus scan warning</title>', /web page/],
  ['a web page with blanks before', '\uFEFF\n  <html lang="en">', /web page/],
  [
    'a Git-LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 167975677\n',
    /Git-LFS/,
  ],
  ['JSON', '{"class_name": "Model", "config": {}}', /JSON/],
  ['a text stub', 'Download the model from the link in the README.', /text that starts with "Download/],
  ['an empty file', '', /empty/],
];
for (const [title, text, message] of impostors) {
  test(`${title} under the name of a model gets its own message`, async () => {
    await assert.rejects(importWeights({ name: 'facenet_keras.h5', bytes: bytesOf(text) }), {
      code: 'WEIGHTS_NOT_A_MODEL',
      message,
      hint: /\w/,
    });
  });
}

test('a TensorFlow SavedModel, which starts as ONNX does, gets its own message', () => {
  // saved_model_schema_version 1, then a MetaGraphDef with its MetaInfoDef: a list of operations, tags, versions.
  const operation = [0x0a, 7, ...bytesOf('AddV2\u0012\u0000')];
  const information = [0x12, operation.length, ...operation, 0x22, 5, ...bytesOf('serve'), 0x2a, 1, 0x32];
  const meta = [0x0a, information.length, ...information, 0x12, 2, 0x0a, 0];
  const savedModel = Uint8Array.of(0x08, 0x01, 0x12, meta.length, ...meta);
  assert.throws(() => sniff(savedModel), {
    code: 'WEIGHTS_NOT_A_MODEL',
    message: /TensorFlow SavedModel/,
    hint: /variables\/ beside it/,
  });
  // An ONNX file of version 1 that names its producer.
  assert.equal(sniff(Uint8Array.of(0x08, 0x01, 0x12, 7, ...bytesOf('pytorch'), 0x3a, 0)), 'onnx');
});

test('any bytes are told or refused', () => {
  const start = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(0x08, 0x01, 0x12, ...rest)),
    fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(0x0a, ...rest)),
  );
  fc.assert(
    fc.property(start, (bytes) => {
      try {
        sniff(bytes);
      } catch (thrown) {
        assert.ok(thrown instanceof VisageError && thrown.code === 'WEIGHTS_NOT_A_MODEL', String(thrown));
      }
    }),
    { numRuns: 2000 },
  );
});

test('other bytes are shown', () => {
  assert.throws(() => sniff(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), {
    code: 'WEIGHTS_NOT_A_MODEL',
    message: /ff d8 ff e0/,
  });
});
