import type { Graph } from '../../graph/index.ts';
import type { Tensor } from '../../kernel/index.ts';
import { extendGraph } from '../autodiff/graph-copy.ts';
import type { TrainerSettings } from '../trainer-options.ts';
import { centresName } from '../arcface-centres.ts';
import { arcFaceLoss, graphContrastiveLoss, graphTripletLoss, unitLength } from './graph-losses.ts';

/** The network with unit embeddings as its only output, `unit`. */
export const unitGraph = (graph: Graph): Graph =>
  extendGraph(graph, `${graph.name}-unit`, (b, value) => b.output('unit', unitLength(b, value('embedding'))));

/**
 * The network with the loss behind it: `loss`, and for pairs and triplets, mined in the graph, `active`. Takes `wanted`
 * float32 [batch, people], one-hot, for arcface, `people` int64 [batch] otherwise.
 * @param centres of arcface, [dimension, people]
 */
export function lossGraph(
  graph: Graph,
  settings: TrainerSettings,
  centres: Tensor<'float32'> | undefined,
): Graph {
  const { loss, margin, softMargin, mining, arcScale, arcMargin } = settings;
  return extendGraph(graph, `${graph.name}-${loss}`, (b, value) => {
    const unit = unitLength(b, value('embedding'));
    const batch = unit.dims[0]!;
    if (centres !== undefined) {
      const wanted = b.input('wanted', 'float32', [batch, centres.dims[1]!]);
      const options = { scale: arcScale, marginRadians: arcMargin };
      b.output('loss', arcFaceLoss(b, unit, b.weight(centres, centresName), wanted, options));
      return;
    }
    const people = b.input('people', 'int64', [batch]);
    const rule = mining === 'batch-all' ? mining : 'batch-hard';
    const result =
      loss === 'contrastive'
        ? graphContrastiveLoss(b, unit, people, settings)
        : graphTripletLoss(b, unit, people, { margin, softMargin, mining: rule });
    b.output('loss', result.loss);
    b.output('active', result.activeShare);
  });
}
