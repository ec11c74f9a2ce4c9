import type { NamedWeights } from '../kernel/index.ts';
import {
  cast,
  clip,
  concat,
  conv,
  denseFilters,
  depthwiseFilters,
  foldBatchNorm,
  foldInput,
  GraphBuilder,
  reshape,
  scalar,
  split,
  sub,
  transpose,
  type Filters,
  type Graph,
  type Padding,
  type Value,
} from '../graph/index.ts';
import type { BuildOptions } from './build-options.ts';
import { WeightSource } from './weight-source.ts';

/** Height and width of the input must be multiples of this, in pixels. */
export const ssdSizeStepPx = 32;

/** Output channels of the thirteen depthwise-separable layers (Howard et al. 2017, MobileNets, table 1). */
const channels = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024] as const;
const stridedLayers: ReadonlySet<number> = new Set([2, 4, 6, 12]);
/** ε of the batch normalisations as face-api.js has it: 0.001 in float32. */
const epsilon = 0.0010000000474974513;

/**
 * TensorFlow's SAME padding of a 3×3 window with stride 2 over an even size: one row below, one column
 * right. Two of them give ⌈size/2⌉ windows for odd sizes as well, and what is added is never looked at
 * for even ones. So a cell always looks at the pixels it was trained on; SAME itself would shift the
 * windows by one cell where a size happens to be odd, which never occurs at 512×512.
 */
const strideTwoPads: Padding = [0, 0, 2, 2];
/** The same where the size is known to be even. */
const evenStrideTwoPads: Padding = [0, 0, 1, 1];

/** The six grids of boxes: pixels per cell, boxes per cell and the channels that they are predicted from. */
const grids = [
  { stridePx: 16, boxes: 3, channels: 512 },
  { stridePx: 32, boxes: 6, channels: 1024 },
  { stridePx: 64, boxes: 6, channels: 512 },
  { stridePx: 128, boxes: 6, channels: 256 },
  { stridePx: 256, boxes: 6, channels: 256 },
  { stridePx: 512, boxes: 6, channels: 128 },
] as const;

/** The layers between the grids: 1×1 to `inner` channels, then 3×3 with stride 2 to `outer`. */
const extraLayers = [
  { from: 1024, inner: 256, outer: 512 },
  { from: 512, inner: 128, outer: 256 },
  { from: 256, inner: 128, outer: 256 },
  { from: 256, inner: 64, outer: 128 },
] as const;

const classCount = 3;
const faceClass = 1;

/**
 * One convolution that predicts, for each box of a cell, its four encodings and the logit of class 1.
 * The published weights predict three classes, of which only the second is used.
 */
function boxFilters(source: WeightSource, grid: number, inChannels: number, boxes: number): Filters {
  const prefix = `Prediction/BoxPredictor_${grid}`;
  const [encodings, classes] = (['BoxEncodingPredictor', 'ClassPredictor'] as const).map((part) => {
    const out = boxes * (part === 'ClassPredictor' ? classCount : 4);
    return denseFilters(
      source.tensor(`${prefix}/${part}/weights`, [1, 1, inChannels, out]),
      source.vector(`${prefix}/${part}/biases`, out),
    );
  }) as [Filters, Filters];
  const rows: [Filters, number][] = [];
  for (let box = 0; box < boxes; box++) {
    for (let coordinate = 0; coordinate < 4; coordinate++) rows.push([encodings, 4 * box + coordinate]);
    rows.push([classes, classCount * box + faceClass]);
  }
  const weights = new Float32Array(rows.length * inChannels);
  rows.forEach(([from, row], i) => {
    weights.set(from.weights.subarray(row * inChannels, (row + 1) * inChannels), i * inChannels);
  });
  const bias = Float32Array.from(rows, ([from, row]) => from.bias[row]!);
  return { ...encodings, out: rows.length, weights, bias };
}

