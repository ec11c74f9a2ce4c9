import {
  concat,
  conv,
  flatten,
  gemm,
  GraphBuilder,
  maxPool,
  max,
  min,
  mul,
  perChannel,
  prelu,
  split,
  type Filters,
  type Graph,
  type Padding,
  type Value,
} from '../graph/index.ts';
import type { NamedWeights } from '../kernel/index.ts';
import type { BuildOptions } from './build-options.ts';
import { WeightSource } from './weight-source.ts';

/**
 * The three networks of MTCNN (Zhang, Zhang, Li, Qiao 2016, "Joint face detection and alignment using
 * multi-task cascaded convolutional networks") with the weights of davidsandberg/facenet, src/align,
 * det1.npy to det3.npy, by whose names they are asked for: `conv1/weights`, `conv1/biases`,
 * `prelu1/alpha` and so on.
 *
 * These weights come from MATLAB, which has x and y the other way round: the first axis of a kernel is
 * the image's x, and maps are flattened with x outermost. Both are turned here once, so the networks
 * take pictures as they are.
 *
 * A network's heads are one convolution or product each. The first of its outputs is the logit of
 * "face", whose sigmoid is the second value of the published softmax over two.
 */

/** One cell of P-Net looks at so many pixels a side, */
export const mtcnnCellPx = 12;
/** and the next one begins so many pixels further on. */
export const mtcnnStridePx = 2;
/** Sides of the crops that R-Net and O-Net take, in pixels. */
export const mtcnnRefineSizePx = 24;
export const mtcnnOutputSizePx = 48;

/** Kernels [x, y, in, out] as a convolution over [batch, channels, y, x]. */
function filtersOf(source: WeightSource, layer: string, sizePx: number, from: number, to: number): Filters {
  const { data } = source.tensor(`${layer}/weights`, [sizePx, sizePx, from, to]);
  const weights = new Float32Array(data.length);
  for (let at = 0, o = 0; o < to; o++) {
    for (let i = 0; i < from; i++) {
      for (let y = 0; y < sizePx; y++) {
        for (let x = 0; x < sizePx; x++) weights[at++] = data[((x * sizePx + y) * from + i) * to + o]!;
      }
    }
  }
  const bias = source.vector(`${layer}/biases`, to);
  return { out: to, inPerGroup: from, height: sizePx, width: sizePx, groups: 1, weights, bias };
}

