import type { SingleShotSettings } from '../pack.ts';
import type { DescribedNetwork, PackDescription } from '../record/pack-description.ts';
import { template112 } from './template-112.ts';

/** insightface's licence for all its model packs (model_zoo/README). */
const licence = 'InsightFace model packs: non-commercial research only';

/** insightface, model_zoo/retinaface.py: 640 pixels, threshold 0.5, suppression 0.4. */
const scrfdSettings: SingleShotSettings = {
  network: 'scrfd',
  inputSizePx: 640,
  photoSidePx: 5760,
  minScore: 0.5,
  maxOverlap: 0.4,
};

const scrfd = (sha256: string, names: readonly string[]): DescribedNetwork => ({
  layout: 'nchw',
  preparation: { normalisation: { mean: 127.5, divisor: 128 }, colourOrder: 'rgb' },
  sha256,
  outputs: Object.fromEntries(
    [
      'scores_8',
      'scores_16',
      'scores_32',
      'boxes_8',
      'boxes_16',
      'boxes_32',
      'points_8',
      'points_16',
      'points_32',
    ].map((ours, i) => [ours, names[i]!]),
  ),
});

/** insightface, model_zoo/arcface_onnx.py. */
const preparation = { normalisation: { mean: 127.5, divisor: 127.5 }, colourOrder: 'rgb' } as const;

const arcface = (
  name: string,
  description: string,
  source: string,
  detector: DescribedNetwork,
  embedder: Pick<DescribedNetwork, 'sha256' | 'outputs'>,
): PackDescription => ({
  pack: {
    name,
    description,
    licence,
    source,
    detector: scrfdSettings,
    alignment: { method: 'landmarks', cropSizePx: 112, template: template112 },
    embedder: {
      dimension: 512,
      mirrored: false,
      maxDistance: 1.1,
      maxDistanceSource:
        'uncalibrated: that of deepface for Buffalo_L (config/threshold.py, euclidean_l2), not measured with these crops',
      preparation,
    },
  },
  detector,
  embedder: { layout: 'nchw', preparation, ...embedder },
});

export const arcfaceR50: PackDescription = arcface(
  'arcface-r50',
  'SCRFD-10G detector, ArcFace ResNet-50 recogniser with 512 numbers a face',
  'insightface, buffalo_l: w600k_r50.onnx, det_10g.onnx',
  scrfd('5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91', [
    '448',
    '471',
    '494',
    '451',
    '474',
    '497',
    '454',
    '477',
    '500',
  ]),
  {
    sha256: '4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43',
    outputs: { embedding: '683' },
  },
);

export const arcfaceMobile: PackDescription = arcface(
  'arcface-mbf',
  'SCRFD-500M detector, ArcFace MobileFaceNet recogniser with 512 numbers a face',
  'insightface, buffalo_s: w600k_mbf.onnx, det_500m.onnx',
  scrfd('5e4447f50245bbd7966bd6c0fa52938c61474a04ec7def48753668a9d8b4ea3a', [
    '443',
    '468',
    '493',
    '446',
    '471',
    '496',
    '449',
    '474',
    '499',
  ]),
  { sha256: '9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f' },
);
