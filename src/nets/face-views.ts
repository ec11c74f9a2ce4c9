import { concat, type GraphBuilder, matMul, reduceMean, reshape, type Value } from '../graph/index.ts';

/** A look at an aligned face: its crop enlarged about the middle, the other way round where `mirrored`. */
export interface FaceView {
  readonly mirrored: boolean;
  /** From 1: what of the crop lies within 1/zoom of its middle fills the view. */
  readonly zoom: number;
}

/**
 * The views of square pictures, all of the first view, then all of the second, and so on, along the first axis.
 * Enlarging is two products with matrices of bilinear weights, so views are part of the network: nobody has to
 * cut a face out more than once.
 * @param pictures [batch, channels, size, size]
 */
export function faceViews(b: GraphBuilder, pictures: Value, views: readonly FaceView[]): Value {
  const size = pictures.dims[2];
  if (typeof size !== 'number' || pictures.dims[3] !== size || views.length === 0) {
    b.fail(`${views.length} views of [${pictures.dims.join(', ')}]`);
  }
  const matrix = (name: string, weights: Float32Array): Value =>
    b.constant({ type: 'float32', dims: [size, size], data: weights }, name);
  const enlarged = new Map<number, Value>([[1, pictures]]);
  const rowsOf = (zoom: number): Value => {
    const known = enlarged.get(zoom);
    if (known !== undefined) return known;
    const rows = matrix(`views/rows/${zoom}`, zoomWeights(size, zoom));
    const made = matMul(b, rows, pictures, `views/${zoom}`);
    enlarged.set(zoom, made);
    return made;
  };
  const seen = views.map(({ mirrored, zoom }) => {
    if (!mirrored && zoom === 1) return pictures;
    const name = `${zoom}${mirrored ? '/mirrored' : ''}`;
    const columns = matrix(`views/columns/${name}`, transposed(zoomWeights(size, zoom), size, mirrored));
    return matMul(b, rowsOf(zoom), columns, `views/${name}/whole`);
  });
  if (seen.length === 1) return seen[0]!;
  return concat(b, seen, 0, 'views');
}

/**
 * The mean of what the views of each picture gave.
 * @param numbers [views·batch, columns], in the order of {@link faceViews}
 * @param batch what the first axis was before there were views
 */
export function meanOverViews(
  b: GraphBuilder,
  numbers: Value,
  views: number,
  batch: Value['dims'][number],
  name: string,
): Value {
  const columns = Number(numbers.dims[1]);
  const byView = reshape(b, numbers, [views, -1, columns], [views, batch, columns], `${name}/by-view`);
  return reduceMean(b, byView, [0], false, name);
}

/**
 * Row i: with what weights the pixels of a line make pixel i of the line enlarged about its middle (bilinear,
 * pixels by their middles). [size, size]
 */
function zoomWeights(size: number, zoom: number): Float32Array {
  const weights = new Float32Array(size * size);
  const middle = (size - 1) / 2;
  for (let i = 0; i < size; i++) {
    const at = (i - middle) / zoom + middle;
    const first = Math.min(Math.floor(at), size - 2);
    weights[i * size + first] = 1 - (at - first);
    weights[i * size + first + 1] = at - first;
  }
  return weights;
}

/** Rows as columns, in the opposite order where `mirrored`. */
function transposed(matrix: Float32Array, size: number, mirrored: boolean): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let i = 0; i < size; i++) {
    const column = mirrored ? size - 1 - i : i;
    for (let k = 0; k < size; k++) out[k * size + column] = matrix[i * size + k]!;
  }
  return out;
}
