/** Judges a gallery in a thread of its own: a thousand faces take seconds. Started by judge.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { judgeGallery, type JudgedFace } from './gallery-judgement.ts';

const judgement = await judgeGallery(workerData as readonly JudgedFace[]);
parentPort?.postMessage(judgement, []);
