import type { ResizeFilter } from '../image/index.ts';
import type { Point } from '../kernel/index.ts';
import type { ModelFile } from '../runtime/index.ts';

/**
 * A pack: everything that belongs together so that numbers mean something. Plain data; it is
 * recorded by name in every artefact that holds its embeddings.
 */
export interface Pack {
  readonly name: string;
  readonly description: string;
  /** SPDX expression or plain words, weights included. */
  readonly licence: string;
  /** Where the weights come from. */
  readonly source: string;
  /** What the embedder was trained on; absent where nobody says. */
  readonly trainedOn?: string;
  /** Absent: photos are turned upright by their EXIF orientation, and of several faces the main one counts. */
  readonly selection?: SelectionSettings;
  readonly detector: DetectorSettings;
  readonly alignment: AlignmentSettings;
  readonly embedder: EmbedderSettings;
}

/** How faces are found; `network` says by what. */
export type DetectorSettings = SsdSettings | MtcnnSettings | SingleShotSettings;

/** How a photo is taken, and which of its faces counts where there is to be one. */
export interface SelectionSettings {
  /** Whether photos are turned by their EXIF orientation. */
  readonly upright: boolean;
  /** Whether colours are converted by the photo's profile (`srgb`, also where this is absent) or taken as `stored`. */
  readonly colours?: 'srgb' | 'stored';
  /** `main`: the large central one; `first`: the one that the detector is surest of. */
  readonly face: 'main' | 'first';
}

export interface SsdSettings {
  readonly network: 'ssd-mobilenet-v1';
  /** How the photo is looked at, finest first: each look sees it at another size. */
  readonly looks: readonly Look[];
  /**
   * Long side beyond which a photo gains nothing: the smallest face that the finest look can see
   * fills the crop already. Larger photos may be shrunk while they are decoded.
   */
  readonly photoSidePx: number;
  /** Least score of a face, in [0, 1]. */
  readonly minScore: number;
  /** Boxes that overlap more than this are one face (intersection over union). */
  readonly maxOverlap: number;
}

/** YuNet and SCRFD: one network that gives boxes and five landmarks for a picture of fixed size. */
export interface SingleShotSettings {
  readonly network: 'yunet' | 'scrfd';
  /** Side of the square that photos are fitted into, in pixels; a multiple of 32. */
  readonly inputSizePx: number;
  /** Larger photos may be shrunk to this long side while they are decoded. */
  readonly photoSidePx: number;
  /** Least score of a face, in [0, 1]. */
  readonly minScore: number;
  /** Boxes that overlap more than this are one face (intersection over union). */
  readonly maxOverlap: number;
}

/** What box a face gets: as MTCNN computes it, or the whole numbers that a version of ipazc/mtcnn gives. */
export type MtcnnBoxRule = 'exact' | '0.1.0' | '0.1.1';

/**
 * Whose MTCNN: pictures are shrunk and cut, boxes compared and rounded in another way. `davidsandberg`
 * is facenet's src/align/detect_face.py, which ipazc/mtcnn 0.1 shares; `facenet-pytorch` is timesler's.
 */
export type MtcnnRules = 'davidsandberg' | 'facenet-pytorch';

export interface MtcnnSettings {
  readonly network: 'mtcnn';
  readonly rules: MtcnnRules;
  /** Larger photos may be shrunk to this long side while they are decoded. */
  readonly photoSidePx: number;
  /** The smallest face that is looked for, at least 12 pixels. */
  readonly minFacePx: number;
  /** Each size of the photo that P-Net sees is this share of the one before, in (0, 0.95]. */
  readonly scaleFactor: number;
  /** Least scores of what P-Net proposes, and of what R-Net passes on. */
  readonly proposalScore: number;
  readonly refineScore: number;
  /** Least score of a face, in [0, 1]. */
  readonly minScore: number;
  readonly boxRule: MtcnnBoxRule;
}

/**
 * MTCNN as published: davidsandberg/facenet, src/align/detect_face.py and align_dataset_mtcnn.py
 * (minsize 20, factor 0.709, thresholds 0.6, 0.7, 0.7), the same in ipazc/mtcnn 0.1. ipazc/mtcnn 1.0
 * raises the third threshold to 0.8.
 */
export const publishedMtcnn: MtcnnSettings = {
  network: 'mtcnn',
  rules: 'davidsandberg',
  photoSidePx: Number.MAX_SAFE_INTEGER,
  minFacePx: 20,
  scaleFactor: 0.709,
  proposalScore: 0.6,
  refineScore: 0.7,
  minScore: 0.7,
  boxRule: 'exact',
};

