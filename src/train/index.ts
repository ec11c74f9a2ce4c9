export { differentiate, gradientName, nextName } from './autodiff/differentiate.ts';
export type { DifferentiateOptions } from './autodiff/differentiate.ts';
export { extendGraph } from './autodiff/graph-copy.ts';
export { runningMomentum, withBatchStatistics } from './batch-statistics.ts';
