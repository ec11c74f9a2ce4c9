import { arcfaceMobile, arcfaceR50 } from './descriptions/arcface.ts';
import { facenetPack, type FacenetSettings } from './descriptions/facenet.ts';
import { sface } from './descriptions/sface.ts';
import type { Pack, PixelPreparation } from './pack.ts';
import type { PackDescription } from './record/pack-description.ts';

/**
 * The registry of packs that can be pulled. Everything in it is published: hashes and sizes are pinned,
 * and where nobody says (a size, what something was trained on) the field is absent.
 */

/** A place where a file can be had. The bytes must have this hash, whatever the server says. */
export interface FileSource {
  readonly url: string;
  /** Of what the URL gives: the file, or the archive. */
  readonly sha256: string;
  readonly sizeBytes?: number;
  /** The file inside a zip archive, by the end of its path. */
  readonly member?: { readonly path: string; readonly sha256: string };
}

/** A file that a pack is made of. Sources are tried in turn; they may give different files with the same weights. */
export interface PublishedFile {
  /** What it is, for people: `weights`, `P-Net`. */
  readonly what: string;
  readonly sources: readonly FileSource[];
}

/** Numbers by which users can tell that the weights do what they were published to do. */
export interface Acceptance {
  /** What the numbers are, and where they stand. */
  readonly source: string;
  /** Names of the faces, the order of the rows; files of these names with .png, .jpg or .jpeg. */
  readonly faces: readonly string[];
  /** Euclidean distances of unit embeddings above the diagonal, row by row. */
  readonly distances: readonly number[];
  /** Largest Frobenius norm of the difference of both matrices. */
  readonly tolerance: number;
}

export interface PublishedPack {
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  /** Whether the licence must be accepted before anything is downloaded. */
  readonly needsAcceptance: boolean;
  readonly trainedOn?: string;
  /** Numbers per embedding. */
  readonly dimension: number;
  readonly files: readonly PublishedFile[];
  /** How ONNX files become the pack; absent for FaceNets, see `settings`. */
  readonly onnx?: PackDescription;
  /** What a FaceNet's pack says. */
  readonly settings?: FacenetSettings;
  readonly acceptance?: Acceptance;
}

const facenetPytorch = 'https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9';
const deepface = 'https://github.com/serengil/deepface_models/releases/download/v1.0';
const kerasFacenet = 'https://github.com/faustomorales/keras-facenet/releases/download/v0.3.1';
const sandberg =
  'https://raw.githubusercontent.com/davidsandberg/facenet/096ed770f163957c1e56efa7feeb194773920f6e/src/align';
const opencvZoo = 'https://github.com/opencv/opencv_zoo/raw/966be4cb6eefc2a4f586ed0581bf4bbaa2533070/models';
const insightface = 'https://github.com/deepinsight/insightface/releases/download/v0.7';
const immichBuffaloS =
  'https://huggingface.co/immich-app/buffalo_s/resolve/0ff1751885575e62e084dff70549ce24a11fa5dc';

/** MTCNN as davidsandberg/facenet has it. */
const mtcnnFiles: readonly PublishedFile[] = [
  ['P-Net', 'det1.npy', 27_368, '3285cf7a3de2651c5784cb9e32013f5919aae95fd1ed1bc371dd9691affb39af'],
  ['R-Net', 'det2.npy', 401_681, '716b8b83e42476791c9096f14dbb09fefc88bf5c7ec876b1683f9acd52b3f39c'],
  ['O-Net', 'det3.npy', 1_557_360, '396ead803d85d3443307ff8f45fb6aed2536579b415a4f4d4cb8f93ea6b1476a'],
].map(([what, file, sizeBytes, sha256]) => ({
  what: what as string,
  sources: [{ url: `${sandberg}/${file}`, sizeBytes: sizeBytes as number, sha256: sha256 as string }],
}));

const whitened: PixelPreparation = { normalisation: 'prewhiten', colourOrder: 'rgb' };
const fixed: PixelPreparation = { normalisation: { mean: 127.5, divisor: 128 }, colourOrder: 'rgb' };

