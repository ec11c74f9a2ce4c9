import { withActions } from '../with-actions.ts';
import { registerCalibrate } from './calibrate.ts';
import { registerClassifier } from './classifier.ts';
import { registerClusters } from './clusters.ts';
import { registerIdentification } from './identification.ts';
import { registerVerification } from './verification.ts';

const description = `Measure how good the answers are, on photos of which the answers are known.

Each writes one page with figures for the browser, that asks nothing of any other place, and the same as JSON and CSV. Several packs or classifiers are compared side by side. Photos that were looked at are kept in the cache folder, so the next run on them takes seconds.`;

const examples = `
Examples:
  visage evaluate verification lfw/
  visage evaluate verification my-people/ --pack bundled --pack facenet-128
  visage evaluate identification my-people/
  visage evaluate clusters my-people/
  visage evaluate calibrate my-people/`;

export const defineEvaluate = withActions({
  word: ['what', 'What'],
  description,
  examples,
  actions: [
    registerVerification,
    registerIdentification,
    registerClusters,
    registerClassifier,
    registerCalibrate,
  ],
});
