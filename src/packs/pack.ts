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
  readonly detector: DetectorSettings;
  readonly alignment: AlignmentSettings;
  readonly embedder: EmbedderSettings;
}

/** How faces are found; `network` says by what. */
export type DetectorSettings = SsdSettings | MtcnnSettings;

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

/** What box a face gets: as MTCNN computes it, or the whole numbers that a version of ipazc/mtcnn gives. */
export type MtcnnBoxRule = 'exact' | '0.1.0' | '0.1.1';

export interface MtcnnSettings {
  readonly network: 'mtcnn';
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
}

export interface AlignmentSettings {
  /** Side of the crop in pixels. */
  readonly cropSizePx: number;
  /** Where image-left eye, image-right eye, nose, image-left and image-right mouth corner go, in crop pixels. */
  readonly template: readonly [Point, Point, Point, Point, Point];
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
}

/** The networks of a pack by their part in the journey. */
export interface PackModels {
  /** Sees the photo: the SSD network, or MTCNN's P-Net. */
  readonly detector: ModelFile;
  /** Of MTCNN alone: R-Net. */
  readonly refine?: ModelFile;
  /** Finds the landmarks: the 68-point network, or MTCNN's O-Net. */
  readonly landmarks: ModelFile;
  readonly embedder: ModelFile;
}

/** A pack whose networks lie on disk, checked. */
export interface OpenPack extends Pack {
  readonly models: PackModels;
}
