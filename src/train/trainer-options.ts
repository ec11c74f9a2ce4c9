import type { OptionsOf } from '../kernel/index.ts';
import { tripletOptions } from './loss/triplet.ts';
import { optimiserOptions } from './optimiser/optimiser.ts';

/** Options of `Trainer.open`, beside those of the triplet loss and the optimiser. */
export const trainerOptions = {
  ...tripletOptions,
  ...optimiserOptions,
  loss: {
    type: 'choice',
    choices: ['triplet', 'contrastive', 'arcface'],
    default: 'triplet',
    description:
      'triplet: distances between photos; contrastive: on which side of one distance pairs lie; arcface: softmax over the people, with an angular margin',
  },
  threshold: {
    type: 'number',
    default: 1,
    exclusiveMin: 0,
    max: 4,
    description:
      'of contrastive: squared distance that photos of one person should be nearer than, and photos of two people farther',
  },
  softness: {
    type: 'number',
    default: 0.15,
    exclusiveMin: 0,
    max: 10,
    description: 'of contrastive: how soon a pair beyond the threshold is content, as a share of it',
  },
  strangerWeight: {
    type: 'number',
    default: 100,
    min: 0,
    description: 'of contrastive: weight of the pairs of two people, those of one person having 1',
  },
  arcScale: {
    type: 'number',
    default: 24,
    exclusiveMin: 0,
    description: 'of arcface: what cosines are multiplied with',
  },
  arcMargin: { type: 'number', default: 0.2, min: 0, max: 1.5, description: 'of arcface: margin in radians' },
  batchNorm: {
    type: 'choice',
    choices: ['frozen', 'batch'],
    default: 'frozen',
    description: 'batch: normalise by the statistics of the batch, as when training from scratch',
  },
  microBatch: {
    type: 'number',
    integer: true,
    default: 0,
    min: 0,
    description: 'most photos that go through the network at once; 0: the whole batch',
  },
  threads: {
    type: 'number',
    integer: true,
    default: 0,
    min: 0,
    max: 256,
    description: 'threads; 0: one for each core',
  },
  seed: { type: 'number', integer: true, default: 0, min: 0, max: 4294967295, description: 'seed' },
} as const;

export type TrainerSettings = OptionsOf<typeof trainerOptions>;
export type TrainerOptions = Partial<TrainerSettings>;
