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

export interface DetectorSettings {
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
  readonly detector: ModelFile;
  readonly landmarks: ModelFile;
  readonly embedder: ModelFile;
}

/** A pack whose networks lie on disk, checked. */
export interface OpenPack extends Pack {
  readonly models: PackModels;
}
