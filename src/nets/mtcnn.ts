import { conv, flatten, type Graph, prelu } from '../graph/index.ts';
import type { NamedWeights } from '../kernel/index.ts';
import type { BuildOptions } from './build-options.ts';
import { MtcnnLayers } from './mtcnn-layers.ts';
import { type Dense, denseOf, headsOf } from './mtcnn-weights.ts';
import type { WeightSource } from './weight-source.ts';

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
  const net = new MtcnnLayers('mtcnn-pnet', weights, options);
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
  const net = new MtcnnLayers('mtcnn-rnet', weights, options);
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
  const net = new MtcnnLayers('mtcnn-onet', weights, options);
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
