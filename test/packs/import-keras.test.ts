import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assert as check, constantFrom, integer, jsonValue, oneof, property } from 'fast-check';
import { VisageError, type NamedWeights } from '../../src/kernel/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import { importWeights } from '../../src/packs/index.ts';
import { inceptionStructure } from '../../src/packs/import/inception-structure.ts';
import { parseKerasModel } from '../../src/packs/import/keras-config.ts';
import { kerasGraph } from '../../src/packs/import/keras-graph.ts';
import { deterministicPictures, inceptionWeights } from '../support/deterministic-weights.ts';
import { kerasArchitecture, type KerasLayerJson } from '../support/keras-architecture.ts';
import { kerasFile, type KerasFileOptions } from '../support/keras-file.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { runGraph } from '../support/session.ts';

const narrow = inceptionWeights({ narrowing: 16, dimension: 16 });
const path = 'renamed.bin';

const importOf = async (weights: NamedWeights, options?: KerasFileOptions) =>
  importWeights({ name: path, bytes: await kerasFile(weights, options) });

function assertEqualWeights(got: NamedWeights, wanted: NamedWeights): void {
  assert.deepEqual([...got.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, { dims, data }] of wanted)
    assert.deepEqual(got.get(name), { type: 'float32', dims, data }, name);
}

/** Changes one layer of a good architecture. */
function changed(name: string, change: (layer: KerasLayerJson) => void) {
  const architecture = kerasArchitecture();
  change(architecture.config.layers.find((layer) => layer.name === name)!);
  return architecture;
}

const forms = [
  { title: 'a full model', options: { config: kerasArchitecture() }, form: 'keras-model', normalised: false },
  {
    title: 'a full model with Add layers and a last normalisation',
    options: { config: kerasArchitecture({ style: 'scale-add', normalise: true }), texts: 'varying' },
    form: 'keras-model',
    normalised: true,
  },
  { title: 'weights alone', options: {}, form: 'keras-weights', normalised: false },
  {
    title: 'weights alone beside layers without, lists of varying texts',
    options: { texts: 'varying', otherLayers: ['input_1', 'lambda_1', 'add_1'] },
    form: 'keras-weights',
    normalised: false,
  },
] as const;

for (const { title, options, form, normalised } of forms) {
  test(`${title} gives the weights that went in`, async () => {
    const imported = await importOf(narrow, options);
    assertEqualWeights(imported.weights, narrow);
    const { architecture, dimension, lastScale, preprocessing, lineage } = imported;
    assert.deepEqual(
      {
        architecture,
        dimension,
        lastScale,
        preprocessing,
        form: lineage.form,
        normalised: imported.normalised,
      },
      {
        architecture: 'inception-resnet-v1',
        dimension: 16,
        lastScale: 1,
        preprocessing: 'prewhiten',
        form,
        normalised,
      },
    );
    assert.match(lineage.sha256, /^[0-9a-f]{64}$/);
  });
}

test('512 numbers are taken for the weights of 2018', async () => {
  const weights = inceptionWeights({ narrowing: 32, dimension: 512 });
  const alone = await importOf(weights);
  assert.deepEqual([alone.preprocessing, alone.lineage.likely], ['fixed-128', 'deepface-512']);
  const config = kerasArchitecture({ style: 'scale-add', normalise: true, dimension: 512 });
  assert.equal((await importOf(weights, { config })).preprocessing, 'fixed-127.5');
});

test('the scale of the last block is read from the model', async () => {
  assert.equal((await importOf(narrow, { config: kerasArchitecture({ lastScale: 0.5 }) })).lastScale, 0.5);
});

test('the order of layers in the file does not matter', async () => {
  const config = kerasArchitecture();
  config.config.layers.reverse();
  const shuffled = new Map([...narrow].reverse());
  assertEqualWeights((await importOf(shuffled, { config })).weights, narrow);
});

