import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { VisageError, type NamedWeights, type Tensor } from '../../src/kernel/index.ts';
import { inceptionResnetV1, type InceptionResnetV1Options } from '../../src/nets/index.ts';
import { importWeights, type ImportedWeights } from '../../src/packs/index.ts';
import { deterministicPictures, inceptionWeights } from '../support/deterministic-weights.ts';
import { facenetTorch } from '../support/facenet-torch.ts';
import { facenetGraph, facenetGraphNodes, graphDef } from '../support/graph-def-file.ts';
import { kerasArchitecture } from '../support/keras-architecture.ts';
import { kerasFile } from '../support/keras-file.ts';
import { inRepository, inShared, skipWithoutShared } from '../support/repository.ts';
import { runGraph } from '../support/session.ts';
import { legacyFile, stateDictOf, torchFile, zipFile, type SavedTensor } from '../support/torch-file.ts';

const narrow = inceptionWeights({ narrowing: 16, dimension: 16 });
const path = 'renamed.bin';
const importBytes = (bytes: Uint8Array): Promise<ImportedWeights> => importWeights({ name: path, bytes });

function assertEqualWeights(got: NamedWeights, wanted: NamedWeights): void {
  assert.deepEqual([...got.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, { dims, data }] of wanted)
    assert.deepEqual(got.get(name), { type: 'float32', dims, data }, name);
}

type Writer = (weights: NamedWeights) => Uint8Array | Promise<Uint8Array>;
const forms: Readonly<
  Record<string, { readonly form: string; readonly normalised: boolean; readonly write: Writer }>
> = {
  'Keras model': {
    form: 'keras-model',
    normalised: false,
    write: (weights) => kerasFile(weights, { config: kerasArchitecture() }),
  },
  'Keras weights': { form: 'keras-weights', normalised: false, write: (weights) => kerasFile(weights) },
  'legacy .pt as published': {
    form: 'torch-checkpoint',
    normalised: true,
    write: (weights) => torchFile(facenetTorch(weights, { classes: 9 }), 'legacy'),
  },
  'zip .pt as published': {
    form: 'torch-checkpoint',
    normalised: true,
    write: (weights) => torchFile(facenetTorch(weights, { classes: 9 }), 'zip'),
  },
  'legacy .pt in plain order': {
    form: 'torch-checkpoint',
    normalised: true,
    write: (weights) => torchFile(facenetTorch(weights, { layout: 'plain' }), 'legacy'),
  },
  'zip .pt in plain order': {
    form: 'torch-checkpoint',
    normalised: true,
    write: (weights) => torchFile(facenetTorch(weights, { layout: 'plain' }), 'zip'),
  },
  'frozen .pb': { form: 'tensorflow-graph', normalised: true, write: (weights) => facenetGraph(weights) },
  'frozen .pb with lists and a prefix': {
    form: 'tensorflow-graph',
    normalised: true,
    write: (weights) => facenetGraph(weights, { form: 'list', prefix: 'import/' }),
  },
};

/** Unit embeddings as rows. */
async function embed(
  weights: NamedWeights,
  count: number,
  options: InceptionResnetV1Options,
): Promise<Float32Array[]> {
  const { embedding } = await runGraph(inceptionResnetV1(weights, { ...options, normalise: true }), {
    type: 'uint8',
    dims: [count, 160, 160, 3],
    data: deterministicPictures(count),
  });
  const [, dimension] = embedding!.dims as [number, number];
  return Array.from({ length: count }, (_, i) => embedding!.data.slice(i * dimension, (i + 1) * dimension));
}
const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

test('the same weights in every form give the same embeddings', async () => {
  const wanted = await embed(narrow, 2, { preprocessing: 'fixed-128' });
  assert.ok(gap(wanted[0]!, wanted[1]!) > 1e-3);
  for (const [title, { form, normalised, write }] of Object.entries(forms)) {
    const imported = await importBytes(await write(narrow));
    assertEqualWeights(imported.weights, narrow);
    assert.deepEqual(
      [imported.lineage.form, imported.normalised, imported.dimension, imported.lastScale],
      [form, normalised, 16, 1],
      title,
    );
    const rows = await embed(imported.weights, 2, {
      preprocessing: 'fixed-128',
      lastScale: imported.lastScale,
    });
    rows.forEach((row, i) => assert.ok(gap(row, wanted[i]!) < 1e-5, title));
  }
});

test('the scale of normalisations is kept where it is not 1', async () => {
  const scaled = inceptionWeights({ narrowing: 16, dimension: 16, gamma: true });
  for (const title of ['legacy .pt as published', 'zip .pt in plain order', 'frozen .pb', 'Keras weights']) {
    assertEqualWeights((await importBytes(await forms[title]!.write(scaled))).weights, scaled);
  }
});

