import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readTfjsWeights } from '../../src/formats/index.ts';
import type { NamedWeights } from '../../src/kernel/index.ts';

/** The npm package that holds the weights and the sample photos. */
export const weightsHome: string = dirname(
  createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'),
);

/** One of the six sample photos that come with face-api.js. */
export const samplePhoto = (file: string): string => join(weightsHome, 'demo', file);

/** Weights that come with face-api.js, e.g. `ssd_mobilenetv1_model`. */
export const bundledWeights = (model: string): Promise<NamedWeights> =>
  readTfjsWeights(join(weightsHome, 'model', `${model}-weights_manifest.json`));