const refusals: readonly [string, unknown, RegExp][] = [
  ['lost shortcuts', kerasArchitecture({ style: 'lost' }), /add_\d+.*shortcut.*23 February 2018/],
  [
    'another scale',
    changed('Block17_3_ScaleSum', (layer) => (layer.config['arguments'] = { scale: 0.17 })),
    /Block17_3_ScaleSum/,
  ],
  [
    'unknown code',
    changed('Block8_1_ScaleSum', (layer) => (layer.config['function'] = ['4wAA', null, null])),
    /Block8_1_ScaleSum.*Lambda.*SHA-256/s,
  ],
  [
    'unknown arguments',
    changed('Block8_1_ScaleSum', (layer) => (layer.config['arguments'] = { scale: 0.2, command: 'x' })),
    /Block8_1_ScaleSum.*scale, command/s,
  ],
  [
    'another padding',
    changed('Conv2d_2a_3x3', (layer) => (layer.config['padding'] = 'same')),
    /Conv2d_2a_3x3/,
  ],
  [
    'another ε',
    changed('Conv2d_4a_3x3_BatchNorm', (layer) => (layer.config['epsilon'] = 1e-5)),
    /Conv2d_4a_3x3_BatchNorm/,
  ],
  [
    'another input of a block',
    changed('Block35_2_ScaleSum', (layer) => {
      layer.inbound_nodes = [
        [
          ['Conv2d_4b_3x3_Activation', 0, 0, {}],
          ['Block35_2_Conv2d_1x1', 0, 0, {}],
        ],
      ];
    }),
    /Block35_2_ScaleSum/,
  ],
  ['a foreign layer', changed('Dropout', (layer) => (layer.class_name = 'LSTM')), /Dropout.*LSTM/],
  [
    'dilation',
    changed('Conv2d_2b_3x3', (layer) => (layer.config['dilation_rate'] = [2, 2])),
    /Conv2d_2b_3x3.*dilation_rate/,
  ],
  [
    'channels first',
    changed('AvgPool', (layer) => (layer.config['data_format'] = 'channels_first')),
    /AvgPool.*data_format/,
  ],
  [
    'another activation',
    changed('Block8_2_Activation', (layer) => (layer.config['activation'] = 'tanh')),
    /Block8_2_Activation.*tanh/,
  ],
  ['a sequential model', { class_name: 'Sequential', config: { layers: [] } }, /Sequential/],
];
for (const [title, config, message] of refusals) {
  test(`refused: ${title}`, async () => {
    await assert.rejects(importOf(new Map(), { config }), { code: 'WEIGHTS_UNSUPPORTED', message });
  });
}

const damages: readonly [string, unknown, RegExp][] = [
  ['no object', [], /no object/],
  ['no layers', { class_name: 'Model', config: {} }, /no layers/],
  [
    'a circle',
    changed('Conv2d_2a_3x3', (layer) => (layer.inbound_nodes = [[['Mixed_6a', 0, 0, {}]]])),
    /depends on itself/,
  ],
  [
    'an input from nowhere',
    changed('Conv2d_2a_3x3', (layer) => (layer.inbound_nodes = [[['nobody', 0, 0, {}]]])),
    /Conv2d_2a_3x3.*nobody/,
  ],
];
for (const [title, config, message] of damages) {
  test(`damaged: a model with ${title}`, async () => {
    await assert.rejects(importOf(new Map(), { config }), { code: 'FORMAT_INVALID', message });
  });
}

