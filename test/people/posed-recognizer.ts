import { readFile } from 'node:fs/promises';
import type { Classifier } from '../../src/classify/index.ts';
import type { FivePoints, LocatedFace } from '../../src/detect/index.ts';
import type { PhotoSource, Raster } from '../../src/image/index.ts';
import { type Box, visageError } from '../../src/kernel/index.ts';
import type { OpenPack } from '../../src/packs/index.ts';
import { judgedTemplate } from '../../src/quality/index.ts';
import type { IdentifiedPhoto, LocatedPhoto, Recognizer } from '../../src/recognizer.ts';

export const dimension = 4;
export const maxDistance = 0.5;

const pack: OpenPack = {
  name: 'posed',
  description: 'finds the faces that a test has put into its photos',
  licence: 'MIT',
  source: 'none',
  detector: {
    network: 'ssd-mobilenet-v1',
    looks: [{ longSidePx: 512, leastFacePx: 0 }],
    photoSidePx: 2048,
    minScore: 0.5,
    maxOverlap: 0.4,
  },
  alignment: { method: 'landmarks', cropSizePx: 16, template: judgedTemplate },
  embedder: { dimension, mirrored: false, maxDistance },
  models: {
    detector: { name: 'detector', id: 'detector-1', path: 'detector.onnx' },
    embedder: { name: 'embedder', id: 'embedder-1', path: 'embedder.onnx' },
  },
};

/** A face of a posed photo: a square box, and its embedding as an angle in the plane of the first two numbers. */
export interface PosedFace {
  readonly x: number;
  readonly sizePx?: number;
  readonly score?: number;
  /** Between two embeddings the distance is 2·sin(half the difference). */
  readonly angle: number;
}

/** Text that the recognizer below reads as a photo of 800 × 300 pixels. */
export const posedPhoto = (name: string, ...faces: PosedFace[]): { name: string; bytes: Uint8Array } => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify(faces)),
});

const textOf = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch(() => {
    throw visageError('FILE_NOT_FOUND', { path });
  });

function checkered(): Raster {
  const [width, height] = [800, 300];
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.fill(((x >> 1) + (y >> 1)) % 2 === 0 ? 120 : 170, i * 3, i * 3 + 3);
  }
  return { data, width, height };
}
const ground = checkered();

/** A recognizer without networks: photos are lists of faces. */
export class PosedRecognizer implements Recognizer {
  readonly pack: OpenPack;
  readonly concurrency = 3;
  readonly #angles = new WeakMap<LocatedFace, number>();
  readonly #cropAngles = new WeakMap<Raster, number>();

  constructor(changes: Partial<OpenPack> = {}) {
    this.pack = { ...pack, ...changes };
  }

  async locate(source: PhotoSource, signal?: AbortSignal): Promise<LocatedPhoto> {
    signal?.throwIfAborted();
    const path = typeof source === 'string' ? source : source.name;
    const text = typeof source === 'string' ? await textOf(path) : new TextDecoder().decode(source.bytes);
    if (!text.startsWith('['))
      throw visageError('IMAGE_UNREADABLE', { path, reason: 'it is no posed photo' });
    const faces = (JSON.parse(text) as PosedFace[]).map(({ x, sizePx = 120, score = 0.99, angle }) => {
      const box: Box = { x, y: 60, width: sizePx, height: sizePx };
      const landmarks = judgedTemplate.map((point) => ({
        x: x + (point.x * sizePx) / 112,
        y: 60 + (point.y * sizePx) / 112,
      })) as unknown as FivePoints;
      const face: LocatedFace = { box, score, landmarks };
      this.#angles.set(face, angle);
      return face;
    });
    faces.sort((a, b) => b.score - a.score);
    return { photo: { raster: ground, width: 800, height: 300, scale: 1 }, faces };
  }

  crop(_: LocatedPhoto, face: LocatedFace): Raster {
    const crop = { data: new Uint8Array(16 * 16 * 3).fill(face.box.x & 255), width: 16, height: 16 };
    this.#cropAngles.set(crop, this.#angles.get(face)!);
    return crop;
  }

  async embed(crops: readonly Raster[]): Promise<Float32Array[]> {
    return crops.map((crop) => {
      const angle = this.#cropAngles.get(crop)!;
      return Float32Array.of(3 * Math.cos(angle), 3 * Math.sin(angle), 0, 0);
    });
  }

  async identify(
    source: PhotoSource,
    classifier: Classifier,
    signal?: AbortSignal,
  ): Promise<IdentifiedPhoto> {
    const located = await this.locate(source, signal);
    const embeddings = await this.embed(located.faces.map((face) => this.crop(located, face)));
    const faces = located.faces.map(({ box, score, landmarks }, i) => {
      const embedding = embeddings[i]!;
      const { name, known, probability, distance, candidates } = classifier.predict(embedding);
      const answer = { name: known ? name : null, probability, distance, candidates, embedding };
      return { box, score, landmarks, ...answer };
    });
    return { photo: located.photo, faces };
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
