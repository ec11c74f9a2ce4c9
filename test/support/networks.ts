import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeModel } from '../../src/formats/index.ts';
import {
  add,
  cast,
  conv,
  denseFilters,
  flatten,
  globalAveragePool,
  GraphBuilder,
  matMul,
  mul,
  reduceMean,
  relu,
  scalar,
  toModel,
  transpose,
} from '../../src/graph/index.ts';
import { Random } from '../../src/kernel/index.ts';
import type { ModelFile } from '../../src/runtime/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'visage-networks-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Writes bytes as a network file. */
export function modelFile(name: string, bytes: Uint8Array): ModelFile {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, bytes);
  return { name, id: name, path };
}

function network(name: string, build: (builder: GraphBuilder) => void): ModelFile {
  const builder = new GraphBuilder(name);
  build(builder);
  return modelFile(name, encodeModel(toModel(builder.finish())));
}

/** pixels uint8 [batch, 4] → doubled float32 [batch, 4], sum float32 [batch, 1] */
export const doubling = network('doubling', (b) => {
  const pixels = cast(b, b.input('pixels', 'uint8', ['batch', 4]), 'float32');
  b.output('doubled', mul(b, pixels, scalar(b, 2)));
  const ones = b.constant({ type: 'float32', dims: [4, 1], data: new Float32Array(4).fill(1) });
  b.output('sum', matMul(b, pixels, ones));
});

/** x float32 [n, n] → x·x; takes as long as n³ does */
export const squaring = network('squaring', (b) => {
  const x = b.input('x', 'float32', ['n', 'n']);
  b.output('squared', matMul(b, x, x));
});

/** One input of every element type, each passed on unchanged. */
export const echo = network('echo', (b) => {
  for (const type of ['float32', 'uint8', 'int32', 'int64'] as const) {
    const dims = ['n', 'm'];
    const x = b.input(type, type, dims);
    b.output(`same ${type}`, b.node('Identity', [x], {}, { type, dims }));
  }
});

/** place uint8 [batch] → tenfold float32 [batch]; fails for a place from 10 on */
export const tenPlaces = network('tenPlaces', (b) => {
  const place = cast(b, b.input('place', 'uint8', ['batch']), 'int64');
  const table = b.constant({
    type: 'float32',
    dims: [10],
    data: Float32Array.from({ length: 10 }, (_, i) => 10 * i),
  });
  b.output('tenfold', b.node('Gather', [table, place], {}, { type: 'float32', dims: ['batch'] }));
});

/** pixels uint8 [batch, 4] → mean float32 [1, 1] over the whole batch: no network for batches */
export const batchMean = network('batchMean', (b) => {
  const pixels = cast(b, b.input('pixels', 'uint8', ['batch', 4]), 'float32');
  b.output('mean', reduceMean(b, pixels, [0, 1]));
});

/** pixels uint8 [batch, height, width, 3] → features float32 [batch, 32], by two convolutions */
export const convolutions = network('convolutions', (b) => {
  const random = new Random(3);
  const filters = (height: number, inputs: number, outputs: number) =>
    denseFilters(
      {
        type: 'float32',
        dims: [height, height, inputs, outputs],
        data: Float32Array.from({ length: height * height * inputs * outputs }, () => random.normal()),
      },
      new Float32Array(outputs).fill(0.1),
    );
  const pixels = cast(b, b.input('pixels', 'uint8', ['batch', 'height', 'width', 3]), 'float32');
  const scaled = add(b, mul(b, pixels, scalar(b, 1 / 128)), scalar(b, -1));
  let x = transpose(b, scaled, [0, 3, 1, 2]);
  x = relu(b, conv(b, x, filters(3, 3, 16), { stride: 2 }));
  x = relu(b, conv(b, x, filters(3, 16, 32)));
  b.output('features', flatten(b, globalAveragePool(b, x)));
});
