import {
  add,
  conv,
  type Filters,
  gemm,
  GraphBuilder,
  maxPool,
  mul,
  type Padding,
  perChannel,
  relu,
  type Value,
} from '../graph/index.ts';
import type { NamedWeights } from '../kernel/index.ts';
import type { BuildOptions } from './build-options.ts';
import { type Dense, denseOf, filtersOf, headsOf, pointwise, turned } from './mtcnn-weights.ts';
import { WeightSource } from './weight-source.ts';

/** ONNX Runtime keeps maps in blocks of so many channels, or of a part of it, and pools such only if all blocks are full. */
const blockChannels = 16;

const wholeBlocks = (channels: number): number => blockChannels * Math.ceil(channels / blockChannels);

/** Some output channels, followed by some with the opposite sign and by zeros up to `out`. */
function pickOutputs(
  filters: Filters,
  channels: readonly number[],
  negated: readonly number[],
  out: number,
): Filters {
  const size = filters.weights.length / filters.out;
  const weights = new Float32Array(out * size);
  const bias = new Float32Array(out);
  [...channels, ...negated].forEach((from, to) => {
    const sign = to < channels.length ? 1 : -1;
    for (let i = 0; i < size; i++) weights[to * size + i] = sign * filters.weights[from * size + i]!;
    bias[to] = sign * filters.bias[from]!;
  });
  return { ...filters, out, weights, bias };
}

/** Filters for a map with more channels, which count for nothing. */
function widenInputs(filters: Filters, channels: number): Filters {
  const area = filters.height * filters.width;
  const size = filters.inPerGroup * area;
  const weights = new Float32Array(filters.out * channels * area);
  for (let o = 0; o < filters.out; o++) {
    weights.set(filters.weights.subarray(o * size, (o + 1) * size), o * channels * area);
  }
  return { ...filters, inPerGroup: channels, weights };
}

/** Max-pooling with stride 2 that follows a layer. */
interface Pool {
  readonly sizePx: number;
  readonly padding: Padding;
  /** Before PReLU, which is cheaper where a quarter of it outweighs the filters that it takes more. */
  readonly first?: boolean;
  /** The input has a plane more: see {@link withOutside}. */
  readonly outside?: boolean;
}

/**
 * Builds the layers of one network.
 *
 * PReLU is x + (1 − slope)·relu(−x), which ONNX Runtime works out on maps in blocks of channels, factors and
 * sums as parts of convolutions; for its PRelu and its maximum it would put them into planes and back. A
 * number above 0 comes out to the bit.
 */
export class MtcnnLayers {
  readonly builder: GraphBuilder;
  readonly source: WeightSource;
  /** Channels of the last map: those of the weights, then some that count for nothing. */
  #channels: number | undefined;

  constructor(name: string, weights: NamedWeights, options: BuildOptions) {
    this.builder = new GraphBuilder(name);
    this.source = new WeightSource(name, weights, options.weightsPath);
  }

