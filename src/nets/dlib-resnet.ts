import { checkOptions, type NamedWeights, type OptionSchema } from '../kernel/index.ts';
import {
  add,
  averagePool,
  cast,
  conv,
  denseFilters,
  flatten,
  foldInput,
  foldOutput,
  globalAveragePool,
  GraphBuilder,
  matMul,
  maxPool,
  pad,
  relu,
  transpose,
  widenFilters,
  type Filters,
  type Graph,
  type Value,
} from '../graph/index.ts';
import { meanColour, type BuildOptions } from './build-options.ts';
import { faceViews, type FaceView, meanOverViews } from './face-views.ts';
import { WeightSource } from './weight-source.ts';

/** Side of the square input, in pixels. */
export const dlibInputSizePx = 150;
export const dlibDimension = 128;

export const dlibResnetOptions = {
  pixelScale: {
    type: 'number',
    default: 256,
    exclusiveMin: 0,
    description: 'Pixels are divided by this: 256 in dlib, 255 in newer builds of face-api.js.',
  },
} as const satisfies OptionSchema;

export interface DlibResnetOptions extends BuildOptions {
  readonly pixelScale?: number;
  /** What the network looks at of each face; the embedding is the mean. Absent: the face as it is, once. */
  readonly views?: readonly FaceView[];
}

const plainView: FaceView = { mirrored: false, zoom: 1 };

/** The residual layers in order; `down` halves the picture. */
const layers = [
  { name: 'conv32_1', from: 32, to: 32, down: false },
  { name: 'conv32_2', from: 32, to: 32, down: false },
  { name: 'conv32_3', from: 32, to: 32, down: false },
  { name: 'conv64_down', from: 32, to: 64, down: true },
  { name: 'conv64_1', from: 64, to: 64, down: false },
  { name: 'conv64_2', from: 64, to: 64, down: false },
  { name: 'conv64_3', from: 64, to: 64, down: false },
  { name: 'conv128_down', from: 64, to: 128, down: true },
  { name: 'conv128_1', from: 128, to: 128, down: false },
  { name: 'conv128_2', from: 128, to: 128, down: false },
  { name: 'conv256_down', from: 128, to: 256, down: true },
  { name: 'conv256_1', from: 256, to: 256, down: false },
  { name: 'conv256_2', from: 256, to: 256, down: false },
  { name: 'conv256_down_out', from: 256, to: 256, down: true },
] as const;

/**
 * dlib's face recognition network, a ResNet of 29 convolutions trained with a metric loss
 * (dlib_face_recognition_resnet_model_v1 of Davis King, in the public domain; 99.38 % on LFW).
 *
 * Input `image` uint8 [batch, 150, 150, 3], RGB, an aligned face. Output `embedding` float32
 * [batch, 128], not of unit length; dlib takes two faces closer than 0.6 for one person.
 *
 * @param weights of `face_recognition_model` of face-api.js
 * @throws VisageError `WEIGHTS_INVALID`, `OPTION_INVALID`
 */
export function dlibResnet(weights: NamedWeights, options: DlibResnetOptions = {}): Graph {
  const name = 'dlib-resnet';
  const { views = [plainView] } = options;
  const { pixelScale } = checkOptions(name, dlibResnetOptions, {
    ...(options.pixelScale !== undefined && { pixelScale: options.pixelScale }),
  });
  const source = new WeightSource(name, weights, options.weightsPath);
  const b = new GraphBuilder(name);

  /** A convolution and the scaling after it (dlib's `affine` layer), as one. */
  const filters = (path: string, kernel: number, from: number, to: number): Filters =>
    foldOutput(
      denseFilters(
        source.tensor(`${path}/conv/filters`, [kernel, kernel, from, to]),
        source.vector(`${path}/conv/bias`, to),
      ),
      source.vector(`${path}/scale/weights`, to),
      source.vector(`${path}/scale/biases`, to),
    );

  const image = b.input('image', 'uint8', ['batch', dlibInputSizePx, dlibInputSizePx, 3]);
  const pixels = cast(b, transpose(b, image, [0, 3, 1, 2], 'planes'), 'float32', 'pixels');
  const seen = faceViews(b, pixels, views);
  // No padding here, so the whole normalisation goes into the weights.
  const first = foldInput(filters('conv32_down', 7, 3, 32), meanColour, 1 / pixelScale);
  let x = relu(b, conv(b, seen, first, { stride: 2, name: 'conv32_down' }), 'conv32_down/relu');
  x = maxPool(b, x, 3, { stride: 2, name: 'pool' });
  for (const { name, from, to, down } of layers) x = residual(b, x, name, from, to, down, filters);

  const perView = flatten(b, globalAveragePool(b, x, 'mean'), 'features');
  // What follows is linear, so the mean of the features gives that of the embeddings.
  const features =
    views.length === 1 ? perView : meanOverViews(b, perView, views.length, 'batch', 'features/mean');
  const matrix = b.constant(source.tensor('fc', [256, dlibDimension]), 'fc');
  b.output('embedding', matMul(b, features, matrix, 'product'));
  return b.finish();
}

/**
 * Two convolutions beside a shortcut. Where the layer halves the picture, the shortcut is the mean of
 * 2×2 pixels, and whichever side is smaller is filled up with zeros: channels of the shortcut, a last
 * row and column of the convolved side (dlib's `add_prev` adds tensors of unequal sizes so).
 */
function residual(
  b: GraphBuilder,
  x: Value,
  name: string,
  from: number,
  to: number,
  down: boolean,
  filters: (path: string, kernel: number, from: number, to: number) => Filters,
): Value {
  const [first, second] = [`${name}/conv1`, `${name}/conv2`];
  const padding = down ? 'valid' : 'same';
  const stride = down ? 2 : 1;
  const inner = relu(
    b,
    conv(b, x, filters(first, 3, from, to), { stride, padding, name: first }),
    `${first}/relu`,
  );
  let convolved = conv(b, inner, filters(second, 3, to, to), { padding: 'same', name: second });
  let shortcut = x;
  if (down) {
    shortcut = averagePool(b, x, 2, { stride: 2, name: `${name}/shortcut` });
    // A convolution instead of a Pad: it costs little and keeps ONNX Runtime in its blocked layout.
    if (to > from) shortcut = conv(b, shortcut, widenFilters(from, to), { name: `${name}/channels` });
    const missing = Number(shortcut.dims[2]) - Number(convolved.dims[2]);
    if (missing > 0) convolved = pad(b, convolved, [0, 0, 0, 0], [0, 0, missing, missing], `${name}/border`);
  }
  return relu(b, add(b, convolved, shortcut, `${name}/sum`), `${name}/relu`);
}
