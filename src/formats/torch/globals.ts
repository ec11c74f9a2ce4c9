import { PickleFault, type PickleGlobal } from '../pickle/index.ts';
import { TorchTensor, type TorchType } from './tensor.ts';

/** A storage class of PyTorch: mentioned beside a storage, never called. */
export class TorchStorageType implements PickleGlobal {
  readonly name: string;
  readonly type: TorchType;

  constructor(name: string, type: TorchType) {
    this.name = name;
    this.type = type;
  }
}

const storageTypes: Readonly<Record<string, TorchType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

const isPair = (item: unknown): item is [unknown, unknown] => Array.isArray(item) && item.length === 2;

/** `OrderedDict(items)`; Python 2 gives the items right away. */
function orderedDict([items = []]: readonly unknown[]): Map<unknown, unknown> {
  if (!Array.isArray(items) || !items.every(isPair)) throw new PickleFault('an OrderedDict has no items');
  return new Map(items);
}

function plainSet([items = []]: readonly unknown[]): Set<unknown> {
  if (!Array.isArray(items)) throw new PickleFault('a set has no items');
  return new Set(items);
}

/** `_rebuild_parameter(data, requires_grad, hooks)`. */
function parameter([data]: readonly unknown[]): TorchTensor {
  if (!(data instanceof TorchTensor)) throw new PickleFault('a parameter is no tensor');
  return data;
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata)`, `_rebuild_tensor` its start. */
const tensor = ([storage, offset, dims, strides]: readonly unknown[]): TorchTensor =>
  new TorchTensor(storage, offset, dims, strides);

const size = ([dims = []]: readonly unknown[]): unknown => dims;

const functions: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  'torch._utils._rebuild_tensor_v2': tensor,
  'torch._utils._rebuild_tensor': tensor,
  'torch._utils._rebuild_parameter': parameter,
  'torch.Size': size,
  'collections.OrderedDict': orderedDict,
  'builtins.set': plainSet,
  'builtins.frozenset': plainSet,
  '__builtin__.set': plainSet,
  '__builtin__.frozenset': plainSet,
};

/** All that a checkpoint may name: tensors, storages and plain containers (PyTorch, torch/_utils.py). */
export const torchGlobals: ReadonlyMap<string, PickleGlobal> = new Map<string, PickleGlobal>([
  ...Object.entries(functions).map(([name, call]) => [name, { name, call }] as const),
  ...Object.entries(storageTypes).flatMap(([short, type]) => {
    // A tensor on a graphics card has a storage class of its own in PyTorch before 0.4.
    return ['torch', 'torch.cuda'].map((module) => {
      const name = `${module}.${short}`;
      return [name, new TorchStorageType(name, type)] as const;
    });
  }),
]);
