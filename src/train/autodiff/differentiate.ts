import {
  add,
  scalar,
  withoutUnused,
  type Graph,
  type GraphBuilder,
  type GraphNode,
  type Value,
} from '../../graph/index.ts';
import { GraphCopy } from './graph-copy.ts';
import { expandLike } from './nodes.ts';
import { matrixDomain } from './matrix-convolution.ts';
import { operations } from './operations.ts';
import { BatchNormalisations, movingAverages } from './batch-normalisations.ts';

export interface DifferentiateOptions {
  /** The float32 constants of the graph that are to be trained, by name; they become inputs. */
  readonly weights: readonly string[];
  /** Float32 inputs of the graph with respect to which the gradient is wanted as well. */
  readonly inputs?: readonly string[];
  /**
   * The outputs that the loss depends on; by default all of float32. The gradient of the loss with respect
   * to each of several numbers is an input, `gradient/<output>`; a single number is the loss itself.
   */
  readonly outputs?: readonly string[];
  /**
   * How many channels ONNX Runtime's fast convolutions take at a time on this machine (`convolutionBlock`
   * of the runtime room): they then serve for trained filters as well, and the graph runs nowhere else.
   * By default 0, a graph of ONNX's own operators.
   */
  readonly channelBlock?: number;
}

/** What the gradient with respect to a value is called. */
export const gradientName = (value: string): string => `gradient/${value}`;

/** What the next state of a running average is called. */
export const nextName = (value: string): string => `next/${value}`;

/**
 * What was given another shape before that, where its sizes are known: as an output of ONNX Runtime the new shape would
 * be a copy.
 */
function unshaped(b: GraphBuilder, value: Value): Value {
  const origin = b.origin(value);
  const before = origin?.op === 'Reshape' ? origin.inputs[0]! : undefined;
  const isKnown = before?.dims.every((size) => typeof size === 'number') === true;
  return isKnown && b.origin(before) !== undefined ? unshaped(b, before) : value;
}

/**
 * Reverse-mode differentiation: a graph that computes what `graph` does and the gradient of a loss with
 * respect to its weights.
 *
 * Inputs: those of `graph`, each weight under its own name, the running averages of batch normalisations
 * with `training_mode`, and `gradient/<output>` for each output of several numbers. Outputs: those of
 * `graph`, `gradient/<weight>` (and `gradient/<input>`) and `next/<running average>`. Weights on which
 * no output depends have a gradient of zeros. The gradient of a weight has its numbers in their order, but may lie
 * in fewer axes.
 *
 * Only the nodes between weights and outputs are walked backwards, so a network whose last block is
 * trained costs little more than running it.
 *
 * @throws VisageError `MODEL_INVALID` for an operator without a known derivative, and unknown names
 */
