export { differentiate, gradientName, nextName } from './autodiff/differentiate.ts';
export type { DifferentiateOptions } from './autodiff/differentiate.ts';
