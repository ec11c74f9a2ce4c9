import type { FineTuneOptions } from './fine-tune.ts';

/**
 * What docs/training.md says about fine-tuning: many people in a batch, small steps. Chosen with
 * bench/train/fine-tune-head.ts on the bundled pack.
 */
const gentle = {
  warmupSteps: 10,
  steps: 100,
  // Only among many strangers are there some as near as those that one in a thousand mistakes.
  peoplePerBatch: 300,
  photosPerPerson: 4,
  checkEvery: 10,
  patience: 5,
} as const satisfies FineTuneOptions;

/** How far from the old head to the new one, see `blendGraphs`; with pairs. */
export const gentleBlend = 0.75;

const gentleByLoss = {
  contrastive: {
    method: 'adamw',
    learningRate: 0.0003,
    softness: 0.1,
    strangerWeight: 100,
    blend: gentleBlend,
  },
  triplet: {
    mining: 'batch-hard',
    // Unit embeddings of that network lie close: strangers are 0.32 apart on average, in squared distance.
    margin: 0.05,
    method: 'sgd',
    learningRate: 0.02,
    blend: 0.3,
  },
  arcface: { method: 'sgd', learningRate: 0.001, blend: 0.3 },
} as const;

/** The defaults of `fineTuneHead` with a loss, `blend` among them. */
export const gentleFineTuning = <Loss extends keyof typeof gentleByLoss>(loss: Loss) => ({
  ...gentle,
  ...gentleByLoss[loss],
  loss,
});