/** Weights [in, out] of a layer and its biases. */
interface Dense {
  readonly from: number;
  readonly to: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

function denseOf(source: WeightSource, layer: string, from: number, to: number): Dense {
  const weights = source.tensor(`${layer}/weights`, [from, to]).data;
  return { from, to, weights, bias: source.vector(`${layer}/biases`, to) };
}

/**
 * The dense layer that takes a map flattened as (x, y, channel), for one flattened as (channel, y, x)
 * whose channels come in the given order.
 */
function turned({ from, to, weights, bias }: Dense, sidePx: number, order: readonly number[]): Dense {
  const rows = new Float32Array(weights.length);
  let row = 0;
  for (const channel of order) {
    for (let y = 0; y < sidePx; y++) {
      for (let x = 0; x < sidePx; x++, row++) {
        const source = ((x * sidePx + y) * order.length + channel) * to;
        rows.set(weights.subarray(source, source + to), row * to);
      }
    }
  }
  return { from, to, weights: rows, bias };
}

/** The difference of the two classes, then the other heads, as one layer. */
function headsOf([classes, ...others]: readonly [Dense, ...Dense[]]): Dense {
  const { from } = classes;
  const to = 1 + others.reduce((sum, head) => sum + head.to, 0);
  const weights = new Float32Array(from * to);
  for (let i = 0; i < from; i++) {
    weights[i * to] = classes.weights[2 * i + 1]! - classes.weights[2 * i]!;
    let at = i * to + 1;
    for (const head of others) {
      weights.set(head.weights.subarray(i * head.to, (i + 1) * head.to), at);
      at += head.to;
    }
  }
  const bias = Float32Array.from([
    classes.bias[1]! - classes.bias[0]!,
    ...others.flatMap((head) => [...head.bias]),
  ]);
  return { from, to, weights, bias };
}

/** A dense layer as a 1×1 convolution. */
function pointwise({ from, to, weights, bias }: Dense): Filters {
  const turnedWeights = new Float32Array(weights.length);
  for (let i = 0; i < from; i++)
    for (let o = 0; o < to; o++) turnedWeights[o * from + i] = weights[i * to + o]!;
  return { out: to, inPerGroup: from, height: 1, width: 1, groups: 1, weights: turnedWeights, bias };
}

/** ONNX Runtime keeps maps in blocks of so many channels, and pools such only if all blocks are full. */
const blockChannels = 16;

/** Output channels in another order, followed by some with the opposite sign and by zeros up to `out`. */
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

/** Filters for a map whose channels come in another order. */
function pickInputs(filters: Filters, channels: readonly number[]): Filters {
  const area = filters.height * filters.width;
  const weights = new Float32Array(filters.weights.length);
  for (let o = 0; o < filters.out; o++) {
    channels.forEach((from, to) => {
      const source = (o * filters.inPerGroup + from) * area;
      weights.set(filters.weights.subarray(source, source + area), (o * filters.inPerGroup + to) * area);
    });
  }
  return { ...filters, weights };
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

/** Builds the layers of one network. */
class Layers {
  readonly builder: GraphBuilder;
  readonly source: WeightSource;
  /** Which channel of the weights each channel of the last map is. */
  #order: readonly number[] | undefined;

  constructor(name: string, weights: NamedWeights, options: BuildOptions) {
    this.builder = new GraphBuilder(name);
    this.source = new WeightSource(name, weights, options.weightsPath);
  }

  /**
   * Convolution, PReLU and perhaps max-pooling.
   *
   * PReLU is the larger of x and slope·x, or the smaller where the slope is above 1: ONNX Runtime works
   * these out ten times faster than its PRelu, to the same bits. Pooling first gives the same numbers
   * where PReLU rises. Where its slope is negative it is the larger of x and |slope|·(−x), and each of
   * them can be pooled first: −x takes a second, negated filter.
   */
  conv(x: Value, filters: Filters, layer: number, pool?: Pool): Value {
    const b = this.builder;
    const slopes = this.source.vector(`prelu${layer}/alpha`, filters.out);
    const poolFirst = pool?.first === true;
    const channelsWhere = (test: (slope: number) => boolean): number[] =>
      [...slopes.keys()].filter((channel) => test(slopes[channel]!));
    const falling = channelsWhere((slope) => poolFirst && slope < 0);
    const gentle = channelsWhere((slope) => slope <= 1 && !(poolFirst && slope < 0));
    const steep = channelsWhere((slope) => !(slope <= 1));
    const order = [...gentle, ...steep, ...falling];
    this.#order = order;

    const pooled = (map: Value): Value =>
      pool === undefined
        ? map
        : maxPool(b, map, pool.sizePx, { stride: 2, padding: pool.padding, name: `pool${layer}` });
    const slopesOf = (channels: readonly number[], name: string): Value =>
      perChannel(
        b,
        channels.map((channel) => (poolFirst ? Math.abs(slopes[channel]!) : slopes[channel]!)),
        `${name}${layer}/slopes`,
      );

    const used = order.length + falling.length;
    const out = poolFirst ? blockChannels * Math.ceil(used / blockChannels) : used;
    const picked = pickOutputs(filters, order, falling, out);
    let map = conv(b, x, pool?.outside ? withOutside(picked) : picked, { name: `conv${layer}` });
    if (poolFirst) map = pooled(map);
    const sizes = [gentle.length, steep.length, falling.length, falling.length, out - used];
    const parts =
      sizes.filter(Boolean).length === 1 ? [map] : split(b, map, 1, sizes.filter(Boolean), `parts${layer}`);
    const active: Value[] = [];
    if (gentle.length > 0) {
      const part = parts.shift()!;
      active.push(max(b, part, mul(b, part, slopesOf(gentle, 'gentle'), `lower${layer}`), `prelu${layer}`));
    }
    if (steep.length > 0) {
      const part = parts.shift()!;
      active.push(min(b, part, mul(b, part, slopesOf(steep, 'steep'), `upper${layer}`), `prelu${layer}`));
    }
    if (falling.length > 0) {
      const [part, opposite] = parts as [Value, Value];
      active.push(
        max(b, part, mul(b, opposite, slopesOf(falling, 'falling'), `fall${layer}`), `prelu${layer}`),
      );
    }
    map = active.length === 1 ? active[0]! : concat(b, active, 1, `joined${layer}`);
    return poolFirst ? map : pooled(map);
  }

  /** The filters of a layer for the map before it. */
  filters(layer: string, sizePx: number, from: number, to: number): Filters {
    return this.#forLastMap(filtersOf(this.source, layer, sizePx, from, to));
  }

  /** A dense layer on the flattened map before it, of `sidePx` × `sidePx` cells. */
  flat(layer: string, sidePx: number, channels: number, to: number): Dense {
    const dense = denseOf(this.source, layer, sidePx * sidePx * channels, to);
    return turned(dense, sidePx, this.#order ?? [...Array(channels).keys()]);
  }

  /** Heads that look at each cell of the map before them. */
  heads(dense: readonly [Dense, ...Dense[]]): Filters {
    return this.#forLastMap(pointwise(headsOf(dense)));
  }

  #forLastMap(filters: Filters): Filters {
    return this.#order === undefined ? filters : pickInputs(filters, this.#order);
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

/**
 * P-Net, which proposes faces of 12 pixels all over a picture.
 *
 * Input `image` float32 [batch, 4, height, width]: red, green and blue as (value − 127.5)/128, and a
 * plane that is 0 in the picture and 1 outside. Several pictures can so share one input, each starting
 * at an even row and column: what surrounds a picture of odd size counts as the end of the input does
 * for one alone. Output `cells` float32 [batch, 5, rows, columns] with one cell every
 * {@link mtcnnStridePx} pixels, ⌈(size − 2)/2⌉ − 4 of them: logit, then how far the left, upper, right
 * and lower side of the face lie from those of the cell, in sides of the cell.
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function mtcnnProposalNet(weights: NamedWeights, options: BuildOptions = {}): Graph {
  const net = new Layers('mtcnn-pnet', weights, options);
  const b = net.builder;
  const image = b.input('image', 'float32', ['batch', 4, 'height', 'width']);
  const first = net.filters('conv1', 3, 3, 10);
  let x = net.conv(image, first, 1, { sizePx: 2, padding: 'same', first: true, outside: true });
  x = net.conv(x, net.filters('conv2', 3, 10, 16), 2);
  x = net.conv(x, net.filters('conv3', 3, 16, 32), 3);
  const heads = net.heads([mapHead(net.source, 'conv4-1', 2), mapHead(net.source, 'conv4-2', 4)]);
  b.output('cells', conv(b, x, heads, { name: 'heads' }));
  return b.finish();
}

function mapHead(source: WeightSource, layer: string, to: number): Dense {
  const weights = source.tensor(`${layer}/weights`, [1, 1, 32, to]).data;
  return { from: 32, to, weights, bias: source.vector(`${layer}/biases`, to) };
}

/**
 * R-Net, which judges proposals.
 *
 * Input `faces` float32 [batch, 3, 24, 24]: red, green, blue as (value − 127.5)/128. Output `judgements`
 * float32 [batch, 5]: logit, then how far the left, upper, right and lower side of the face lie from
 * those of the crop, in sides of the crop.
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function mtcnnRefineNet(weights: NamedWeights, options: BuildOptions = {}): Graph {
  const net = new Layers('mtcnn-rnet', weights, options);
  const b = net.builder;
  const size = mtcnnRefineSizePx;
  const faces = b.input('faces', 'float32', ['batch', 3, size, size]);
  let x = net.conv(faces, net.filters('conv1', 3, 3, 28), 1, { sizePx: 3, padding: 'same', first: true });
  x = net.conv(x, net.filters('conv2', 3, 28, 48), 2, { sizePx: 3, padding: 'valid' });
  x = flatten(b, net.conv(x, net.filters('conv3', 2, 48, 64), 3), 'flat');
  x = net.dense(x, net.flat('conv4', 3, 64, 128), 'dense');
  x = prelu(b, x, net.source.vector('prelu4/alpha', 128), 'prelu4');
  const heads = headsOf([denseOf(net.source, 'conv5-1', 128, 2), denseOf(net.source, 'conv5-2', 128, 4)]);
  b.output('judgements', net.dense(x, heads, 'heads'));
  return b.finish();
}

/**
 * O-Net, which has the last word and finds the landmarks.
 *
 * Input `faces` float32 [batch, 3, 48, 48]: red, green, blue as (value − 127.5)/128. Output `judgements`
 * float32 [batch, 15]: logit and the four sides as {@link mtcnnRefineNet} gives them, then five x and
 * five y as shares of the crop's sides: image-left eye, image-right eye, nose, image-left and image-right
 * mouth corner.
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function mtcnnOutputNet(weights: NamedWeights, options: BuildOptions = {}): Graph {
  const net = new Layers('mtcnn-onet', weights, options);
  const b = net.builder;
  const size = mtcnnOutputSizePx;
  const faces = b.input('faces', 'float32', ['batch', 3, size, size]);
  let x = net.conv(faces, net.filters('conv1', 3, 3, 32), 1, { sizePx: 3, padding: 'same', first: true });
  x = net.conv(x, net.filters('conv2', 3, 32, 64), 2, { sizePx: 3, padding: 'valid' });
  x = net.conv(x, net.filters('conv3', 3, 64, 64), 3, { sizePx: 2, padding: 'same' });
  x = flatten(b, net.conv(x, net.filters('conv4', 2, 64, 128), 4), 'flat');
  x = net.dense(x, net.flat('conv5', 3, 128, 256), 'dense');
  x = prelu(b, x, net.source.vector('prelu5/alpha', 256), 'prelu5');
  const heads = headsOf([
    denseOf(net.source, 'conv6-1', 256, 2),
    denseOf(net.source, 'conv6-2', 256, 4),
    denseOf(net.source, 'conv6-3', 256, 10),
  ]);
  b.output('judgements', net.dense(x, heads, 'heads'));
  return b.finish();
}
