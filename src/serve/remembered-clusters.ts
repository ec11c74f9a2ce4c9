import { clusterFaces, type Clustering } from '../cluster/index.ts';
import type { RememberedFace, RememberedFaces } from './remembered-faces.ts';
import type { Service } from './service.ts';

/** Remembered faces that are held to be of one person. */
export interface RememberedCluster {
  /** Stays as long as the cluster keeps most of its faces. */
  readonly number: number;
  /** The most typical first. */
  readonly faces: readonly RememberedFace[];
}

/**
 * The remembered faces of people whom nobody has named yet, by person. Each time only what has changed is
 * worked out anew.
 */
export class RememberedClusters {
  readonly #remembered: RememberedFaces;
  readonly #service: Service;
  #working: Promise<unknown> = Promise.resolve();
  #earlier: Clustering | undefined;

  constructor(remembered: RememberedFaces, service: Service) {
    this.#remembered = remembered;
    this.#service = service;
  }

  /** Largest first. */
  clusters(): Promise<RememberedCluster[]> {
    const running = this.#working.then(() => this.#clusters());
    this.#working = running.catch(() => {});
    return running;
  }

  async #clusters(): Promise<RememberedCluster[]> {
    const { classifier, maxDistance } = this.#service;
    await classifier.refresh();
    // The gallery may have learned who they are since they were seen.
    const faces = this.#remembered.all().filter(({ embedding }) => !classifier.predict(embedding).known);
    const byId = new Map(faces.map((face) => [face.faceId, face]));
    this.#earlier = await clusterFaces(
      faces.map(({ faceId, embedding, photoId }) => ({ id: faceId, embedding, photo: photoId })),
      { maxDistance, ...(this.#earlier && { earlier: this.#earlier }) },
    );
    return this.#earlier.clusters.map((cluster) => ({
      number: cluster.number,
      faces: cluster.faces.map((id) => byId.get(id)!),
    }));
  }
}
