export { meanColour } from './build-options.ts';
export type { BuildOptions } from './build-options.ts';
export { dlibDimension, dlibInputSizePx, dlibResnet, dlibResnetOptions } from './dlib-resnet.ts';
export type { DlibResnetOptions } from './dlib-resnet.ts';
export { dlibResnetBytes } from './dlib-resnet-bytes.ts';
export type { FaceView } from './face-views.ts';
export {
  inceptionBlocks17,
  inceptionBlocks35,
  inceptionBlocks8,
  inceptionConvolutions,
  inceptionMixed6a,
  inceptionMixed7a,
  inceptionResidualBlocks,
  inceptionStem,
} from './inception-layers.ts';
export type {
  InceptionBlock,
  InceptionBranch,
  InceptionConvolution,
  InceptionModule,
} from './inception-layers.ts';
export {
  inceptionDimension,
  inceptionEpsilon,
  inceptionInputSizePx,
  inceptionResnetV1,
  inceptionResnetV1Options,
} from './inception-resnet-v1.ts';
export type { InceptionPreprocessing, InceptionResnetV1Options } from './inception-resnet-v1.ts';
export { landmarkCount, landmarks68, landmarksInputSizePx } from './landmarks-68.ts';
export {
  mtcnnCellPx,
  mtcnnOutputNet,
  mtcnnOutputSizePx,
  mtcnnProposalNet,
  mtcnnRefineNet,
  mtcnnRefineSizePx,
  mtcnnStridePx,
} from './mtcnn.ts';
export {
  initialSmallFaceNet,
  smallFaceNet,
  smallFaceNetDimension,
  smallFaceNetShapes,
  smallFaceNetSizePx,
} from './small-face-net.ts';
export { ssdAnchors, ssdMobilenetV1, ssdSizeStepPx } from './ssd-mobilenet-v1.ts';
export { ssdMobilenetV1Bytes } from './ssd-mobilenet-v1-bytes.ts';
export { WeightSource } from './weight-source.ts';
