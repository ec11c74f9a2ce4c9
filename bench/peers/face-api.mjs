// One warm face-api process with its best settings in Node: WASM backend with SIMD (its threads do not
// work in Node), SSD + 68 landmarks + descriptors. Photos are decoded by the same sharp as ours.
// Parent → child: { photos: [path] }; child → parent: { ms, faces: [number] }.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

// face-api's start-up looks for browser globals through this function, which Node 23 removed.
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');
sharp.concurrency(1);

wasm.setWasmPaths(fileURLToPath(new URL('node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)));
await tf.setBackend('wasm');
await tf.ready();
const weights = fileURLToPath(new URL('node_modules/@vladmandic/face-api/model', import.meta.url));
await faceapi.nets.ssdMobilenetv1.loadFromDisk(weights);
await faceapi.nets.faceLandmark68Net.loadFromDisk(weights);
await faceapi.nets.faceRecognitionNet.loadFromDisk(weights);
const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 100 });

async function facesIn(photo) {
  const { data, info } = await sharp(photo)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const tensor = tf.tensor3d(data, [info.height, info.width, 3], 'int32');
  const faces = await faceapi.detectAllFaces(tensor, options).withFaceLandmarks().withFaceDescriptors();
  tensor.dispose();
  return faces.length;
}

async function answer({ photos }) {
  const start = performance.now();
  const faces = [];
  for (const photo of photos) faces.push(await facesIn(photo));
  process.send({ ms: performance.now() - start, faces });
}

process.on('message', (round) => void answer(round));
process.send({ ready: `face-api ${faceapi.version}, tfjs ${tf.version_core}, backend ${tf.getBackend()}` });
