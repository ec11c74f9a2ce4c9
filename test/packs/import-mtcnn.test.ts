import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VisageError, type NamedWeights } from '../../src/kernel/index.ts';
import { importMtcnn, type MtcnnPart } from '../../src/packs/index.ts';
import { mtcnnWeights } from '../support/mtcnn-weights.ts';
import { pickle, PickleCall, PickleClass, PickleTuple } from '../support/pickle-writer.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { torchFile, type SavedTensor, type TorchForm } from '../support/torch-file.ts';

const parts: readonly MtcnnPart[] = ['pnet', 'rnet', 'onet'];
const source = (bytes: Uint8Array) => ({ name: 'some.file', bytes });

const text = "{'descr': '|O', 'fortran_order': False, 'shape': (), }".padEnd(117) + '\n';
const header = Buffer.concat([
  Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]),
  Buffer.from(text),
]);
const ndarray = new PickleClass('numpy', 'ndarray');
const reconstruct = new PickleClass('numpy.core.multiarray', '_reconstruct');

function numpyArray(dims: readonly number[], code: string, data: unknown): PickleCall {
  const type = new PickleCall(
    new PickleClass('numpy', 'dtype'),
    [code, false, true],
    undefined,
    new PickleTuple(3, code === 'O' ? '|' : '<', null, null, null, -1, -1, 0),
  );
  const state = new PickleTuple(1, new PickleTuple(...dims), type, false, data);
  return new PickleCall(reconstruct, [ndarray, new PickleTuple(0), 'b'], undefined, state);
}
/** As Python 3 writes bytes in protocol 2. */
const floats = (dims: readonly number[], data: Float32Array): PickleCall =>
  numpyArray(
    dims,
    'f4',
    new PickleCall(new PickleClass('_codecs', 'encode'), [
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1'),
      'latin1',
    ]),
  );
const npy = (content: unknown): Uint8Array => Buffer.concat([header, pickle(numpyArray([], 'O', [content]))]);

/** davidsandberg's form: P-Net writes PReLU1, the others prelu1. */
function layersFile(part: MtcnnPart, weights = mtcnnWeights(part)): Uint8Array {
  const layers = new Map<string, Map<string, unknown>>();
  for (const [name, { dims, data }] of weights) {
    const [layer, tensor] = name.split('/') as [string, string];
    const spelt = part === 'pnet' ? layer.replace('prelu', 'PReLU') : layer;
    if (!layers.has(spelt)) layers.set(spelt, new Map());
    layers.get(spelt)!.set(tensor, floats(dims, data));
  }
  return npy(layers);
}

/** ipazc's form: lists in Keras' order, slopes as [1, 1, channels]. */
const listsFile = (): Uint8Array =>
  npy(
    new Map(
      parts.map((part) => [
        part,
        [...mtcnnWeights(part)].map(([name, { dims, data }]) =>
          floats(name.endsWith('alpha') && part !== 'rnet' ? [1, 1, ...dims] : dims, data),
        ),
      ]),
    ),
  );

const torchLayers: Readonly<Record<string, string>> = {
  'rnet conv4': 'dense4',
  'rnet conv5-1': 'dense5_1',
  'rnet conv5-2': 'dense5_2',
  'onet conv5': 'dense5',
  'onet conv6-1': 'dense6_1',
  'onet conv6-2': 'dense6_2',
  'onet conv6-3': 'dense6_3',
};

/** facenet-pytorch's form: axes turned by strides, as its converter left them. */
function torchForm(part: MtcnnPart, form: TorchForm): Uint8Array {
  const tensors = new Map<string, SavedTensor>();
  for (const [name, { dims, data }] of mtcnnWeights(part)) {
    const [layer, tensor] = name.split('/') as [string, string];
    const torch = torchLayers[`${part} ${layer}`] ?? layer.replace('-', '_');
    const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
    const ending = tensor === 'biases' ? 'bias' : 'weight';
    tensors.set(`${torch}.${ending}`, { dims: dims.toReversed(), strides: strides.toReversed(), data });
  }
  return torchFile(tensors, form);
}

function assertSame(got: NamedWeights | undefined, part: MtcnnPart): void {
  const wanted = mtcnnWeights(part);
  assert.deepEqual([...got!.keys()].toSorted(), [...wanted.keys()].toSorted());
  for (const [name, tensor] of wanted) assert.deepEqual(got!.get(name), tensor, `${part} ${name}`);
}

test('every form of every network gives the same weights, by content', async () => {
  for (const part of parts) {
    for (const bytes of [layersFile(part), torchForm(part, 'legacy'), torchForm(part, 'zip')]) {
      const found = await importMtcnn(source(bytes));
      assert.deepEqual(Object.keys(found), [part]);
      assertSame(found[part], part);
    }
  }
  const all = await importMtcnn(source(listsFile()));
  for (const part of parts) assertSame(all[part], part);
});

test('the published files are recognised', { skip: skipWithoutShared('models/mtcnn') }, async () => {
  for (const [i, part] of parts.entries()) {
    const found = await importMtcnn(inShared('models/mtcnn', `det${i + 1}.npy`));
    assert.deepEqual(Object.keys(found), [part]);
    assert.equal(found[part]!.size, mtcnnWeights(part).size);
  }
});

const unsupported = (error: unknown): boolean =>
  error instanceof VisageError && error.code === 'WEIGHTS_UNSUPPORTED' && /det1\.npy/.test(error.hint);

test('other content is refused with what to do', async () => {
  const broken = new Map(mtcnnWeights('pnet'));
  broken.delete('conv3/weights');
  for (const bytes of [
    npy('weights'),
    npy(new Map([['conv1', 3]])),
    npy(new Map([['conv1', new Map([['weights', 'x']])]])),
    npy(new Map(parts.map((part) => [part, []]))),
    layersFile('pnet', broken),
    torchFile(new Map([['fc.weight', { dims: [1], data: Float32Array.of(1) }]]), 'legacy'),
    Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
  ]) {
    await assert.rejects(importMtcnn(source(bytes)), unsupported);
  }
  const infinite = new Map(mtcnnWeights('pnet'));
  infinite.set('conv1/biases', { type: 'float32', dims: [10], data: new Float32Array(10).fill(Infinity) });
  await assert.rejects(importMtcnn(source(layersFile('pnet', infinite))), /infinite/);
  await assert.rejects(importMtcnn(source(Buffer.from('<html></html>'))), /web page/);
});