const weightsLicence =
  'code MIT; the weights were trained on research data sets, whose owners davidsandberg/facenet asks to credit';

const facenet = (
  settings: Omit<FacenetSettings, 'mtcnn' | 'licence'>,
  sources: readonly FileSource[],
  acceptance?: Acceptance,
): PublishedPack => ({
  name: settings.name,
  description: settings.description,
  licence: weightsLicence,
  needsAcceptance: false,
  ...(settings.trainedOn !== undefined && { trainedOn: settings.trainedOn }),
  dimension: settings.dimension,
  files: [{ what: 'weights', sources }, ...mtcnnFiles],
  settings: { ...settings, licence: weightsLicence, mtcnn: true },
  ...(acceptance && { acceptance }),
});

/** facenet-pytorch, tests/actions_test.py, on the five faces of its data/test_images_aligned. */
const facenetPytorchFaces = [
  'angelina_jolie',
  'bradley_cooper',
  'kate_siegel',
  'paul_rudd',
  'shea_whigham',
] as const;
const facenetPytorchTest = (distances: readonly number[]): Acceptance => ({
  source: 'timesler/facenet-pytorch, tests/actions_test.py',
  faces: facenetPytorchFaces,
  distances,
  tolerance: 1e-2,
});

const zipOf = (
  archive: string,
  sizeBytes: number | undefined,
  sha256: string,
  path: string,
  memberSha256: string,
): FileSource => ({
  url: `${insightface}/${archive}`,
  sha256,
  ...(sizeBytes !== undefined && { sizeBytes }),
  member: { path, sha256: memberSha256 },
});

const onnxPack = (
  onnx: PackDescription,
  needsAcceptance: boolean,
  files: readonly PublishedFile[],
): PublishedPack => ({
  name: onnx.pack.name,
  description: onnx.pack.description,
  licence: onnx.pack.licence,
  needsAcceptance,
  ...(onnx.pack.trainedOn !== undefined && { trainedOn: onnx.pack.trainedOn }),
  dimension: onnx.pack.embedder.dimension,
  files,
  onnx,
});

const buffaloL = [
  'buffalo_l.zip',
  288_621_354,
  '80ffe37d8a5940d59a7384c201a2a38d4741f2f3c51eef46ebb28218a7b0ca2f',
] as const;
const buffaloSc = [
  'buffalo_sc.zip',
  14_969_382,
  '57d31b56b6ffa911c8a73cfc1707c73cab76efe7f13b675a05223bf42de47c72',
] as const;
const r50 = '4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43';
const det10g = '5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91';
const mbf = '9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f';
const det500m = '5e4447f50245bbd7966bd6c0fa52938c61474a04ec7def48753668a9d8b4ea3a';

