import type { Graph } from '../../graph/index.ts';
import type { Tensor } from '../../kernel/index.ts';
import { extendGraph } from '../autodiff/graph-copy.ts';
import type { TrainerSettings } from '../trainer-options.ts';
import { centresName } from '../arcface-centres.ts';
import { arcFaceLoss, graphTripletLoss, unitLength } from './graph-losses.ts';

/** The network with unit embeddings as its only output, `unit`. */
export const unitGraph = (graph: Graph): Graph =>
  extendGraph(graph, `${graph.name}-unit`, (b, value) => b.output('unit', unitLength(b, value('embedding'))));

/**
 * The network with the loss behind it: `loss`, and for triplets, mined in the graph, `active`. Takes `wanted`
 * float32 [batch, people], one-hot, for arcface, `people` int64 [batch] for triplets.
 * @param centres of arcface, [dimension, people]
 */
export function lossGraph(
  graph: Graph,
  { loss, margin, softMargin, mining, arcScale, arcMargin }: TrainerSettings,
  centres: Tensor<'float32'> | undefined,
): Graph {
  return extendGraph(graph, `${graph.name}-${loss}`, (b, value) => {
    const unit = unitLength(b, value('embedding'));
    const batch = unit.dims[0]!;
    if (centres !== undefined) {
      const wanted = b.input('wanted', 'float32', [batch, centres.dims[1]!]);
      const options = { scale: arcScale, marginRadians: arcMargin };
      b.output('loss', arcFaceLoss(b, unit, b.weight(centres, centresName), wanted, options));
      return;
    }
    const options = { margin, softMargin, mining: mining === 'batch-all' ? mining : 'batch-hard' } as const;
    const result = graphTripletLoss(b, unit, b.input('people', 'int64', [batch]), options);
    b.output('loss', result.loss);
    b.output('active', result.activeShare);
  });
}
