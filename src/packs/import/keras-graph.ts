import type { NamedWeights } from '../../kernel/index.ts';
import {
  add,
  averagePool,
  concat,
  conv,
  denseFilters,
  div,
  flatten,
  gemm,
  globalAveragePool,
  GraphBuilder,
  l2Norm,
  matMul,
  max,
  maxPool,
  mul,
  perChannel,
  relu,
  scalar,
  transpose,
  type Dim,
  type Graph,
  type Value,
} from '../../graph/index.ts';
import { inceptionInputSizePx, WeightSource } from '../../nets/index.ts';
import type { KerasModel } from './keras-config.ts';
import { walkKerasModel, type LayerTarget } from './keras-walk.ts';

const channels = (x: Value): Dim => x.dims[1]!;

/**
 * A Keras model as a graph, node by node as the file describes it, nothing folded: the second route
 * that the import is checked by. Input `image` float32 [batch, 160, 160, 3] as the model takes it,
 * already normalised; output `embedding` with the model's own output.
 *
 * @param weights `<layer>/<name>`, e.g. `Conv2d_1a_3x3/kernel`
 * @throws VisageError `WEIGHTS_UNSUPPORTED`, `WEIGHTS_INVALID`
 */
export function kerasGraph(model: KerasModel, weights: NamedWeights): Graph {
  const source = new WeightSource('keras', weights, model.path);
  const b = new GraphBuilder('keras');
  const target: LayerTarget<Value> = {
    input: () => {
      const dims = ['batch', inceptionInputSizePx, inceptionInputSizePx, 3];
      return transpose(b, b.input('image', 'float32', dims), [0, 3, 1, 2], 'planes');
    },
    conv: (x, layer, { kernel, stride, padding }, bias) => {
      const filters = source.tensor(`${layer}/kernel`, [...kernel, Number(channels(x)), undefined]);
      const out = filters.dims[3]!;
      const biases = bias ? source.vector(`${layer}/bias`, out) : undefined;
      return conv(b, x, denseFilters(filters, biases), { stride, padding, name: layer });
    },
    batchNorm: (x, layer, epsilon) => {
      const count = Number(channels(x));
      const vector = (part: string) => source.vector(`${layer}/${part}`, count);
      const gamma = source.has(`${layer}/gamma`) ? vector('gamma') : new Float32Array(count).fill(1);
      const factors = vector('moving_variance').map((v, c) => gamma[c]! / Math.sqrt(v + epsilon));
      const [mean, beta] = [vector('moving_mean'), vector('beta')];
      const shifts = beta.map((value, c) => value - mean[c]! * factors[c]!);
      // [features] for vectors, [channels, 1, 1] for pictures.
      const shaped = (data: Float32Array, name: string) =>
        x.dims.length === 2
          ? b.constant({ type: 'float32', dims: [count], data }, name)
          : perChannel(b, data, name);
      const scaled = mul(b, x, shaped(factors, `${layer}/factor`), `${layer}/scaled`);
      return add(b, scaled, shaped(shifts, `${layer}/shift`), layer);
    },
    dense: (x, layer, bias) => {
      const kernel = source.tensor(`${layer}/kernel`, [Number(channels(x)), undefined]);
      const matrix = b.constant(kernel, `${layer}/kernel`);
      if (!bias) return matMul(b, x, matrix, layer);
      const data = source.vector(`${layer}/bias`, kernel.dims[1]!);
      return gemm(b, x, matrix, b.constant({ type: 'float32', dims: [data.length], data }), layer);
    },
    relu: (x) => relu(b, x),
    concat: (parts) => concat(b, parts, 1),
    add: (x, y) => add(b, x, y),
    scale: (x, factor) => mul(b, x, scalar(b, factor)),
    maxPool: (x, { kernel, stride, padding }) => maxPool(b, x, kernel[0], { stride, padding }),
    averagePool: (x, { kernel, stride, padding }) => averagePool(b, x, kernel[0], { stride, padding }),
    globalAveragePool: (x) => flatten(b, globalAveragePool(b, x)),
    // Keras flattens [height, width, channels].
    flatten: (x) => flatten(b, x.dims.length === 4 ? transpose(b, x, [0, 2, 3, 1]) : x),
    normalise: (x) => div(b, x, max(b, l2Norm(b, x, [1], true), scalar(b, 1e-6))),
  };
  const values = walkKerasModel(model, target);
  b.output('embedding', values.get(model.output)!);
  return b.finish();
}
