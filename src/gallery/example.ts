import { isFiniteVector, norm, visageError } from '../kernel/index.ts';
import type { Seal } from './key.ts';
import type { ExampleBytes } from './store.ts';

/** A face to be added to a person. */
export interface NewExample {
  /** As the network gave it; finite, not all zero. */
  readonly embedding: Float32Array;
  /** The aligned crop as a JPEG or WebP file, at most 1 MiB. */
  readonly crop?: Uint8Array;
  /** File name of the photo; at most 4096 characters. */
  readonly source?: string;
  /** Finite numbers by name, e.g. `{ sharpness: 0.7 }`; at most 32. */
  readonly quality?: Readonly<Record<string, number>>;
  /** When it was added, in milliseconds since 1970 UTC. */
  readonly addedAtMs?: number;
}

const mostCropBytes = 2 ** 20;
const mostSourceCharacters = 4096;
const mostQualities = 32;

/**
 * @param what how the message calls it
 * @throws VisageError `EXAMPLE_INVALID`
 */
export function checkExample(example: NewExample, dimension: number, what: string): void {
  const fail = (reason: string): never => {
    throw visageError('EXAMPLE_INVALID', { what, reason });
  };
  const { embedding, crop, source = '', quality = {}, addedAtMs = 0 } = example;
  if (!(embedding instanceof Float32Array)) fail('its embedding is not a Float32Array');
  if (embedding.length !== dimension) {
    fail(`its embedding has ${embedding.length} numbers; those of this gallery have ${dimension}`);
  }
  if (!isFiniteVector(embedding)) fail('its embedding holds numbers that are not finite');
  const length = norm(embedding);
  if (length === 0) fail('its embedding is all zeros');
  if (crop !== undefined) {
    if (!(crop instanceof Uint8Array) || !isPicture(crop)) fail('its crop is neither a JPEG nor a WebP file');
    if (crop.length > mostCropBytes) {
      fail(`its crop has ${crop.length} bytes, of which at most ${mostCropBytes} are allowed`);
    }
  }
  if (typeof source !== 'string' || source.length > mostSourceCharacters || /[\0\p{Cs}]/u.test(source)) {
    fail(`its source is not a text of at most ${mostSourceCharacters} characters`);
  }
  const numbers = Object.values(quality);
  if (numbers.length > mostQualities || !numbers.every((value) => Number.isFinite(value))) {
    fail(`its quality is not at most ${mostQualities} finite numbers`);
  }
  if (!Number.isSafeInteger(addedAtMs)) fail('its addedAtMs is not a whole number of milliseconds');
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

const isPicture = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) ||
  (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP');

/** Turns examples into the bytes that a store keeps and back: float32, little endian, sealed where there is a seal. */
export class ExampleCodec {
  readonly #dimension: number;
  readonly #seal: Seal | undefined;
  readonly #path: string;

  constructor(dimension: number, seal: Seal | undefined, path: string) {
    this.#dimension = dimension;
    this.#seal = seal;
    this.#path = path;
  }

  encode(id: number, { embedding, crop }: NewExample): ExampleBytes {
    const bytes = new Uint8Array(embedding.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of embedding.entries()) view.setFloat32(4 * i, value, true);
    return {
      embedding: this.#seal?.close(bytes, `${id}/embedding`) ?? bytes,
      crop: crop === undefined ? null : (this.#seal?.close(crop, `${id}/crop`) ?? crop),
    };
  }

  /** @throws VisageError `GALLERY_INVALID` */
  embedding(id: number, stored: Uint8Array): Float32Array {
    const bytes = this.#open(id, stored, 'embedding');
    if (bytes.length !== 4 * this.#dimension) throw this.#damaged(id);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const embedding = new Float32Array(this.#dimension);
    for (let i = 0; i < embedding.length; i++) embedding[i] = view.getFloat32(4 * i, true);
    if (!isFiniteVector(embedding)) throw this.#damaged(id);
    return embedding;
  }

  /** @throws VisageError `GALLERY_INVALID` */
  crop(id: number, stored: Uint8Array): Uint8Array {
    return this.#open(id, stored, 'crop');
  }

  #open(id: number, stored: Uint8Array, field: string): Uint8Array {
    // A copy without a seal: the bytes may lie in memory that the driver uses again.
    const opened = this.#seal === undefined ? stored : this.#seal.open(stored, `${id}/${field}`);
    if (opened === undefined) throw this.#damaged(id);
    return new Uint8Array(opened);
  }

  #damaged(id: number): Error {
    return visageError('GALLERY_INVALID', {
      path: this.#path,
      reason: `example ${id} is damaged or was changed by somebody else`,
    });
  }
}
