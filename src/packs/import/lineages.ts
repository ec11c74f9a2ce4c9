import type { InceptionPreprocessing } from '../../nets/index.ts';

/** A published weight file. */
export interface PublishedWeights {
  readonly name: string;
  /** Absent where nobody says. */
  readonly trainedOn?: string;
  readonly preprocessing: InceptionPreprocessing;
}

const vggface2 = { name: '20180402-114759', trainedOn: 'VGGFace2', preprocessing: 'fixed-128' } as const;
const casia2018 = {
  name: '20180408-102900',
  trainedOn: 'CASIA-WebFace',
  preprocessing: 'fixed-128',
} as const;
const celeb = { name: '20170512-110547', trainedOn: 'MS-Celeb-1M', preprocessing: 'prewhiten' } as const;
const casia2017 = {
  name: '20170511-185253',
  trainedOn: 'CASIA-WebFace',
  preprocessing: 'prewhiten',
} as const;

/** faustomorales/keras-facenet feeds the weights of 2018 with (x − 127.5)/127.5. */
const fed1275 = { preprocessing: 'fixed-127.5' } as const;

/**
 * Published FaceNets by the SHA-256 of their files: serengil/deepface, faustomorales/keras-facenet
 * (`metadata.py`), timesler/facenet-pytorch, davidsandberg/facenet. No hash of `facenet_keras.h5` was
 * ever published.
 */
export const publishedWeights: ReadonlyMap<string, PublishedWeights> = new Map<string, PublishedWeights>([
  [
    '90659cc97bfda5999120f95d8e122f4d262cca11715a21e59ba024bcce816d5c',
    { name: 'deepface-128', preprocessing: 'prewhiten' },
  ],
  [
    '3f76b5117a9ca574d536af8199e6720089eb4ad3dc7e93534496d88265de864f',
    { name: 'deepface-512', preprocessing: 'fixed-128' },
  ],
  ['c99bfb20ca9959afb7bb83a1a6f4b7fc65bacf471c7f945c15a39881057a56be', { ...vggface2, ...fed1275 }],
  ['8b71e7045497e841c00ee568f031d1a4d30908fceadf6884aef2dec4d545202b', { ...vggface2, ...fed1275 }],
  ['23cdb7f96553c3baa32fbb4f96aaa398a721ea26cd49de5a72c9beea6150d13e', { ...casia2018, ...fed1275 }],
  ['af526097bd89ff84dda94dc071ff39c4cf39922cf0a9d9dea652853cda9616be', { ...casia2018, ...fed1275 }],
  ['0ce0e39b5c8b5a46b7005c520441e9776f058d650a66d7ef0ec28b67a8d06d6c', celeb],
  ['668e950140ad76f1e21e3a2bc1d3ad9c673734ea8ea1abbf4ecc44d1dbdd400b', celeb],
  ['d7dbcee552427cd497190894ad5c9763313c3249f0b5dc2d6e0cc3e42d5ea063', casia2017],
  ['28db99aaafce0e62b2cdb1db5ac733ffa9e52a365e1a3ca0a13c5159bd4363c4', casia2017],
  ['281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b', vggface2],
  ['7a67afdbbc995fce5e10128675e318799a70698c2f433ba75dd7eb9a2f096e7d', casia2018],
  ['bf2c12f31880aaa865fa5a9c168dcbd619f7a40b1633f6446d416fac2421ab99', vggface2],
  ['272568219fa6505371ceed76dca6b3925ef69b54962709cf76f763e9d8bf4cfb', casia2018],
  ['8bdc3aed34e577113a656b8e5d0274346f8967fa7f0f9d6f3fdcd9608a29b9e4', celeb],
  ['71fb49617aee7b007b66ed1e4474e749212ed9872ff3b47c25ee997c8262baa4', casia2017],
]);

/** What is most likely for weights of unknown origin: those of 2017 have 128 numbers, those of 2018 have 512. */
export const likelyPreprocessing = (dimension: number): InceptionPreprocessing =>
  dimension === 512 ? 'fixed-128' : 'prewhiten';