test('the preparation of pixels follows the number of dimensions, and a note says so', async () => {
  for (const title of ['zip .pt as published', 'frozen .pb']) {
    for (const [dimension, preprocessing] of [
      [512, 'fixed-128'],
      [128, 'prewhiten'],
    ] as const) {
      const weights = inceptionWeights({ narrowing: 16, dimension });
      const imported = await importBytes(await forms[title]!.write(weights));
      assert.deepEqual([imported.dimension, imported.preprocessing], [dimension, preprocessing]);
      assert.match(imported.notes.join(' '), new RegExp(`${preprocessing}.*${dimension} numbers`));
    }
  }
});

const tsv = 'facts/facenet_pytorch_state_dict.tsv';
test('the names and shapes are those of the published checkpoint', {
  skip: skipWithoutShared(tsv),
}, async () => {
  const rows = (await readFile(inShared(tsv), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const published = new Map(rows.map(([name, dims, type]) => [name, `${dims} ${type}`]));
  assert.equal(published.size, 716);
  const ours = facenetTorch(inceptionWeights({ dimension: 512 }), { classes: 8631 });
  const described = new Map(
    [...ours].map(([name, { dims, data }]) => [
      name,
      `[${dims.join(', ')}] ${data instanceof Float32Array ? 'float32' : 'int64'}`,
    ]),
  );
  assert.deepEqual(described, published);
});

interface Golden {
  readonly dimension: number;
  readonly narrowing?: number;
  readonly preprocessing: 'prewhiten' | 'fixed-128';
  readonly unit: readonly (readonly number[])[];
}
test('full size: files of 90 to 110 MB give what PyTorch computes', async () => {
  const { variants } = JSON.parse(
    await readFile(inRepository('test', 'nets', 'goldens', 'inception.json'), 'utf8'),
  ) as { readonly variants: readonly Golden[] };
  const golden = variants.find(({ dimension }) => dimension === 512)!;
  const weights = inceptionWeights({ dimension: 512 });
  const folder = await mkdtemp(join(tmpdir(), 'visage-import-'));
  try {
    for (const [title, minMb, write] of [
      ['legacy .pt', 111, () => torchFile(facenetTorch(weights, { classes: 8631 }), 'legacy')],
      ['zip .pt', 94, () => torchFile(facenetTorch(weights, { layout: 'plain' }), 'zip')],
      ['frozen .pb', 94, () => facenetGraph(weights)],
    ] as const) {
      const file = join(folder, 'file');
      await writeFile(file, write());
      const imported = await importWeights(file);
      assertEqualWeights(imported.weights, weights);
      assert.ok(imported.lineage.sizeBytes > minMb * 1e6, `${title}: ${imported.lineage.sizeBytes} bytes`);
      if (title !== 'frozen .pb') continue;
      const rows = await embed(imported.weights, golden.unit.length, {
        preprocessing: imported.preprocessing,
      });
      rows.forEach((row, i) => assert.ok(gap(row, golden.unit[i]!) < 1e-5, `${gap(row, golden.unit[i]!)}`));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

const without = <Value>(map: ReadonlyMap<string, Value>, ...names: string[]): Map<string, Value> =>
  new Map([...map].filter(([name]) => !names.includes(name)));
const torchTensors = facenetTorch(narrow);
const torchOf = (tensors: ReadonlyMap<string, SavedTensor>): Uint8Array => torchFile(tensors, 'zip');

const prefixed = (prefix: string): Map<string, SavedTensor> =>
  new Map([...torchTensors].map(([name, tensor]) => [prefix + name, tensor]));

test('checkpoints of training scripts and of larger networks', async () => {
  const head = { dims: [2, 16], data: new Float32Array(32) };
  for (const tensors of [
    prefixed('module.'),
    new Map([...prefixed('backbone.'), ['head.weight', head]]),
    new Map([...prefixed('model.encoder.'), ['model.logits.weight', head]]),
  ]) {
    for (const form of ['legacy', 'zip'] as const) {
      const { content, storages } = stateDictOf(tensors, form);
      const wrapped = new Map<string, unknown>([
        ['epoch', 7],
        ['state_dict', content],
        ['optimizer', new Map([['lr', 0.01]])],
      ]);
      const bytes = (form === 'zip' ? zipFile : legacyFile)(wrapped, storages);
      assertEqualWeights((await importBytes(bytes)).weights, narrow);
    }
  }
  const twice = new Map([...prefixed('student.'), ...prefixed('teacher.')]);
  await assert.rejects(importBytes(torchOf(twice)), {
    code: 'WEIGHTS_UNSUPPORTED',
    message: /several FaceNets: student\., teacher\./,
  });
});

test('all that is missing or of another shape is listed', async () => {
  const missing = without(
    torchTensors,
    'repeat_2.9.branch1.1.conv.weight',
    'last_bn.running_var',
    'block8.conv2d.bias',
  );
  await assert.rejects(importBytes(torchOf(missing)), {
    code: 'WEIGHTS_INVALID',
    message:
      /renamed\.bin.*3 tensors are missing: repeat_2\.9\.branch1\.1\.conv\.weight, block8\.conv2d\.bias, last_bn\.running_var/,
  });
  const misshapen = new Map(torchTensors);
  misshapen.set('conv2d_2b.conv.weight', { dims: [4, 2, 5, 5], data: new Float32Array(200) });
  misshapen.set('mixed_7a.branch0.1.bn.bias', { dims: [2, 2], data: new Float32Array(4) });
  await assert.rejects(importBytes(torchOf(misshapen)), {
    code: 'WEIGHTS_INVALID',
    message:
      /2 have another shape: conv2d_2b\.conv\.weight \(5×5×2×4 instead of 3×3×any×any.*mixed_7a\.branch0\.1\.bn\.bias/,
  });
  const stem = new Map([...torchTensors].filter(([name]) => name.startsWith('conv2d_')));
  await assert.rejects(importBytes(torchOf(stem)), { code: 'WEIGHTS_INVALID', message: /and \d+ more/ });
  const resnet = new Map([['layer1.0.conv1.weight', { dims: [1, 1, 3, 3], data: new Float32Array(9) }]]);
  await assert.rejects(importBytes(torchOf(resnet)), {
    code: 'WEIGHTS_UNSUPPORTED',
    message: /none of its tensors is one of FaceNet by name; it has layer1\.0\.conv1\.weight/,
  });
  const integers = new Map(torchTensors);
  integers.set('last_bn.bias', { dims: [16], data: new BigInt64Array(16) });
  await assert.rejects(importBytes(torchOf(integers)), {
    code: 'FORMAT_UNSUPPORTED',
    message: /int64 of last_bn\.bias/,
  });
  const infinite = new Map(torchTensors);
  infinite.set('last_bn.bias', { dims: [16], data: new Float32Array(16).fill(Number.NaN) });
  await assert.rejects(importBytes(torchOf(infinite)), {
    code: 'WEIGHTS_INVALID',
    message: /Bottleneck_BatchNorm\/beta/,
  });
});

test('graphs: what is missing, folded, scaled or cut off', async () => {
  const missing = without(
    narrow,
    'Block8_6_Branch_1_Conv2d_0b_1x3/kernel',
    'Mixed_6a_Branch_0_Conv2d_1a_3x3_BatchNorm/beta',
  );
  await assert.rejects(importBytes(facenetGraph(missing)), {
    code: 'WEIGHTS_INVALID',
    message:
      /2 tensors are missing: InceptionResnetV1\/Mixed_6a\/Branch_0\/Conv2d_1a_3x3\/BatchNorm\/beta, InceptionResnetV1\/Block8\/Branch_1\/Conv2d_0b_1x3\/weights/,
  });
  const folded = new Map([...narrow].filter(([name]) => !name.includes('_BatchNorm')));
  await assert.rejects(importBytes(facenetGraph(folded)), { code: 'WEIGHTS_UNSUPPORTED', message: /folded/ });
  const other = graphDef(facenetGraphNodes(new Map<string, Tensor<'float32'>>()));
  await assert.rejects(importBytes(other), { code: 'WEIGHTS_UNSUPPORTED', message: /none of its tensors/ });

  assert.equal((await importBytes(facenetGraph(narrow, { lastScale: 0.5 }))).lastScale, 0.5);
  assert.equal((await importBytes(facenetGraph(narrow, { scales: false }))).lastScale, 1);
  assert.equal((await importBytes(facenetGraph(narrow, { normalise: false }))).normalised, false);
  await assert.rejects(importBytes(facenetGraph(narrow, { scale17: 0.3 })), {
    code: 'WEIGHTS_UNSUPPORTED',
    message: /scale of InceptionResnetV1\/Repeat_1\/block17_1 is 0\.3/,
  });
});

test('damaged files end in a coded error or in the weights', async () => {
  const samples: Uint8Array[] = [];
  for (const title of ['legacy .pt as published', 'zip .pt as published', 'frozen .pb']) {
    samples.push(await forms[title]!.write(narrow));
  }
  // Most damage falls into numbers; names and sizes stand at the start and, in archives, at the end.
  const place = oneof(integer({ min: 0, max: 60_000 }), integer({ min: -60_000, max: -9 }));
  const change = tuple(
    place,
    oneof(uint8Array({ minLength: 1, maxLength: 8 }), constantFrom(new Uint8Array(8).fill(0xff))),
  );
  let refused = 0;
  const tolerate = async (bytes: Uint8Array): Promise<void> => {
    try {
      await importBytes(bytes);
    } catch (error) {
      assert.ok(error instanceof VisageError && /^(FORMAT|WEIGHTS)_/.test(error.code), String(error));
      refused++;
    }
  };
  await check(
    asyncProperty(
      integer({ min: 0, max: 2 }),
      array(change, { minLength: 1, maxLength: 4 }),
      async (which, changes) => {
        const bytes = samples[which]!.slice();
        for (const [at, content] of changes) bytes.set(content, at < 0 ? bytes.length + at : at);
        await tolerate(bytes);
      },
    ),
    { numRuns: 150, seed: 8 },
  );
  for (const bytes of samples) {
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.999])
      await tolerate(bytes.subarray(0, Math.floor(share * bytes.length)));
  }
  assert.ok(refused > 50, `${refused}`);
});
