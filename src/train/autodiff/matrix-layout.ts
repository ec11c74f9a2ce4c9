import { concat, float, transpose, type Graph, type GraphNode, type Value } from '../../graph/index.ts';
import { GraphCopy } from './graph-copy.ts';
import { matrixDomain, matrixOf, positionsOf, windowAttributes } from './matrix-convolution.ts';
import { reshapeTo } from './nodes.ts';
import { intAttribute } from './operation.ts';
import { windowsOf } from './windows.ts';

/**
 * Pictures with at most this many pixels are worked on as matrices. Measured with two threads, batch 12, a step of
 * Inception-ResNet-v1 without its update, by the clock: with 64, 300 and 1,500 pixels 62.4, 61.6 and 61.7 ms a face.
 */
const matrixPixels = 300;

/** Those with more than this are convolved so pixel by pixel alone. Likewise, 64 and 300 pixels: 60.5 and 62.8 ms. */
const gatheredPixels = 64;

/** What works on each number by itself, wherever it lies. */
const elementwise = new Set([
  'Relu',
  'Sigmoid',
  'Softplus',
  'Tanh',
  'Exp',
  'Log',
  'Sqrt',
  'Add',
  'Sub',
  'Mul',
  'Div',
]);

/** The sizes of a small picture, [channels, height, width]. */
function smallPicture(dims: Value['dims']): readonly [number, number, number] | undefined {
  const [, ...sizes] = dims;
  if (sizes.length !== 3 || sizes.some((size) => typeof size === 'string')) return undefined;
  const [channels, height, width] = sizes as [number, number, number];
  return height * width <= matrixPixels ? [channels, height, width] : undefined;
}

/** Of a node on matrices; the old name is for what it gives as pictures, which may be an output. */
const nameOf = (node: GraphNode): string => `${node.name}/matrix`;

/** A graph that is being copied, in which small pictures may lie as matrices. */
class MatrixCopy extends GraphCopy {
  readonly #graph: Graph;
  readonly #trained: ReadonlySet<string>;
  readonly #matrices = new Map<string, Value>();

  constructor(graph: Graph, trained: Iterable<string>) {
    super(graph, graph.name);
    this.#graph = graph;
    this.#trained = new Set(trained);
  }