  /** Convolution, PReLU and perhaps max-pooling. */
  conv(x: Value, filters: Filters, layer: number, pool?: Pool): Value {
    const slopes = this.source.vector(`prelu${layer}/alpha`, filters.out);
    if (pool?.first === true) return this.#pooledFirst(x, filters, slopes, layer, pool);
    this.#channels = filters.out;
    const map = conv(this.builder, x, filters, { name: `conv${layer}` });
    const opposite = this.#opposite(map, filters.out, layer);
    const active = this.#prelu(
      map,
      opposite,
      slopes.map((slope) => 1 - slope),
      layer,
    );
    return pool === undefined ? active : this.#pool(active, pool, `pool${layer}`);
  }

  /**
   * Pooling first gives the same numbers where PReLU rises. Where its slope is negative it is the larger of x
   * and |slope|·(−x), and each of them can be pooled first: −x takes a second, negated filter. With u and v for
   * what is pooled that is u + relu(|slope|·v − u).
   */
  #pooledFirst(x: Value, filters: Filters, slopes: Float32Array, layer: number, pool: Pool): Value {
    const channels = [...slopes.keys()];
    const falling = channels.filter((channel) => slopes[channel]! < 0);
    const out = wholeBlocks(filters.out);
    this.#channels = out;
    // Where the last block has room, negated filters share the map.
    const shares = filters.out + falling.length <= out;
    const pooled = (picked: Filters, name: string): Value => {
      const full = pool.outside ? withOutside(picked) : picked;
      return this.#pool(conv(this.builder, x, full, { name: `conv${name}` }), pool, `pool${name}`);
    };
    const map = pooled(pickOutputs(filters, channels, shares ? falling : [], out), `${layer}`);
    const lift = new Float32Array(out);
    for (const channel of channels) lift[channel] = slopes[channel]! < 0 ? 1 : 1 - slopes[channel]!;
    if (falling.length === 0) return this.#prelu(map, this.#opposite(map, filters.out, layer), lift, layer);

    const width = shares ? out : wholeBlocks(falling.length);
    const mix = new Float32Array(out * width);
    falling.forEach((channel, i) => {
      mix[channel * width + (shares ? filters.out : 0) + i] = -slopes[channel]!;
    });
    if (shares) for (const channel of channels) mix[channel * width + channel] = -1;
    const from = shares ? map : pooled(pickOutputs(filters, [], falling, width), `${layer}/falling`);
    const mixed = this.#mix(from, mix, `mixed${layer}`);
    const below = shares
      ? mixed
      : add(this.builder, mixed, this.#opposite(map, filters.out, layer), `both${layer}`);
    return this.#prelu(map, below, lift, layer);
  }

  /** map + lift·relu(below) */
  #prelu(map: Value, below: Value, lift: Float32Array, layer: number): Value {
    const b = this.builder;
    const lifted = this.#scale(relu(b, below, `below${layer}`), lift, `lifted${layer}`);
    return add(b, lifted, map, `prelu${layer}`);
  }

  /** The channels that count with the opposite sign, and zeros. */
  #opposite(map: Value, channels: number, layer: number): Value {
    const signs = new Float32Array(this.#channels!).fill(-1, 0, channels);
    return this.#scale(map, signs, `opposite${layer}`);
  }

  #scale(map: Value, factors: Float32Array, name: string): Value {
    return mul(this.builder, map, perChannel(this.builder, factors, `${name}/factors`), name);
  }

  /** @param weights [out, channels of `map`] */
  #mix(map: Value, weights: Float32Array, name: string): Value {
    const inPerGroup = map.dims[1] as number;
    const out = weights.length / inPerGroup;
    const filters = { out, inPerGroup, height: 1, width: 1, groups: 1, weights, bias: new Float32Array(out) };
    return conv(this.builder, map, filters, { name });
  }

  #pool(map: Value, { sizePx, padding }: Pool, name: string): Value {
    return maxPool(this.builder, map, sizePx, { stride: 2, padding, name });
  }

  /** The filters of a layer for the map before it. */
  filters(layer: string, sizePx: number, from: number, to: number): Filters {
    return this.#forLastMap(filtersOf(this.source, layer, sizePx, from, to));
  }

  /** A dense layer on the flattened map before it, of `sidePx` × `sidePx` cells. */
  flat(layer: string, sidePx: number, channels: number, to: number): Dense {
    return turned(denseOf(this.source, layer, sidePx * sidePx * channels, to), sidePx, channels);
  }

  /** Heads that look at each cell of the map before them. */
  heads(dense: readonly [Dense, ...Dense[]]): Filters {
    return this.#forLastMap(pointwise(headsOf(dense)));
  }

  #forLastMap(filters: Filters): Filters {
    return this.#channels === undefined ? filters : widenInputs(filters, this.#channels);
  }

  dense(x: Value, { from, to, weights, bias }: Dense, name: string): Value {
    const b = this.builder;
    const matrix = b.constant({ type: 'float32', dims: [from, to], data: weights }, `${name}/weights`);
    const shift = b.constant({ type: 'float32', dims: [to], data: bias }, `${name}/bias`);
    return gemm(b, x, matrix, shift, name);
  }
}

/**
 * Adds an input channel that is 0 where there is picture and 1 where there is none: any window whose
 * last pixel lies outside gets a value below that of every window inside, so no maximum takes it.
 * Exact inside, where it adds 0. Pixels must lie in [−1, 1].
 */
function withOutside(filters: Filters): Filters {
  const area = filters.height * filters.width;
  const inPerGroup = filters.inPerGroup + 1;
  const size = filters.inPerGroup * area;
  const weights = new Float32Array(filters.out * inPerGroup * area);
  for (let o = 0; o < filters.out; o++) {
    const own = filters.weights.subarray(o * size, (o + 1) * size);
    weights.set(own, o * inPerGroup * area);
    const reach = own.reduce((sum, weight) => sum + Math.abs(weight), 0);
    weights[(o + 1) * inPerGroup * area - 1] = -2 * reach - 1;
  }
  return { ...filters, inPerGroup, weights };
}
