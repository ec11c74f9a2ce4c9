import { Worker } from 'node:worker_threads';
import type { Gallery, GalleryClassifier } from '../../gallery/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { GalleryJudgement, JudgedFace } from './gallery-judgement.ts';
import { judgeByRule, type RuledFace } from './rule-judgement.ts';

/** Examples that are looked at: the first of each person before the second of any. */
const mostFaces = 1000;

export interface Judgement extends GalleryJudgement {
  /** The version of the gallery that it is of. */
  readonly version: number;
  readonly examples: number;
  /** In the order of the faces. */
  readonly ruled: readonly RuledFace[];
}

/** Judges a gallery: distances off the main thread, the rule that names faces in short pieces on it; one at a time; the answer is kept until the gallery changes. */
export class Judge {
  readonly #gallery: Gallery;
  readonly #classifier: GalleryClassifier;
  #latest: { readonly version: number; readonly judgement: Promise<Judgement> } | undefined;

  constructor(gallery: Gallery, classifier: GalleryClassifier) {
    this.#gallery = gallery;
    this.#classifier = classifier;
  }

  async judge(): Promise<Judgement> {
    await this.#gallery.refresh();
    const live = await this.#gallery.faces();
    const { version } = live;
    if (this.#latest?.version !== version) {
      // The one before is waited for: two at a time would only be slower.
      const before = this.#latest?.judgement.catch(() => {});
      const faces: JudgedFace[] = [];
      for (let round = 0, more = true; more && faces.length < mostFaces; round++) {
        more = false;
        for (const { id: personId, exampleIds } of live.known) {
          const exampleId = exampleIds[round];
          if (exampleId === undefined || faces.length >= mostFaces) continue;
          more = true;
          faces.push({ exampleId, personId, embedding: live.index.vector(exampleId)!.slice() });
        }
      }
      const examples = live.index.size;
      const { known } = live;
      const judgement = Promise.resolve(before)
        .then(() => judgeInWorker(faces))
        .then(async (judged) => {
          const ruled = await judgeByRule(this.#classifier, faces, known);
          return Object.assign(judged, { version, examples, ruled });
        });
      judgement.catch(() => (this.#latest = undefined));
      this.#latest = { version, judgement };
    }
    return this.#latest.judgement;
  }
}

async function judgeInWorker(faces: readonly JudgedFace[]): Promise<GalleryJudgement> {
  const worker = new Worker(new URL('./judge-worker.js', import.meta.url), { workerData: faces });
  try {
    return await new Promise<GalleryJudgement>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        reject(visageError('INTERNAL', { reason: 'the judgement of the gallery ended early' }));
      });
    });
  } finally {
    await worker.terminate();
  }
}
