export { meanColour } from './build-options.ts';
export type { BuildOptions } from './build-options.ts';
export { dlibDimension, dlibInputSizePx, dlibResnet, dlibResnetOptions } from './dlib-resnet.ts';
export type { DlibResnetOptions } from './dlib-resnet.ts';
export { landmarkCount, landmarks68, landmarksInputSizePx } from './landmarks-68.ts';
export { ssdAnchors, ssdMobilenetV1, ssdSizeStepPx } from './ssd-mobilenet-v1.ts';
export { WeightSource } from './weight-source.ts';
