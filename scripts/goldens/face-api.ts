/**
 * Makes test/nets/goldens/face-api.json: what face-api.js itself, on its WebAssembly backend, finds in its
 * six sample photos. Both sides get the same pixels (test/support/square-input.ts), so what is compared is
 * the networks alone. Only numbers are stored.
 *
 * Needs the packages of bench/peers in a folder of their own:
 *   cp bench/peers/package*.json FOLDER && cd FOLDER && npm ci --ignore-scripts
 *   npm run build && node dist/scripts/goldens/face-api.js FOLDER
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { inRepository } from '../../test/support/repository.ts';
import { squareInput, type PixelBox } from '../../test/support/square-input.ts';

interface Tensor {
  dispose(): void;
  data(): Promise<Float32Array>;
}
interface Detection {
  score: number;
  relativeBox: { x: number; y: number; width: number; height: number };
}
/** The part of face-api.js that is used here. */
interface FaceApi {
  tf: {
    setBackend(name: string): Promise<boolean>;
    ready(): Promise<void>;
    tensor3d(data: Uint8Array, shape: [number, number, number], type: 'int32'): Tensor;
  };
  nets: Record<
    'ssdMobilenetv1' | 'faceLandmark68Net' | 'faceRecognitionNet',
    { loadFromDisk(path: string): Promise<void> }
  > & {
    ssdMobilenetv1: { locateFaces(input: Tensor, options: object): Promise<Detection[]> };
    faceLandmark68Net: { forward(input: Tensor): Promise<Tensor> };
    faceRecognitionNet: { computeFaceDescriptor(input: Tensor): Promise<Float32Array> };
  };
  env: { monkeyPatch(env: object): void };
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: face-api.js FOLDER_OF_THE_PEERS');
const require = createRequire(join(folder, 'package.json'));
const home = dirname(require.resolve('@vladmandic/face-api/package.json'));
const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
const faceapi = require(join(home, 'dist/face-api.node-wasm.js')) as FaceApi;
await faceapi.tf.setBackend('wasm');
await faceapi.tf.ready();
const { ssdMobilenetv1, faceLandmark68Net, faceRecognitionNet } = faceapi.nets;
for (const net of [ssdMobilenetv1, faceLandmark68Net, faceRecognitionNet]) {
  await net.loadFromDisk(join(home, 'model'));
}

const round = (value: number): number => Number(value.toPrecision(7));

const photos: object[] = [];
for (let number = 1; number <= 6; number++) {
  const file = `sample${number}.jpg`;
  const { data, info } = await sharp(join(home, 'demo', file))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const input = (box: PixelBox, sizePx: number, centred: boolean): Tensor => {
    const pixels = squareInput(data, width, box, sizePx, centred);
    return faceapi.tf.tensor3d(pixels, [sizePx, sizePx, 3], 'int32');
  };
  const whole = { x: 0, y: 0, width, height };
  const detections = await ssdMobilenetv1.locateFaces(input(whole, 512, false), {
    minConfidence: 0.1,
    maxResults: 100,
  });
  const faces: object[] = [];
  for (const { score, relativeBox } of detections) {
    const box = [relativeBox.x, relativeBox.y, relativeBox.width, relativeBox.height].map(round);
    if (score <= 0.5) {
      faces.push({ score: round(score), box });
      continue;
    }
    const side = Math.max(width, height);
    const x = Math.max(0, Math.floor(relativeBox.x * side));
    const y = Math.max(0, Math.floor(relativeBox.y * side));
    const crop = {
      x,
      y,
      width: Math.min(Math.floor(relativeBox.width * side), width - x),
      height: Math.min(Math.floor(relativeBox.height * side), height - y),
    };
    const landmarks = await (await faceLandmark68Net.forward(input(crop, 112, true))).data();
    const embedding = await faceRecognitionNet.computeFaceDescriptor(input(crop, 150, true));
    faces.push({
      score: round(score),
      box,
      crop,
      landmarks: Array.from(landmarks, round),
      embedding: Array.from(embedding, round),
    });
  }
  photos.push({ file, width, height, faces });
  process.stderr.write(`${file}: ${faces.length} boxes\n`);
}
writeFileSync(inRepository('test/nets/goldens/face-api.json'), `${JSON.stringify({ photos })}\n`);
