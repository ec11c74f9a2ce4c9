import { type Calibration, maxFalseAcceptOption } from '../calibrate/index.ts';
import type { OptionSchema, OptionsOf } from '../kernel/index.ts';

export const galleryClassifierSchema = {
  ...maxFalseAcceptOption,
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description: 'Distance beyond which two faces count as two people; decides only without a calibration.',
  },
  neighbors: {
    type: 'number',
    integer: true,
    min: 1,
    max: 16,
    default: 1,
    description: 'How many of the nearest examples of a person count; their mean squared distance decides.',
  },
  scale: {
    type: 'number',
    min: 0,
    max: 1e6,
    default: 0,
    description: 'Factor on squared distances in the probabilities; 0: learned from the gallery.',
  },
} as const satisfies OptionSchema;

export interface GalleryClassifierOptions extends OptionsOf<typeof galleryClassifierSchema> {
  /** What the distances of the pack mean; absent: `maxDistance` alone decides whether a face is known. */
  readonly calibration?: Calibration | undefined;
}
