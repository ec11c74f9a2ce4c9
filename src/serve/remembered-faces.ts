import { randomUUID } from 'node:crypto';
import type { LocatedFace } from '../detect/index.ts';
import { visageError } from '../kernel/index.ts';

/** A face that was seen in a photo and may be named later. */
export interface RememberedFace {
  readonly faceId: string;
  /** Tells the photo from others of the same name. */
  readonly photoId: string;
  /** File name of the photo. */
  readonly source: string;
  readonly face: LocatedFace;
  /** As the network gave it. */
  readonly embedding: Float32Array;
  /** The aligned crop as a JPEG file. */
  readonly crop: Uint8Array;
  readonly quality: Readonly<Record<string, number>>;
  readonly seenAtMs: number;
}

/** Faces in memory, and nowhere else: at most so many, for so long. */
export class RememberedFaces {
  readonly #most: number;
  readonly #keptMs: number;
  /** Oldest first. */
  readonly #faces = new Map<string, RememberedFace>();

  constructor(most: number, keptMs: number) {
    this.#most = most;
    this.#keptMs = keptMs;
  }

  /** @returns the id by which it is asked for */
  add(seen: Omit<RememberedFace, 'faceId'>): string {
    this.#dropOld();
    const faceId = randomUUID();
    this.#faces.set(faceId, { ...seen, faceId });
    if (this.#faces.size > this.#most) this.#faces.delete(this.#faces.keys().next().value!);
    return faceId;
  }

  /** @throws VisageError `FACE_FORGOTTEN` */
  get(faceId: string): RememberedFace {
    this.#dropOld();
    const found = this.#faces.get(faceId);
    if (found === undefined)
      throw visageError('FACE_FORGOTTEN', { got: JSON.stringify(faceId.slice(0, 60)) });
    return found;
  }

  /** Oldest first. */
  all(): RememberedFace[] {
    this.#dropOld();
    return [...this.#faces.values()];
  }

  get size(): number {
    return this.#faces.size;
  }

  forget(faceId: string): boolean {
    return this.#faces.delete(faceId);
  }

  #dropOld(): void {
    const oldest = Date.now() - this.#keptMs;
    for (const { faceId, seenAtMs } of this.#faces.values()) {
      if (seenAtMs >= oldest) return;
      this.#faces.delete(faceId);
    }
  }
}
