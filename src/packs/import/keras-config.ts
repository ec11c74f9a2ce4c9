import { visageError, type VisageError } from '../../kernel/index.ts';

/** One layer of a Keras model as `model_config` describes it. */
export interface KerasLayer {
  readonly name: string;
  /** `Conv2D`, `Lambda`. */
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers it takes its inputs from. */
  readonly inputs: readonly string[];
}

/** A model with one input and one output, its layers in an order in which they can be computed. */
export interface KerasModel {
  /** What errors call the file. */
  readonly path: string;
  readonly layers: readonly KerasLayer[];
  readonly input: string;
  readonly output: string;
}

const advice =
  'Visage reads FaceNet (Inception-ResNet-v1). For another network, convert it to ONNX and describe it as a pack.';

/** The error for a Keras model that is well formed but holds what Visage cannot translate. */
export const unsupportedModel = (path: string, reason: string): VisageError =>
  visageError('WEIGHTS_UNSUPPORTED', { path, reason, advice });

/** The largest published model has 447 layers. */
const maxLayers = 5000;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the JSON of a functional Keras model, of Keras 2 (`inbound_nodes` as lists of
 * `[layer, node, tensor, arguments]`) or 3 (as tensors with a `keras_history`).
 * @throws VisageError `FORMAT_INVALID`, `WEIGHTS_UNSUPPORTED`
 */
export function parseKerasModel(text: string, path: string): KerasModel {
  const fail = (reason: string): never => {
    throw visageError('FORMAT_INVALID', { path, format: 'Keras', reason });
  };
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch {
    fail('its model_config is not JSON');
  }
  if (!isObject(model)) return fail('its model_config is no object');
  const kind = String(model['class_name']);
  if (kind !== 'Model' && kind !== 'Functional') {
    throw unsupportedModel(path, `it is a Keras model of class ${kind}, not a functional one`);
  }
  const config = model['config'];
  if (!isObject(config) || !Array.isArray(config['layers'])) return fail('its model_config lists no layers');
  const entries: unknown[] = config['layers'];
  if (entries.length > maxLayers) fail(`its model_config lists ${entries.length} layers`);
  const layers = new Map<string, KerasLayer>();
  for (const entry of entries) {
    const layer = parseLayer(entry, path) ?? fail('a layer in its model_config has no name, class or config');
    if (layers.has(layer.name)) fail(`two layers are called ${layer.name}`);
    layers.set(layer.name, layer);
  }
  const end = (list: 'input_layers' | 'output_layers'): string => {
    const names = layerNames(config[list]);
    if (names.length !== 1) throw unsupportedModel(path, `its ${list} are ${names.length}, not one`);
    return layers.has(names[0]!) ? names[0]! : fail(`its ${list} name ${names[0]}, which is no layer`);
  };
  return {
    path,
    layers: inOrder(layers, fail),
    input: end('input_layers'),
    output: end('output_layers'),
  };
}

function parseLayer(entry: unknown, path: string): KerasLayer | undefined {
  if (!isObject(entry) || typeof entry['class_name'] !== 'string' || !isObject(entry['config']))
    return undefined;
  const name = entry['name'] ?? entry['config']['name'];
  const nodes = entry['inbound_nodes'];
  if (typeof name !== 'string' || !Array.isArray(nodes)) return undefined;
  if (nodes.length > 1) throw unsupportedModel(path, `its layer ${name} is used ${nodes.length} times`);
  return { name, kind: entry['class_name'], config: entry['config'], inputs: layerNames(nodes[0]) };
}

/** The layers that are named anywhere in a reference to tensors, in order. */
function layerNames(reference: unknown): string[] {
  const names: string[] = [];
  const waiting = [reference];
  // Not by recursion: hostile JSON can be nested deeper than the stack.
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      if (typeof value[0] === 'string' && typeof value[1] === 'number') names.push(value[0]);
      else for (let i = value.length - 1; i >= 0; i--) waiting.push(value[i]);
    } else if (isObject(value)) {
      if (value['keras_history'] !== undefined) waiting.push(value['keras_history']);
      else if (value['args'] !== undefined) waiting.push(value['args']);
      else if (value['config'] !== undefined) waiting.push(value['config']);
    }
  }
  return names;
}

/** Sorts so that every layer follows its inputs (Kahn). The order in the file counts for nothing. */
function inOrder(layers: ReadonlyMap<string, KerasLayer>, fail: (reason: string) => never): KerasLayer[] {
  const waitingFor = new Map<string, number>();
  const followers = new Map<string, KerasLayer[]>();
  const ready: KerasLayer[] = [];
  for (const layer of layers.values()) {
    waitingFor.set(layer.name, layer.inputs.length);
    if (layer.inputs.length === 0) ready.push(layer);
    for (const input of layer.inputs) {
      if (!layers.has(input)) fail(`the layer ${layer.name} takes its input from ${input}, which is missing`);
      const known = followers.get(input);
      if (known === undefined) followers.set(input, [layer]);
      else known.push(layer);
    }
  }
  for (const { name } of ready) {
    for (const follower of followers.get(name) ?? []) {
      const left = waitingFor.get(follower.name)! - 1;
      waitingFor.set(follower.name, left);
      if (left === 0) ready.push(follower);
    }
  }
  if (ready.length < layers.size) {
    const stuck = [...layers.keys()].find((name) => waitingFor.get(name)! > 0);
    fail(`the layer ${stuck} depends on itself`);
  }
  return ready;
}