export const publishedPacks: readonly PublishedPack[] = [
  facenet(
    {
      name: 'facenet-128',
      description: 'MTCNN detector, FaceNet (Inception-ResNet-v1) with 128 numbers a face: the Keras model',
      source: 'facenet_keras.h5 of nyoki-mtl/keras-facenet, made from davidsandberg/facenet 20170512-110547',
      trainedOn: 'MS-Celeb-1M',
      dimension: 128,
      preparation: whitened,
    },
    [
      {
        url: `${deepface}/facenet_weights.h5`,
        sizeBytes: 92_190_816,
        sha256: '90659cc97bfda5999120f95d8e122f4d262cca11715a21e59ba024bcce816d5c',
      },
      {
        url: `${kerasFacenet}/20170512-110547-weights.h5`,
        sha256: '668e950140ad76f1e21e3a2bc1d3ad9c673734ea8ea1abbf4ecc44d1dbdd400b',
      },
    ],
  ),
  facenet(
    {
      name: 'facenet-512-vggface2',
      description: 'MTCNN detector, FaceNet (Inception-ResNet-v1) with 512 numbers a face',
      source: 'davidsandberg/facenet 20180402-114759, as timesler/facenet-pytorch publishes it',
      trainedOn: 'VGGFace2',
      dimension: 512,
      preparation: fixed,
    },
    [
      {
        url: `${facenetPytorch}/20180402-114759-vggface2.pt`,
        sizeBytes: 111_898_327,
        sha256: '281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b',
      },
      {
        url: `${kerasFacenet}/20180402-114759-weights.h5`,
        sha256: '8b71e7045497e841c00ee568f031d1a4d30908fceadf6884aef2dec4d545202b',
      },
    ],
    facenetPytorchTest([
      1.482895, 0.886342, 1.43845, 1.437583, 1.345686, 1.02988, 1.061939, 1.363125, 1.338803, 1.06604,
    ]),
  ),
  facenet(
    {
      name: 'facenet-512-casia',
      description: 'MTCNN detector, FaceNet (Inception-ResNet-v1) with 512 numbers a face',
      source: 'davidsandberg/facenet 20180408-102900, as timesler/facenet-pytorch publishes it',
      trainedOn: 'CASIA-WebFace',
      dimension: 512,
      preparation: fixed,
    },
    [
      {
        url: `${facenetPytorch}/20180408-102900-casia-webface.pt`,
        sizeBytes: 115_887_415,
        sha256: '7a67afdbbc995fce5e10128675e318799a70698c2f433ba75dd7eb9a2f096e7d',
      },
      {
        url: `${kerasFacenet}/20180408-102900-weights.h5`,
        sha256: 'af526097bd89ff84dda94dc071ff39c4cf39922cf0a9d9dea652853cda9616be',
      },
    ],
    facenetPytorchTest([
      1.430769, 0.992931, 1.414197, 1.329544, 1.253911, 1.144899, 1.079755, 1.358875, 1.337322, 1.204118,
    ]),
  ),
  facenet(
    {
      name: 'facenet-512-deepface',
      description: "MTCNN detector, deepface's FaceNet (Inception-ResNet-v1) with 512 numbers a face",
      source: 'serengil/deepface_models 1.0: facenet512_weights.h5',
      dimension: 512,
      preparation: fixed,
    },
    [
      {
        url: `${deepface}/facenet512_weights.h5`,
        sizeBytes: 94_955_648,
        sha256: '3f76b5117a9ca574d536af8199e6720089eb4ad3dc7e93534496d88265de864f',
      },
    ],
  ),
  onnxPack(sface, false, [
    {
      what: 'SFace',
      sources: [
        {
          url: `${opencvZoo}/face_recognition_sface/face_recognition_sface_2021dec.onnx`,
          sizeBytes: 38_696_353,
          sha256: '0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79',
        },
      ],
    },
    {
      what: 'YuNet',
      sources: [
        {
          url: `${opencvZoo}/face_detection_yunet/face_detection_yunet_2023mar.onnx`,
          sizeBytes: 232_589,
          sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
        },
      ],
    },
  ]),
  onnxPack(arcfaceR50, true, [
    { what: 'ArcFace', sources: [zipOf(...buffaloL, 'w600k_r50.onnx', r50)] },
    { what: 'SCRFD', sources: [zipOf(...buffaloL, 'det_10g.onnx', det10g)] },
  ]),
  onnxPack(arcfaceMobile, true, [
    {
      what: 'ArcFace',
      sources: [
        zipOf(...buffaloSc, 'w600k_mbf.onnx', mbf),
        { url: `${immichBuffaloS}/recognition/model.onnx`, sizeBytes: 13_616_099, sha256: mbf },
      ],
    },
    {
      what: 'SCRFD',
      sources: [
        zipOf(...buffaloSc, 'det_500m.onnx', det500m),
        { url: `${immichBuffaloS}/detection/model.onnx`, sizeBytes: 2_524_817, sha256: det500m },
      ],
    },
  ]),
];

/** The published pack of that name. */
export const publishedPack = (
  name: string,
  registry: readonly PublishedPack[] = publishedPacks,
): PublishedPack | undefined => registry.find((pack) => pack.name === name);

/** The settings of a published FaceNet. */
export const facenetOf = ({ settings }: PublishedPack): Pack | undefined => settings && facenetPack(settings);
