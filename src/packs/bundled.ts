import type { Point } from '../kernel/index.ts';
import {
  dlibDimension,
  dlibInputSizePx,
  dlibResnet,
  dlibResnetBytes,
  type FaceView,
  landmarks68,
  ssdMobilenetV1,
  ssdMobilenetV1Bytes,
} from '../nets/index.ts';
import type { FilterBytes } from '../graph/index.ts';
import type { NetworkDefinition, PackDefinition } from './definition.ts';

/** Border around the face as a share of its size, as dlib crops for its recogniser (`get_face_chip_details(shape, 150, 0.25)`). */
const padding = 0.25;

/** A point of dlib's mean face, which spans about 0 to 1, in pixels of the padded crop. */
const inCrop = (x: number, y: number): Point => ({
  x: ((x + padding) / (1 + 2 * padding)) * dlibInputSizePx,
  y: ((y + padding) / (1 + 2 * padding)) * dlibInputSizePx,
});

/**
 * Five points of dlib's mean face (dlib/image_transforms/interpolation.h, `mean_face_shape_x` and `_y`
 * for points 17 to 67 of the 68): the means of 36–41 and of 42–47, 30, 48 and 54. dlib fits them with
 * the crop's outer corner at 0, so no half pixel is added.
 */
const template = [
  inCrop(0.22549183, 0.21599033),
  inCrop(0.754761333, 0.21599033),
  inCrop(0.490127, 0.515625),
  inCrop(0.254149, 0.780233),
  inCrop(0.726104, 0.780233),
] as const;

const ssdWeights = {
  manifest: 'model/ssd_mobilenetv1_model-weights_manifest.json',
  manifestSha256: '888f744dffbc84f5f060d1f8427d9742341943a2dfaaf9205d10029b7e7a2955',
  weightsSha256: '2835640602d53718aa6ae9a42896327eaa21beefed056c218d32ca7d79e1e2f8',
} as const;

const detectorBytes = (filters: FilterBytes): NetworkDefinition => ({
  name: `ssd-mobilenet-v1-${filters}`,
  ...ssdWeights,
  build: (weights, options) => ssdMobilenetV1Bytes(weights, { ...options, filters }),
});

/**
 * What the recogniser looks at of each face. One look at a face is noisy; more of them bring the photos of a
 * person together. Chosen on the people of LFW with 2 to 4 images, see bench/RESULTS.md.
 */
const views: readonly FaceView[] = [
  { mirrored: false, zoom: 1 },
  { mirrored: true, zoom: 1 },
  { mirrored: false, zoom: 1.06 },
  { mirrored: true, zoom: 1.06 },
  { mirrored: true, zoom: 1.1 },
];

const resnetWeights = {
  manifest: 'model/face_recognition_model-weights_manifest.json',
  manifestSha256: 'cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b',
  weightsSha256: 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589',
} as const;

const embedderBytes = (filters: FilterBytes): NetworkDefinition => ({
  name: `dlib-resnet-${filters}`,
  ...resnetWeights,
  build: (weights, options) => dlibResnetBytes(weights, { ...options, views, filters }),
});

/** The pack that works with nothing but the npm packages installed. */
export const bundled: PackDefinition = {
  pack: {
    name: 'bundled',
    description: 'SSD MobileNetV1 detector, 68 landmarks, dlib ResNet recogniser with 128 numbers a face',
    licence: 'MIT (detector and landmarks, face-api.js), CC0-1.0 (recogniser, dlib-models)',
    source: '@vladmandic/face-api 1.7.15 from npm, folder model/',
    detector: {
      network: 'ssd-mobilenet-v1',
      // The network misses large faces: of 500 LFW images it finds 432 seen at 512 px, 498 at 256 px,
      // 500 with all three. Boxes below 15 px are mostly no faces (two of two in dlib's example
      // photos), so large photos are also seen larger: nothing over 90 px in the photo is too small.
      // Three quarters of the work and more are in the finest look, which bytes halve; it finds the same
      // faces. The coarser looks place the large ones, and stay exact.
      looks: [
        { longSidePx: 2048, leastFacePx: 15, leastPhotoPx: 6000, arithmetic: 'bytes' },
        { longSidePx: 1024, leastFacePx: 15, leastPhotoPx: 3000, arithmetic: 'bytes' },
        { longSidePx: 512, leastFacePx: 15, arithmetic: 'bytes' },
        { longSidePx: 256, leastFacePx: 32 },
        { longSidePx: 128, leastFacePx: 40 },
      ],
      // A crop is about as wide as 1.7 boxes, so a box of 90 px fills it: one of 16 px at 1024 px.
      photoSidePx: 5760,
      // At 0.5 one of the 138 faces of the reference data set is lost; 0.4 finds it and, in the same
      // photos and dlib's examples, adds one box that is no face.
      minScore: 0.4,
      maxOverlap: 0.45,
    },
    alignment: { method: 'landmarks', cropSizePx: dlibInputSizePx, template },
    embedder: {
      dimension: dlibDimension,
      mirrored: false,
      // Five pictures a crop.
      maxBatch: 4,
      maxDistance: 0.42,
      maxDistanceSource:
        'measured by Visage on LFW, 6,000 pairs: 99.3 % of the pairs of one person lie within it, and 0.8 % of those of two',
    },
  },
  package: '@vladmandic/face-api',
  networks: {
    detector: { name: 'ssd-mobilenet-v1', ...ssdWeights, build: ssdMobilenetV1 },
    detectorBytes: { int8: detectorBytes('int8'), uint8: detectorBytes('uint8') },
    landmarks: {
      name: 'landmarks-68',
      manifest: 'model/face_landmark_68_model-weights_manifest.json',
      manifestSha256: 'ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9',
      weightsSha256: '4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b',
      build: landmarks68,
    },
    embedder: {
      name: 'dlib-resnet',
      ...resnetWeights,
      build: (weights, options) => dlibResnet(weights, { ...options, views }),
    },
    embedderBytes: { int8: embedderBytes('int8'), uint8: embedderBytes('uint8') },
  },
};
