import { createHash } from 'node:crypto';
import { failure } from './failure.ts';

/**
 * Examples as CompreFace names them: UUIDs (version 8, RFC 9562) whose last 48 bits are the number of the example
 * and whose other bits tell the gallery, so that an id leads to its example without a table and an id of another
 * gallery leads nowhere.
 */
export class ImageIds {
  readonly #start: string;

  constructor(galleryId: string) {
    const hash = createHash('sha256').update(galleryId).digest('hex');
    this.#start = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(12, 15)}-8${hash.slice(15, 18)}`;
  }

  of(exampleId: number): string {
    return `${this.#start}-${exampleId.toString(16).padStart(12, '0')}`;
  }

  /** @returns undefined where no example of this gallery can have the id @throws CompreFaceFailure where it is no UUID */
  exampleId(imageId: string): number | undefined {
    const id = imageId.toLowerCase();
    if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) {
      throw failure.invalid(`Image Id should be UUID; `);
    }
    return id.startsWith(`${this.#start}-`) ? Number.parseInt(id.slice(-12), 16) : undefined;
  }
}
