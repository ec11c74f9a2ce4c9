import type { Box } from '../kernel/index.ts';
import type { MapMethod } from './embedding-map.ts';
import type { Picture } from './picture.ts';

/** What is known about one answer of the classifier. */
export interface ReportPrediction {
  readonly name: string;
  /** In [0, 1]. */
  readonly probability: number;
  /** Euclidean distance between unit embeddings, in [0, 2]. */
  readonly distance: number;
  /** Whether `distance` is beyond the classifier's limit, so that `identify` would answer "unknown". */
  readonly refused: boolean;
  /** Most probable first; only the first few are shown. */
  readonly candidates: readonly { readonly name: string; readonly probability: number }[];
}

/** One face of the training or the test part. */
export interface ReportFace {
  readonly split: 'train' | 'val';
  /** The name that its folder says. */
  readonly name: string;
  readonly file: string;
  /** Its crop, at most 96 pixels wide. Needed only for the faces that {@link chooseFaces} chooses. */
  readonly thumbnail?: Picture;
  /** Given for every test face, and for training faces where it is known. */
  readonly prediction?: ReportPrediction;
  /** Where it lies on the map of embeddings, in any units. */
  readonly position?: { readonly x: number; readonly y: number };
}

/** One face found in a photo that was identified. The box is in pixels of the upright photo. */
export interface ReportPhotoFace {
  readonly box: Box;
  /** `null`: unknown. */
  readonly name: string | null;
  readonly probability: number;
  readonly candidates: ReportPrediction['candidates'];
  /** The true name where it is known. */
  readonly expected?: string;
}

/** One photo that was identified. */
export interface ReportPhoto {
  readonly file: string;
  /** Size of the upright photo in pixels; the picture may be smaller. */
  readonly width: number;
  readonly height: number;
  /** The photo without marks. Needed only for the photos that {@link choosePhotos} chooses. */
  readonly picture?: Picture;
  readonly faces: readonly ReportPhotoFace[];
}

/** A file that could not be used. */
export interface ReportSkipped {
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** How long one stage took. */
export interface ReportStage {
  readonly name: string;
  readonly seconds: number;
  readonly count: number;
  /** What was counted, in the plural: `photos`. */
  readonly unit: string;
}

/** Everything that the report shows. Plain data: nothing is read from elsewhere. */
export interface ReportData {
  readonly title: string;
  /** A sentence that must not be overlooked, shown above all figures. */
  readonly notice?: string;
  /**
   * Whether the figures measure recognition; `false` where training and test pictures come from
   * the same photos. Then no confidence interval is given.
   */
  readonly measuresAccuracy: boolean;
  readonly photos: readonly ReportPhoto[];
  readonly faces: readonly ReportFace[];
  /** Right answers on the training part; on the test part they are counted from `faces`. */
  readonly trainAccuracy: { readonly right: number; readonly total: number };
  readonly map?: { readonly method: MapMethod; readonly description: string };
  readonly skipped: readonly ReportSkipped[];
  readonly stages: readonly ReportStage[];
  readonly settings: readonly { readonly label: string; readonly value: string }[];
  readonly commands: readonly { readonly purpose: string; readonly line: string }[];
}
