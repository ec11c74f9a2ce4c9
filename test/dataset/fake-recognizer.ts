import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocatedFace } from '../../src/detect/index.ts';
import type { Raster } from '../../src/image/index.ts';
import { visageError } from '../../src/kernel/index.ts';
import type { OpenPack } from '../../src/packs/index.ts';
import type { LocatedPhoto, Recognizer } from '../../src/recognizer.ts';

export const cropSizePx = 8;
export const dimension = 4;

const point = { x: 0, y: 0 };
const landmarks = [point, point, point, point, point] as const;

const pack: OpenPack = {
  name: 'fake',
  description: 'reads photos that are text',
  licence: 'MIT',
  source: 'none',
  detector: {
    network: 'ssd-mobilenet-v1',
    looks: [{ longSidePx: 512, leastFacePx: 0 }],
    photoSidePx: 2048,
    minScore: 0.5,
    maxOverlap: 0.4,
  },
  alignment: { method: 'landmarks', cropSizePx, template: landmarks },
  embedder: { dimension, mirrored: false, maxDistance: 1 },
  models: {
    detector: { name: 'detector', id: 'detector-1', path: 'detector.onnx' },
    landmarks: { name: 'landmarks', id: 'landmarks-1', path: 'landmarks.onnx' },
    embedder: { name: 'embedder', id: 'embedder-1', path: 'embedder.onnx' },
  },
};

/** A face as a fake photo names it: x, y, width, height, score. */
export type FakeFace = readonly [number, number, number, number, number];
/** A photo of 200 × 100 pixels whose bytes are a text with its faces and the shade of its crops. */
export const fakePhoto = (shade: number, ...faces: FakeFace[]): string => JSON.stringify({ shade, faces });
export const oneFace: FakeFace = [60, 10, 80, 80, 0.99];

/** A recognizer that reads such photos, and counts what it is asked for. */
export class FakeRecognizer implements Recognizer {
  readonly pack: OpenPack;
  readonly concurrency: number;
  located: string[] = [];
  embedded = 0;
  /** Called before each photo and each batch of crops. */
  onWork: (name: string) => void = () => {};

  constructor(changes: Partial<OpenPack> = {}, concurrency = 3) {
    this.pack = { ...pack, ...changes };
    this.concurrency = concurrency;
  }

  async locate(
    source: string | { name: string; bytes: Uint8Array },
    signal?: AbortSignal,
  ): Promise<LocatedPhoto> {
    if (typeof source === 'string') throw new TypeError('bytes are expected');
    this.onWork(source.name);
    // Photos end in another order than they start.
    const delay = source.name.length % 3;
    for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.located.push(source.name);
    const text = new TextDecoder().decode(source.bytes);
    if (text === 'hang up') throw visageError('RUNTIME_CLOSED', { what: 'The recognizer' });
    if (text === 'fails once') throw visageError('INFERENCE_FAILED', { network: 'fake', reason: 'no luck' });
    if (!text.startsWith('{')) {
      throw visageError('IMAGE_UNREADABLE', { path: source.name, reason: 'it is no fake photo' });
    }
    const { shade, faces } = JSON.parse(text) as { shade: number; faces: FakeFace[] };
    const raster = { data: new Uint8Array(200 * 100 * 3).fill(shade), width: 200, height: 100 };
    return {
      photo: { raster, width: 200, height: 100, scale: 1 },
      faces: faces.map(([x, y, width, height, score]) => ({
        box: { x, y, width, height },
        score,
        landmarks,
      })),
    };
  }

  /** Filled with the photo's shade, but for the first pixel, which tells the face. */
  crop(located: LocatedPhoto, face: LocatedFace): Raster {
    const { cropSizePx: side } = this.pack.alignment;
    const data = new Uint8Array(side * side * 3).fill(located.photo.raster.data[0]!);
    data[0] = face.box.x;
    return { data, width: side, height: side };
  }

  async embed(crops: readonly Raster[], signal?: AbortSignal): Promise<Float32Array[]> {
    this.onWork('embed');
    signal?.throwIfAborted();
    this.embedded += crops.length;
    return crops.map(({ data }) => Float32Array.of(data[0]!, data[3]! / 7, -data[3]!, 1));
  }

  identify(): Promise<never> {
    throw new Error('not needed');
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Writes files by their path below `root`. */
export async function writeTree(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