/** One look at the whole photo. */
export interface Look {
  /** What the long side of the photo is resized to, in pixels; each look half the one before. */
  readonly longSidePx: number;
  /** Faces narrower than this in the look are left to a finer one, which places them better. */
  readonly leastFacePx: number;
  /** Left out for photos whose long side is shorter than this, in pixels. */
  readonly leastPhotoPx?: number;
  /** What computes it: float32 where absent; `bytes`: the detector in 8-bit arithmetic. */
  readonly arithmetic?: 'bytes';
}

/** How a face is cut out; `method` says by what. */
export type AlignmentSettings = LandmarkAlignment | BoxAlignment;

/** Turned and scaled until the landmarks lie where the template has them. */
export interface LandmarkAlignment {
  readonly method: 'landmarks';
  /** Side of the crop in pixels. */
  readonly cropSizePx: number;
  /** Where image-left eye, image-right eye, nose, image-left and image-right mouth corner go, in crop pixels. */
  readonly template: readonly [Point, Point, Point, Point, Point];
}

/** The box of the face with a border, not turned. */
export interface BoxAlignment {
  readonly method: 'box';
  /** Side of the crop in pixels. */
  readonly cropSizePx: number;
  readonly margin: BoxMargin;
  /** `stretch`: each side is scaled for itself; `letterbox`: the shape is kept, in the middle of black. */
  readonly fit: 'stretch' | 'letterbox';
  readonly filter: ResizeFilter;
  /**
   * What becomes of a corner left of or above the photo: `clip` cuts it off; `absolute` turns its
   * coordinates positive and keeps width and height, as the tutorial of the original system does.
   */
  readonly corner: 'clip' | 'absolute';
}

/**
 * What width and height of the box grow by, half of it on each side: pixels of the photo
 * (davidsandberg/facenet), pixels of the crop (facenet-pytorch: margin·side/(crop size − margin)), or a
 * share of the side.
 */
export interface BoxMargin {
  readonly unit: 'photo-pixels' | 'crop-pixels' | 'share';
  /** From 0; `crop-pixels` less than the crop has. */
  readonly value: number;
}

/** What is done to the values 0–255 of a crop inside the network's file. */
export interface PixelPreparation {
  /**
   * `prewhiten`: (x − mean)/max(deviation, 1/√N) of each picture, N its numbers; `prewhiten-unfloored`:
   * without the floor; otherwise (x − mean)/divisor.
   */
  readonly normalisation:
    | 'prewhiten'
    | 'prewhiten-unfloored'
    | { readonly mean: number; readonly divisor: number };
  /** Order in which the network takes the colours. */
  readonly colourOrder: 'rgb' | 'bgr';
}

export interface EmbedderSettings {
  /** Numbers per embedding. */
  readonly dimension: number;
  /** Whether an embedding is the mean over the crop and its mirror image. */
  readonly mirrored: boolean;
  /**
   * Euclidean distance between unit embeddings, in [0, 2], beyond which two faces count as two
   * people. Measured on LFW; the measurement stands beside the number.
   */
  readonly maxDistance: number;
  /** Where that number comes from; absent: nobody says, and it should not be relied upon. */
  readonly maxDistanceSource?: string;
  /** Absent for the bundled pack, whose network states its own. */
  readonly preparation?: PixelPreparation;
  /** Crops that the network takes at once; absent: any number. */
  readonly maxBatch?: number;
}

/** The networks of a pack by their part in the journey. */
export interface PackModels {
  /** Sees the photo: the SSD network, YuNet, SCRFD, or MTCNN's P-Net. */
  readonly detector: ModelFile;
  /** The SSD network in 8-bit arithmetic, for the looks that ask for it. */
  readonly detectorBytes?: ModelFile;
  /** Of MTCNN alone: R-Net. */
  readonly refine?: ModelFile;
  /** Finds the landmarks: the 68-point network, or MTCNN's O-Net; absent where the detector does. */
  readonly landmarks?: ModelFile;
  readonly embedder: ModelFile;
  /** The same in 8-bit arithmetic, which is what faces are embedded with where it is there. */
  readonly embedderBytes?: ModelFile;
}

/** A pack whose networks lie on disk, checked. */
export interface OpenPack extends Pack {
  readonly models: PackModels;
}
