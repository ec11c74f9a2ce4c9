export { float, int, ints, text } from './attributes.ts';
export { GraphBuilder } from './builder.ts';
export type { NodeResult } from './builder.ts';
export {
  denseFilters,
  depthwiseFilters,
  foldBatchNorm,
  foldInput,
  foldOutput,
  widenFilters,
} from './filters.ts';
export type { BatchNorm, Filters } from './filters.ts';
export { opsetVersion, toModel } from './graph.ts';
export type { Dim, Graph, GraphNode, Value } from './graph.ts';
export * from './operators.ts';
export { resolvePads, samePadding, windowCount } from './padding.ts';
export type { Padding, Pads } from './padding.ts';
export { withoutUnused } from './unused.ts';
export { quantizeConvolutions } from './quantize.ts';
export type { QuantizeOptions, ValueRange } from './quantize.ts';
export type { FilterBytes } from './quantized-filters.ts';
