import { visageError } from '../../kernel/index.ts';
import { TorchTensor } from './tensor.ts';

/** Keys under which training scripts keep the weights beside other things, in order of preference. */
const wrappers = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'weights', 'params'];

/** What `DataParallel` and `torch.compile` put before every name. */
const prefixes = ['module.', '_orig_mod.'];

/** Deeper dicts hold no weights of a network. */
const maxDepth = 16;

/** All tensors in dicts of dicts by their path, joined by dots. Each dict is visited once. */
function tensorsIn(content: ReadonlyMap<unknown, unknown>): Map<string, TorchTensor> {
  const found = new Map<string, TorchTensor>();
  const visited = new Set<unknown>();
  const visit = (dict: ReadonlyMap<unknown, unknown>, path: string, depth: number): void => {
    if (visited.has(dict) || depth > maxDepth) return;
    visited.add(dict);
    for (const [key, value] of dict) {
      if (typeof key !== 'string') continue;
      if (value instanceof TorchTensor) found.set(path + key, value);
      else if (value instanceof Map) visit(value, `${path}${key}.`, depth + 1);
    }
  };
  visit(content, '', 0);
  return found;
}

/** Takes away what every name starts with. */
function withoutPrefixes(tensors: Map<string, TorchTensor>): Map<string, TorchTensor> {
  const names = [...tensors.keys()];
  const prefix = prefixes.find((candidate) => names.every((name) => name.startsWith(candidate)));
  if (prefix === undefined || names.length === 0) return tensors;
  return withoutPrefixes(new Map([...tensors].map(([name, value]) => [name.slice(prefix.length), value])));
}

/**
 * The weights in what was saved: a `state_dict`, alone or wrapped in the dict of a training script, or
 * dicts of several; names of inner dicts are joined by dots.
 * @throws VisageError `WEIGHTS_UNSUPPORTED` where there are none
 */
export function stateDict(content: unknown, path: string): ReadonlyMap<string, TorchTensor> {
  let tensors = new Map<string, TorchTensor>();
  for (let inner = content, depth = 0; inner instanceof Map && depth < maxDepth; depth++) {
    const dict: ReadonlyMap<unknown, unknown> = inner;
    const wrapped = wrappers
      .map((key) => dict.get(key))
      .find((value) => value instanceof Map && value.size > 0);
    if (wrapped === undefined) {
      tensors = withoutPrefixes(tensorsIn(dict));
      break;
    }
    inner = wrapped;
  }
  if (tensors.size > 0) return tensors;
  throw visageError('WEIGHTS_UNSUPPORTED', {
    path,
    reason: 'what was saved holds no tensors by name',
    advice: 'Save the weights of the network: torch.save(model.state_dict(), FILE).',
  });
}