test('whatever stands in a layer, the model is read or refused with a code', () => {
  const text = JSON.stringify(kerasArchitecture());
  const { length } = kerasArchitecture().config.layers;
  const places = [
    'name',
    'class_name',
    'config',
    'inbound_nodes',
    'config.kernel_size',
    'config.strides',
    'config.padding',
    'config.activation',
    'config.epsilon',
    'config.arguments',
    'config.function',
    'config.use_bias',
    'config.pool_size',
    'config.axis',
  ];
  const values = oneof(
    jsonValue({ maxDepth: 3 }),
    constantFrom(
      'Lambda',
      'Add',
      'Concatenate',
      'Dense',
      [[['Mixed_6a', 0, 0, {}]]],
      [[]],
      [7, 1],
      1e308,
      '\u0000',
    ),
  );
  let refused = 0;
  check(
    property(integer({ min: 0, max: length - 1 }), constantFrom(...places), values, (index, place, value) => {
      const model = JSON.parse(text) as ReturnType<typeof kerasArchitecture>;
      const layer = model.config.layers[index]!;
      const [outer, inner] = place.split('.') as ['config', string?];
      if (inner === undefined) layer[outer] = value as never;
      else layer.config[inner] = value;
      try {
        inceptionStructure(parseKerasModel(JSON.stringify(model), path));
      } catch (error) {
        assert.ok(error instanceof VisageError, String(error));
        assert.match(error.code, /^(FORMAT_INVALID|WEIGHTS_UNSUPPORTED)$/);
        refused++;
      }
    }),
    { numRuns: 300, seed: 11 },
  );
  assert.ok(refused > 50);
  const deep = '['.repeat(1e6) + ']'.repeat(1e6);
  for (const hostile of [
    deep,
    `{"class_name":"Model","config":{"layers":${deep}}}`,
    text.slice(0, 1000),
    'null',
    '1',
  ]) {
    assert.throws(() => parseKerasModel(hostile, path), { code: 'FORMAT_INVALID' });
  }
});

test('missing, misshapen and infinite weights are named', async () => {
  const missing = new Map(narrow);
  missing.delete('Block17_10_Branch_1_Conv2d_0b_1x7/kernel');
  missing.delete('Bottleneck_BatchNorm/beta');
  const imported = await importOf(missing);
  assert.throws(() => inceptionResnetV1(imported.weights, { weightsPath: path }), {
    code: 'WEIGHTS_INVALID',
    message: /renamed\.bin.*Block17_10_Branch_1_Conv2d_0b_1x7\/kernel is missing/,
  });
  const infinite = new Map(narrow);
  const beta = narrow.get('Bottleneck_BatchNorm/beta')!;
  infinite.set('Bottleneck_BatchNorm/beta', { ...beta, data: beta.data.map(() => Infinity) });
  await assert.rejects(importOf(infinite), {
    code: 'WEIGHTS_INVALID',
    message: /Bottleneck_BatchNorm\/beta/,
  });
  await assert.rejects(importOf(new Map([['dense_1/kernel', beta]])), { code: 'WEIGHTS_UNSUPPORTED' });
});

const published = 'models/facenet_keras_model.json';
for (const { size, narrowing, dimension } of [
  { size: 'narrow', narrowing: 16, dimension: 16 },
  { size: 'full', narrowing: 1, dimension: 128 },
]) {
  test(`the published architecture, walked node by node, computes what our graph does (${size} size)`, {
    skip: skipWithoutShared(published),
  }, async () => {
    const text = readFileSync(inShared(published), 'utf8');
    const weights = inceptionWeights({ narrowing, dimension });
    const config = JSON.parse(text) as { config: { layers: { name: string }[] } };
    const otherLayers = config.config.layers.map((layer) => layer.name);
    const imported = await importOf(weights, { config, otherLayers });
    assert.deepEqual([imported.lineage.form, imported.dimension], ['keras-model', dimension]);
    const dims = [2, 160, 160, 3];
    const data = Float32Array.from(deterministicPictures(2), (pixel) => (pixel - 127.5) / 128);
    const walked = await runGraph(kerasGraph(parseKerasModel(text, path), imported.weights), {
      type: 'float32',
      dims,
      data,
    });
    const folded = await runGraph(
      inceptionResnetV1(imported.weights, { input: 'float32', preprocessing: 'none' }),
      { type: 'float32', dims, data },
    );
    const [a, b] = [walked['embedding']!, folded['embedding']!];
    assert.deepEqual(a.dims, [2, dimension]);
    assert.deepEqual(b.dims, a.dims);
    for (let row = 0; row < 2; row++) {
      const range = [row * dimension, (row + 1) * dimension] as const;
      const [left, right] = [a.data.slice(...range), b.data.slice(...range)];
      const [leftNorm, rightNorm] = [Math.hypot(...left), Math.hypot(...right)];
      const errors = left.map((value, i) => Math.abs(value / leftNorm - right[i]! / rightNorm));
      assert.ok(Math.max(...errors) < 1e-5, `largest difference ${Math.max(...errors)}`);
    }
  });
}
