import {
  adaptiveAxis,
  adaptiveStretches,
  areaAxis,
  areaStretches,
  averageToSizes,
  type AxisTaps,
  type FloatRaster,
  type Raster,
  shrinkToSizes,
  type Stretches,
} from '../../image/index.ts';
import type { MtcnnRules } from '../../packs/index.ts';
import { clippedBoxes, wholeBoxes } from './boxes.ts';
import { type Means, WholeMeans } from './means.ts';
import type { PictureScale } from './scales.ts';
import { PlainStretchSums, SharedMeans } from './shared-means.ts';
import { SimdMeans } from './simd-means.ts';
import { SimdStretchSums } from './simd-stretch-sums.ts';

/** Where the published forms of MTCNN differ. */
export interface CascadeRules {
  /** Length in pixels of a side of the picture at a scale. */
  readonly lengthAt: (length: number, scale: number) => number;
  /** The picture at every scale, as P-Net sees it. */
  readonly levels: (raster: Raster, scales: readonly PictureScale[]) => readonly (Raster | FloatRaster)[];
  /** The stretches of the picture under the pixels of a smaller one along an axis, */
  readonly stretches: (sourceLength: number, targetLength: number) => Stretches;
  /** what these become, */
  readonly openMeans: () => Means;
  /** and whether a larger one is made of such too. */
  readonly enlargesByMeans: boolean;
  /** How a crop is resized along an axis; `shrinks` says whether it keeps or loses length on both. */
  readonly axis: (sourceLength: number, targetLength: number, shrinks: boolean) => AxisTaps;
  /** Where a pixel at a scale lies in the picture, as a whole number. */
  readonly pixelAt: (position: number, scale: number) => number;
  /** Score of a logit. */
  readonly score: (logit: number) => number;
  /** Whether a cell that fires alone at its scale gets the shifts of the mirrored column. */
  readonly mirrorsLoneCell: boolean;
  /** Whether boxes hold the pixel of their last side where P-Net's and R-Net's are compared. */
  readonly lastPixel: 0 | 1;
  /** Which of equal scores counts as the better one there. */
  readonly ofEquals: 'last' | 'first';
  /** What becomes of the squares that R-Net or O-Net is to judge. */
  readonly judged: (squares: Float64Array) => Float64Array;
  /** The pixels that are cut out for them. */
  readonly windows: (judged: Float64Array, width: number, height: number) => Float64Array;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The second of a softmax over two in steps of float32. */
const softmax32 = (logit: number): number => Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-logit))));

const same = (boxes: Float64Array): Float64Array => boxes;

export const cascadeRules: Readonly<Record<MtcnnRules, CascadeRules>> = {
  // src/align/detect_face.py: sizes rounded up, OpenCV's INTER_AREA, black around the picture.
  davidsandberg: {
    lengthAt: (length, scale) => Math.ceil(length * scale),
    levels: shrinkToSizes,
    stretches: areaStretches,
    openMeans: () => new SharedMeans(SimdStretchSums.create() ?? new PlainStretchSums()),
    enlargesByMeans: false,
    axis: areaAxis,
    pixelAt: (position, scale) => Math.trunc(position / scale),
    score: sigmoid,
    mirrorsLoneCell: true,
    lastPixel: 1,
    ofEquals: 'last',
    judged: wholeBoxes,
    windows: same,
  },
  // models/utils/detect_face.py: PyTorch's area interpolation, torchvision's suppression; what the
  // networks judge keeps its fractions, what is cut out ends with the picture. It reckons with float32,
  // whose few numbers just below 1 make many scores equal.
  'facenet-pytorch': {
    lengthAt: (length, scale) => Math.trunc(length * scale + 1),
    levels: averageToSizes,
    stretches: adaptiveStretches,
    openMeans: () => SimdMeans.create() ?? new WholeMeans(),
    enlargesByMeans: true,
    axis: adaptiveAxis,
    pixelAt: (position, scale) => Math.floor(Math.fround(position / Math.fround(scale))),
    score: softmax32,
    mirrorsLoneCell: false,
    lastPixel: 0,
    ofEquals: 'first',
    judged: same,
    windows: (judged, width, height) => clippedBoxes(wholeBoxes(judged), width, height),
  },
};