export function differentiate(graph: Graph, options: DifferentiateOptions): Graph {
  const copy = new GraphCopy(graph, `${graph.name}-gradient`);
  const { b } = copy;
  const { channelBlock = 0 } = options;
  const trained = new Set([...options.weights, ...(options.inputs ?? [])]);
  const states = movingAverages(graph);
  for (const name of new Set([...options.weights, ...states])) {
    const tensor = graph.initializers.get(name) ?? b.fail(`it has no weight ${name}`);
    if (tensor.type !== 'float32') b.fail(`the weight ${name} is not float32 but ${tensor.type}`);
    copy.set(name, b.input(name, tensor.type, tensor.dims));
  }
  for (const name of options.inputs ?? []) {
    if (!graph.inputs.some((input) => input.name === name)) b.fail(`it has no input ${name}`);
  }

  const normalisations = new BatchNormalisations(b, graph, (name) => copy.value(name));

  const shared = new Map<string, Value>();
  const once = (key: string, make: () => Value): Value => {
    const value = shared.get(key) ?? make();
    shared.set(key, value);
    return value;
  };

  // Forward: every node again, remembering which values depend on what is trained.
  const active = new Set(trained);
  const kept = new Map<GraphNode, readonly Value[]>();
  for (const node of graph.nodes) {
    const wants = (input: number): boolean => active.has(node.inputs[input] ?? '');
    const isActive = node.inputs.some((_, input) => wants(input));
    const mustExpand = isActive || normalisations.includes(node) || node.domain === matrixDomain;
    const forward = mustExpand ? operations.get(node.op)?.forward : undefined;
    const [inputs, results] = [copy.inputsOf(node), copy.resultsOf(node)];
    if (normalisations.includes(node)) inputs.splice(3, 2, ...normalisations.scratchOf(node));
    const computed = forward?.({ b, node, channelBlock, inputs, results, once, wants });
    if (computed === undefined) copy.node(node);
    for (const [i, output] of (computed?.outputs ?? []).entries()) copy.set(node.outputs[i]!, output);
    if (computed?.kept !== undefined) kept.set(node, computed.kept);
    if (isActive) for (const output of node.outputs) active.add(output);
  }

  const { next, statistics } = normalisations.finish((node) => kept.get(node)!);
  for (const [node, numbers] of statistics) kept.set(node, numbers);

  // Backward: the gradient of each value is the sum of what its users say.
  const gradients = new Map<string, Value>();
  const give = (name: string, gradient: Value): void => {
    const known = gradients.get(name);
    gradients.set(name, known === undefined ? gradient : add(b, known, gradient));
  };
  const wanted =
    options.outputs ?? graph.outputs.filter(({ type }) => type === 'float32').map(({ name }) => name);
  for (const name of wanted) {
    const output = graph.outputs.find((output) => output.name === name) ?? b.fail(`it has no output ${name}`);
    const isLoss = output.dims.length === 0;
    give(name, isLoss ? scalar(b, 1) : b.input(gradientName(name), output.type, output.dims));
  }
  for (const node of [...graph.nodes].reverse()) {
    const incoming = node.outputs.map((output) => gradients.get(output));
    if (incoming.every((gradient) => gradient === undefined)) continue;
    if (!node.inputs.some((input) => active.has(input))) continue;
    const operation =
      operations.get(node.op) ?? b.fail(`the derivative of ${node.op} (${node.name}) is not known`);
    const outgoing = operation.backward({
      b,
      node,
      channelBlock,
      inputs: copy.inputsOf(node),
      outputs: node.outputs.map((output) => copy.value(output)),
      kept: kept.get(node) ?? [],
      gradients: incoming,
      once,
      wants: (input) => active.has(node.inputs[input] ?? ''),
      integers: (input) => {
        const tensor = graph.initializers.get(node.inputs[input] ?? '');
        return tensor?.type === 'int64' ? Array.from(tensor.data, Number) : undefined;
      },
    });
    for (const [i, gradient] of outgoing.entries()) {
      if (gradient !== undefined && active.has(node.inputs[i]!)) give(node.inputs[i]!, gradient);
    }
  }

  for (const { outputs, inputs } of normalisations.nodes) {
    for (const [i, output] of outputs.slice(1, 3).entries()) copy.set(output, next.get(inputs[3 + i]!)!);
  }
  for (const { name } of graph.outputs) b.output(name, copy.value(name));
  const given = new Set<Value>(graph.outputs.map(({ name }) => copy.value(name)));
  /** By a node of its own where it is an input or another output as well. */
  const output = (name: string, value: Value): void => {
    const isFree = b.origin(value) !== undefined && !given.has(value);
    b.output(name, isFree ? value : b.node('Identity', [value], {}, { type: value.type, dims: value.dims }));
    given.add(value);
  };
  for (const name of trained) {
    const zero = (): Value => expandLike(b, scalar(b, 0), copy.value(name));
    const gradient = gradients.get(name) ?? zero();
    output(gradientName(name), options.weights.includes(name) ? unshaped(b, gradient) : gradient);
  }
  for (const [name, value] of next) output(nextName(name), value);
  return withoutUnused(b.finish());
}
