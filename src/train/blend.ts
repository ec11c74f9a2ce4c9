import type { Graph } from '../graph/index.ts';
import { visageError, type Tensor } from '../kernel/index.ts';
import { weightsOf, withWeights } from './gradient-session.ts';

/**
 * A network between two of the same build: each trained weight goes from `before` towards `after` by `share`.
 * Half-way a fine-tuned network often keeps most of what it learnt and forgets much less of what it knew
 * (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
 * @param share 0: `before`; 1: `after`
 * @throws VisageError `MODEL_INVALID` where a weight is missing or of another shape
 */
export function blendGraphs(before: Graph, after: Graph, weights: readonly string[], share: number): Graph {
  const [from, to] = [weightsOf(before, weights), weightsOf(after, weights)];
  const blended = new Map<string, Tensor<'float32'>>();
  for (const [name, { type, dims, data }] of from) {
    const target = to.get(name)!;
    if (target.dims.join() !== dims.join()) {
      const reason = `${name} is [${dims.join(', ')}] in one and [${target.dims.join(', ')}] in the other`;
      throw visageError('MODEL_INVALID', { network: before.name, reason });
    }
    blended.set(name, {
      type,
      dims,
      data: data.map((value, i) => value + share * (target.data[i]! - value)),
    });
  }
  return withWeights(before, blended);
}
