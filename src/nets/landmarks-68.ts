import type { NamedWeights } from '../kernel/index.ts';
import {
  add,
  averagePool,
  cast,
  conv,
  denseFilters,
  depthwiseFilters,
  flatten,
  foldInput,
  gemm,
  GraphBuilder,
  perChannel,
  relu,
  sub,
  transpose,
  type Graph,
  type Value,
} from '../graph/index.ts';
import { meanColour, type BuildOptions } from './build-options.ts';
import { WeightSource } from './weight-source.ts';

/** Side of the square input, in pixels. */
export const landmarksInputSizePx = 112;
export const landmarkCount = 68;

/** Output channels of the four dense blocks. */
const blockChannels = [32, 64, 128, 256] as const;

/**
 * The 68-point landmark network of face-api.js: four blocks of depthwise-separable convolutions, each
 * layer fed with the sum of all before it.
 *
 * Input `image` uint8 [batch, 112, 112, 3], RGB: the face box cut out, padded with black to a square,
 * the face in the middle. Output `landmarks` float32 [batch, 136]: x₀, y₀, x₁, … as fractions of the
 * square's side. Pixels of the unpadded crop, scaled so that its longer side is 112, are
 * value·112 − padding, where padding is half the difference of the two sides, on the shorter axis only.
 * The points are those of iBUG 300-W: 0–16 jaw, 17–26 brows, 27–35 nose, 36–41 and 42–47 eyes, 48–67 mouth.
 *
 * @param weights of `face_landmark_68_model` of face-api.js
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function landmarks68(weights: NamedWeights, options: BuildOptions = {}): Graph {
  const name = 'landmarks-68';
  const source = new WeightSource(name, weights, options.weightsPath);
  const b = new GraphBuilder(name);

  const separable = (x: Value, path: string, from: number, to: number, stride: number): Value => {
    const depthwise = depthwiseFilters(source.tensor(`${path}/depthwise_filter`, [3, 3, from, 1]));
    const pointwise = denseFilters(
      source.tensor(`${path}/pointwise_filter`, [1, 1, from, to]),
      source.vector(`${path}/bias`, to),
    );
    const filtered = conv(b, x, depthwise, { stride, padding: 'same', name: `${path}/depthwise` });
    return conv(b, filtered, pointwise, { name: `${path}/pointwise` });
  };
  const image = b.input('image', 'uint8', ['batch', landmarksInputSizePx, landmarksInputSizePx, 3]);
  // (x − mean)/255: the division is folded into the first convolution, the subtraction is not, since the
  // row and column padded to its input are 0 after it.
  const pixels = cast(b, transpose(b, image, [0, 3, 1, 2], 'planes'), 'float32', 'pixels');
  let x = sub(b, pixels, perChannel(b, meanColour, 'mean'), 'centred');
  let size = 3;
  for (const [block, out] of blockChannels.entries()) {
    const path = (layer: number): string => `dense${block}/conv${layer}`;
    const first =
      block === 0
        ? conv(
            b,
            x,
            foldInput(
              denseFilters(
                source.tensor(`${path(0)}/filters`, [3, 3, size, out]),
                source.vector(`${path(0)}/bias`, out),
              ),
              [0, 0, 0],
              1 / 255,
            ),
            { stride: 2, padding: 'same', name: path(0) },
          )
        : separable(x, path(0), size, out, 2);
    let sum = relu(b, first, `${path(0)}/relu`);
    let last = sum;
    for (let layer = 1; layer <= 3; layer++) {
      sum = add(b, separable(last, path(layer), out, out, 1), sum, `${path(layer)}/sum`);
      last = relu(b, sum, `${path(layer)}/relu`);
    }
    x = last;
    size = out;
  }
  const pooled = flatten(b, averagePool(b, x, 7, { name: 'pool' }), 'features');
  const matrix = b.constant(source.tensor('fc/weights', [size, 2 * landmarkCount]), 'fc/weights');
  const bias = b.constant(source.tensor('fc/bias', [2 * landmarkCount]), 'fc/bias');
  b.output('landmarks', gemm(b, pooled, matrix, bias, 'fc'));
  return b.finish();
}
