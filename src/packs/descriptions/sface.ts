import type { PackDescription } from '../record/pack-description.ts';
import { template112 } from './template-112.ts';

/** OpenCV's pair: raw values 0–255 in both networks, RGB for SFace and BGR for YuNet (opencv/opencv_zoo, OpenCV face_detect.cpp and face_recognize.cpp). */
export const sface: PackDescription = {
  pack: {
    name: 'sface',
    description: 'YuNet detector, SFace recogniser with 128 numbers a face',
    licence: 'Apache-2.0 (SFace), MIT (YuNet)',
    source: 'opencv/opencv_zoo: face_recognition_sface_2021dec.onnx, face_detection_yunet_2023mar.onnx',
    // Its paper; one of the sets, MS-Celeb-1M, was withdrawn.
    trainedOn: 'sets that include MS-Celeb-1M',
    detector: {
      network: 'yunet',
      // ONNX Runtime insists on the size that the file declares (opencv/opencv_zoo#44).
      inputSizePx: 640,
      photoSidePx: 5760,
      // FaceDetectorYN takes 0.6 to 0.9; the lowest, as faces are chosen among afterwards.
      minScore: 0.6,
      maxOverlap: 0.3,
    },
    alignment: { method: 'landmarks', cropSizePx: 112, template: template112 },
    embedder: {
      dimension: 128,
      mirrored: false,
      maxDistance: 1.128,
      maxDistanceSource:
        'uncalibrated: the L2 threshold that opencv/opencv_zoo publishes for SFace, called too lax in its issue 54, not measured with these crops',
      preparation: { normalisation: { mean: 0, divisor: 1 }, colourOrder: 'rgb' },
    },
  },
  detector: {
    layout: 'nchw',
    preparation: { normalisation: { mean: 0, divisor: 1 }, colourOrder: 'bgr' },
    sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
  },
  embedder: {
    layout: 'nchw',
    preparation: { normalisation: { mean: 0, divisor: 1 }, colourOrder: 'rgb' },
    sha256: '0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79',
  },
};
