export { errorTable } from './error-table.ts';
export type { ErrorCode, ErrorEntry } from './error-table.ts';
export { toVisageError, VisageError, visageError } from './errors.ts';
export type { ErrorSlots } from './errors.ts';
export {
  boxArea,
  clipBox,
  intersectionOverUnion,
  invertSimilarity,
  overlapArea,
  transformPoint,
} from './geometry.ts';
export type { Box, Point, Similarity } from './geometry.ts';
export { mapInOrder } from './in-order.ts';
export { inTurns } from './in-turns.ts';
export { JsonNode, JsonProblem } from './json-node.ts';
export { allowedValues, checkOptions } from './options.ts';
export type { BooleanOption, ChoiceOption, NumberOption, OptionSchema, OptionsOf } from './options.ts';
export type { ProgressEvent, ProgressListener } from './progress.ts';
export { Random } from './random.ts';
export { symmetricEigen } from './symmetric-eigen.ts';
export type { EigenPair } from './symmetric-eigen.ts';
export type { NamedWeights, Tensor, TensorArrays, TensorType } from './tensor.ts';
export { compareCodePoints } from './text-order.ts';
export { distance, dot, isFiniteVector, mean, norm, squaredDistance, unit } from './vector.ts';
export type { Vector } from './vector.ts';
export * as wasm from './webassembly.ts';