  #dims(name: string): Value['dims'] {
    return this.#graph.values.get(name)!.dims;
  }

  /** [channels, pixels·batch]. */
  #matrix(name: string): Value {
    const known = this.#matrices.get(name);
    if (known !== undefined) return known;
    const matrix = matrixOf(this.b, this.value(name));
    this.#matrices.set(name, matrix);
    return matrix;
  }

  /** [batch, channels, height, width], wherever it lay until now. */
  override value(name: string): Value {
    const matrix = this.#matrices.get(name);
    if (matrix === undefined || this.has(name)) return super.value(name);
    const [channels, height, width] = smallPicture(this.#dims(name))!;
    const rows = reshapeTo(this.b, matrix, [channels, height * width, 'batch']);
    const pictures = transpose(this.b, rows, [2, 0, 1]);
    return this.set(name, reshapeTo(this.b, pictures, this.#dims(name)));
  }

  /** Nodes that have been computed along with one before them. */
  readonly #done = new Set<GraphNode>();

  /** The only use of a value inside the graph; `undefined` where there are several, or it is an output. */
  #onlyUse(name: string): GraphNode | undefined {
    const users = this.#graph.nodes.filter(({ inputs }) => inputs.includes(name));
    const isOutput = this.#graph.outputs.some((output) => output.name === name);
    return users.length === 1 && !isOutput ? users[0] : undefined;
  }

  /** A constant number that all of a value is multiplied with, as in the residual blocks of Inception, and nothing else. */
  #scaleOf(name: string): { readonly alpha: number; readonly node: GraphNode } | undefined {
    const node = this.#onlyUse(name);
    if (node?.op !== 'Mul') return undefined;
    const factor = node.inputs.find((input) => input !== name)!;
    const tensor = this.#graph.initializers.get(factor);
    const isNumber = tensor?.type === 'float32' && tensor.dims.length === 0 && !this.#trained.has(factor);
    return isNumber ? { alpha: tensor.data[0]!, node } : undefined;
  }

  #isMatrix = (name: string): boolean => this.#matrices.has(name);

  /** Computes a node on matrices, where that is possible and worth while. */
  #asMatrix(node: GraphNode): boolean {
    if (node.op === 'Conv') return this.#isSmallConvolution(node) && this.#convolve(node);
    if (!node.inputs.some(this.#isMatrix)) return false;
    if (node.op === 'BatchNormalization') return this.#normalise(node);
    if (node.op === 'Concat') return intAttribute(node, 'axis', 0) === 1 && this.#join(node);
    return elementwise.has(node.op) && this.#change(node);
  }

  #give(
    output: string,
    op: string,
    inputs: readonly Value[],
    node: GraphNode,
    attributes = node.attributes,
  ): true {
    const [channels, height, width] = smallPicture(this.#dims(output))!;
    const result = { type: 'float32', dims: [channels, positionsOf(height * width)] } as const;
    const domain = op === node.op ? node.domain : matrixDomain;
    this.#matrices.set(output, this.b.nodes(op, inputs, attributes, [result], nameOf(node), domain)[0]!);
    return true;
  }

  /** Number by number: with numbers of as many pixels, or with one for all. */
  #change(node: GraphNode): boolean {
    const whole = String(this.#dims(node.outputs[0]!));
    const isSingle = (name: string): boolean => this.#dims(name).length === 0;
    if (!node.inputs.every((name) => isSingle(name) || String(this.#dims(name)) === whole)) return false;
    const inputs = node.inputs.map((name) => (isSingle(name) ? this.value(name) : this.#matrix(name)));
    return this.#give(node.outputs[0]!, node.op, inputs, node);
  }

  #join(node: GraphNode): true {
    const parts = node.inputs.map((name) => this.#matrix(name));
    this.#matrices.set(node.outputs[0]!, concat(this.b, parts, 0, nameOf(node)));
    return true;
  }

  #isSmallConvolution(node: GraphNode): boolean {
    const [, , height, width] = this.#dims(node.inputs[1]!) as [number, number, number, number];
    const most = height * width === 1 ? matrixPixels : gatheredPixels;
    return (
      intAttribute(node, 'group', 1) === 1 &&
      [node.inputs[0]!, node.outputs[0]!].every((name) => {
        const picture = smallPicture(this.#dims(name));
        return picture !== undefined && picture[1] * picture[2] <= most;
      })
    );
  }

  #convolve(node: GraphNode): true {
    const [x, weights, bias] = node.inputs as [string, string, string | undefined];
    const shapes = (names: readonly string[]): Value[] => names.map((name) => this.#graph.values.get(name)!);
    const windows = windowsOf(
      { b: this.b, node, inputs: shapes([x]), outputs: shapes(node.outputs) },
      this.#dims(weights).slice(2) as [number, number],
    );
    const inputs = [this.#matrix(x), this.value(weights)];
    if (bias !== undefined && !this.#isNothing(bias)) inputs.push(this.value(bias));
    const scale = this.#scaleOf(node.outputs[0]!);
    if (scale !== undefined) this.#done.add(scale.node);
    const attributes = { ...windowAttributes(windows), alpha: float(scale?.alpha ?? 1) };
    return this.#give((scale?.node ?? node).outputs[0]!, 'MatrixConv', inputs, node, attributes);
  }

  /** A bias of zeros that stays as it is. */
  #isNothing(name: string): boolean {
    const data = this.#graph.initializers.get(name)?.data as Float32Array | undefined;
    return data !== undefined && !this.#trained.has(name) && data.every((value) => value === 0);
  }

  /** As one picture, whose pixels are those of all pictures. */
  #normalise(node: GraphNode): true {
    const [x, ...rest] = node.inputs as [string, ...string[]];
    const [channels, height, width] = smallPicture(this.#dims(x))!;
    const positions = positionsOf(height * width);
    const whole = reshapeTo(this.b, this.#matrix(x), [1, channels, positions]);
    const results = [{ type: 'float32', dims: whole.dims } as const, ...this.resultsOf(node).slice(1)];
    const inputs = [whole, ...rest.map((name) => this.value(name))];
    const [y, ...states] = this.b.nodes(node.op, inputs, node.attributes, results, nameOf(node));
    this.#matrices.set(node.outputs[0]!, reshapeTo(this.b, y!, [channels, positions]));
    for (const [i, state] of states.entries()) this.set(node.outputs[i + 1]!, state);
    return true;
  }

  override node(node: GraphNode): void {
    if (!this.#done.has(node) && !this.#asMatrix(node)) super.node(node);
  }
}

/**
 * The graph with small pictures as matrices [channels, pixels·batch]: there a convolution is one product for the whole
 * batch, and its three products in a step need no other layout. Its nodes `MatrixConv` are for `differentiate` alone.
 * @param trained weights that will change
 */
export function withMatrices(graph: Graph, trained: Iterable<string>): Graph {
  const copy = new MatrixCopy(graph, trained);
  for (const node of graph.nodes) copy.node(node);
  for (const { name } of graph.outputs) copy.b.output(name, copy.value(name));
  return copy.b.finish();
}