/**
 * SSD on MobileNetV1 (Liu et al. 2016; Howard et al. 2017), the face detector of face-api.js, which was
 * trained on WIDER FACE by yeephycho with TensorFlow's object detection API.
 *
 * Input `image` uint8 [batch, height, width, 3], RGB; height and width are multiples of
 * {@link ssdSizeStepPx}, 512×512 is what it was trained on. Outputs, with one row an anchor in the
 * order of {@link ssdAnchors}:
 * - `encodings` float32 [batch, A, 4]: with an anchor (cy, cx, h, w) the box has its centre at
 *   cy + e₀/10·h, cx + e₁/10·w and the size exp(e₂/5)·h × exp(e₃/5)·w;
 * - `logits` float32 [batch, A]: the score is its sigmoid.
 *
 * @param weights of `ssd_mobilenetv1_model` of face-api.js
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function ssdMobilenetV1(weights: NamedWeights, options: BuildOptions = {}): Graph {
  const name = 'ssd-mobilenet-v1';
  const source = new WeightSource(name, weights, options.weightsPath);
  const b = new GraphBuilder(name);

  const convClip = (x: Value, filters: Filters, stride: number, padding: Padding, name: string): Value =>
    clip(b, conv(b, x, filters, { stride, padding, name }), 0, 6, `${name}/clip`);
  const pointwise = (path: string, kernel: number, from: number, to: number): Filters =>
    denseFilters(
      source.tensor(`${path}/weights`, [kernel, kernel, from, to]),
      source.vector(`${path}/convolution_bn_offset`, to),
    );
  const depthwise = (path: string, size: number): Filters =>
    foldBatchNorm(depthwiseFilters(source.tensor(`${path}/depthwise_weights`, [3, 3, size, 1])), {
      gamma: source.vector(`${path}/BatchNorm/gamma`, size),
      beta: source.vector(`${path}/BatchNorm/beta`, size),
      mean: source.vector(`${path}/BatchNorm/moving_mean`, size),
      variance: source.vector(`${path}/BatchNorm/moving_variance`, size),
      epsilon,
    });

  const image = b.input('image', 'uint8', ['batch', 'height', 'width', 3]);
  // (x − 127.5)/127.5: the division is folded into the first convolution, the subtraction is not, since
  // the rows padded to its input are 0 after it.
  const pixels = cast(b, transpose(b, image, [0, 3, 1, 2], 'planes'), 'float32', 'pixels');
  const centred = sub(b, pixels, scalar(b, 127.5), 'centred');
  const first = foldInput(pointwise('MobilenetV1/Conv2d_0_pointwise', 3, 3, 32), [0, 0, 0], 1 / 127.5);

  const features: Value[] = [];
  let x = convClip(centred, first, 2, evenStrideTwoPads, 'conv0');
  let size = 32;
  for (const [index, out] of channels.entries()) {
    const layer = index + 1;
    const path = `MobilenetV1/Conv2d_${layer}`;
    const strided = stridedLayers.has(layer);
    const padding = strided ? evenStrideTwoPads : 'same';
    x = convClip(x, depthwise(`${path}_depthwise`, size), strided ? 2 : 1, padding, `conv${layer}/depthwise`);
    x = convClip(x, pointwise(`${path}_pointwise`, 1, size, out), 1, 'valid', `conv${layer}/pointwise`);
    size = out;
    if (layer === 11 || layer === 13) features.push(x);
  }
  for (const [index, { from, inner, outer }] of extraLayers.entries()) {
    const [reduce, widen] = [
      `Prediction/Conv2d_${2 * index}_pointwise`,
      `Prediction/Conv2d_${2 * index + 1}_pointwise`,
    ];
    x = convClip(x, pointwise(reduce, 1, from, inner), 1, 'valid', `extra${index}/reduce`);
    x = convClip(x, pointwise(widen, 3, inner, outer), 2, strideTwoPads, `extra${index}/conv`);
    features.push(x);
  }

  const predictions = grids.map(({ boxes, channels }, i) => {
    const cells = conv(b, features[i]!, boxFilters(source, i, channels, boxes), { name: `boxes${i}` });
    const last = transpose(b, cells, [0, 2, 3, 1], `boxes${i}/last`);
    return reshape(b, last, [0, -1, 5], ['batch', `anchors${i}`, 5], `boxes${i}/rows`);
  });
  const [encodings, logits] = split(b, concat(b, predictions, 1, 'rows'), 2, [4, 1], 'parts');
  b.output('encodings', encodings!);
  b.output('logits', reshape(b, logits!, [0, -1], ['batch', logits!.dims[1]!], 'flat'));
  return b.finish();
}

/** Scales of the boxes at 512 px: six from 0.2 to 0.95 (`min_scale`, `max_scale`), and 1 after the last. */
const scales = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1] as const;
const trainedSizePx = 512;

/** Height and width in pixels of the boxes of one grid. */
function boxSizes(grid: number): [number, number][] {
  const scale = scales[grid]!;
  const between = Math.sqrt(scale * scales[grid + 1]!);
  // [scale, width/height]; the lowest grid has fewer (`reduce_boxes_in_lowest_layer`). The 0.3333 is theirs.
  const boxes: readonly (readonly [number, number])[] =
    grid === 0
      ? [
          [0.1, 1],
          [scale, 2],
          [scale, 0.5],
        ]
      : [
          [scale, 1],
          [between, 1],
          [scale, 2],
          [scale, 0.5],
          [scale, 3],
          [scale, 0.3333],
        ];
  return boxes.map(([size, ratio]) => [
    (size / Math.sqrt(ratio)) * trainedSizePx,
    size * Math.sqrt(ratio) * trainedSizePx,
  ]);
}

/**
 * The anchor boxes of {@link ssdMobilenetV1}: [A·4], cy, cx, h, w of each in pixels of the input, grid
 * by grid, row by row. Their sizes are those of the training at 512×512 whatever the input's size, as
 * the network sees the same pixels; at 512×512 there are 5118, equal to the `Output/extra_dim` of the
 * weights. From TensorFlow's object_detection/anchor_generators/multiple_grid_anchor_generator.py
 * (create_ssd_anchors).
 * @param heightPx multiple of {@link ssdSizeStepPx}
 * @param widthPx multiple of {@link ssdSizeStepPx}
 */
export function ssdAnchors(heightPx: number, widthPx: number): Float32Array {
  const anchors: number[] = [];
  for (const [grid, { stridePx }] of grids.entries()) {
    const sizes = boxSizes(grid);
    const [rows, columns] = [Math.ceil(heightPx / stridePx), Math.ceil(widthPx / stridePx)];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (const [height, width] of sizes) {
          anchors.push((row + 0.5) * stridePx, (column + 0.5) * stridePx, height, width);
        }
      }
    }
  }
  return Float32Array.from(anchors);
}
