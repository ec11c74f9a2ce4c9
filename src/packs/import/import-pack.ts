import { basename } from 'node:path';
import { encodeModel, openByteSource, type FileSource as WeightFile } from '../../formats/index.ts';
import { toModel } from '../../graph/index.ts';
import { visageError, type NamedWeights } from '../../kernel/index.ts';
import {
  inceptionResnetV1,
  mtcnnOutputNet,
  mtcnnProposalNet,
  mtcnnRefineNet,
  type InceptionPreprocessing,
} from '../../nets/index.ts';
import { bundled } from '../bundled.ts';
import { sha256 } from '../definition.ts';
import { facenetPack } from '../descriptions/facenet.ts';
import type { NewNetwork, NewPack } from '../keeper/install.ts';
import type { Pack, PixelPreparation } from '../pack.ts';
import { publishedPacks, type PublishedPack } from '../published-packs.ts';
import type { DescribedNetwork, PackDescription } from '../record/pack-description.ts';
import type { OriginRecord, PackPart } from '../record/pack-record.ts';
import { adaptOnnx } from './adapt-onnx.ts';
import { importWeights } from './import-weights.ts';
import type { ImportedWeights } from './imported-weights.ts';
import { importMtcnn, type MtcnnPart, type MtcnnWeights } from './mtcnn.ts';
import { sniffedBytes, sniffWeights } from './sniff.ts';

export interface AssembleOptions {
  /** Name of the pack; default: that of the published weights that the files are. */
  readonly name?: string | undefined;
  /** How ONNX files become a pack; default: the description of the published pack that they belong to. */
  readonly description?: PackDescription | undefined;
  /** What the pixels of a FaceNet's crops become; default: what its lineage tells. */
  readonly preprocessing?: InceptionPreprocessing | undefined;
  readonly colourOrder?: 'rgb' | 'bgr' | undefined;
  /** Packs that are known by the hashes of their files. */
  readonly registry?: readonly PublishedPack[] | undefined;
}

const asData: Readonly<Record<InceptionPreprocessing, PixelPreparation['normalisation']>> = {
  prewhiten: 'prewhiten',
  'prewhiten-unfloored': 'prewhiten-unfloored',
  'fixed-128': { mean: 127.5, divisor: 128 },
  'fixed-127.5': { mean: 127.5, divisor: 127.5 },
  unit: { mean: 0, divisor: 255 },
  none: { mean: 0, divisor: 1 },
};

const asChoice = (normalisation: PixelPreparation['normalisation']): InceptionPreprocessing =>
  (Object.keys(asData) as InceptionPreprocessing[]).find(
    (choice) => JSON.stringify(asData[choice]) === JSON.stringify(normalisation),
  )!;

/** Weight files of MTCNN's networks are below, those of embedders above. */
const mtcnnMaxBytes = 8_000_000;

interface Sorted {
  readonly mtcnn: MtcnnWeights;
  readonly onnx: readonly { readonly origin: OriginRecord; readonly bytes: Uint8Array }[];
  readonly weights: ImportedWeights | undefined;
  readonly origins: readonly OriginRecord[];
}

const incomplete = (reason: string, advice: string): Error =>
  visageError('PACK_INCOMPLETE', { reason, advice });

const nameOf = (source: WeightFile): string => basename(typeof source === 'string' ? source : source.name);

/** What a file is. */
type Found = { readonly origin: OriginRecord } & (
  | { readonly mtcnn: MtcnnWeights }
  | { readonly onnx: Uint8Array }
  | { readonly weights: ImportedWeights }
);

async function readWeightFile(source: WeightFile): Promise<Found> {
  await using file = await openByteSource(source);
  const { name: path, sizeBytes } = file;
  const form = sniffWeights(await file.read(0, Math.min(sizeBytes, sniffedBytes)), sizeBytes, path);
  const mayBeMtcnn = form === 'npy' || ((form === 'pickle' || form === 'zip') && sizeBytes <= mtcnnMaxBytes);
  if (form === 'onnx' || mayBeMtcnn) {
    const bytes = await file.read(0, sizeBytes);
    const origin = { file: nameOf(source), sha256: sha256(bytes), sizeBytes };
    if (form === 'onnx') return { origin, onnx: bytes };
    try {
      return { origin, mtcnn: await importMtcnn({ name: path, bytes }) };
    } catch (thrown) {
      // A checkpoint that is not MTCNN's may be a small embedder's.
      if (form === 'npy') throw thrown;
    }
  }
  const weights = await importWeights(source);
  const { sha256: hash, published } = weights.lineage;
  const origin = { file: nameOf(source), sha256: hash, sizeBytes };
  return { origin: published === undefined ? origin : { ...origin, published }, weights };
}

/** Reads the files, each for what it is; one after the other, as an embedder fills the memory. */
async function sortFiles(files: readonly WeightFile[]): Promise<Sorted> {
  const mtcnn: Partial<Record<MtcnnPart, NamedWeights>> = {};
  let weights: ImportedWeights | undefined;
  const onnx: { origin: OriginRecord; bytes: Uint8Array }[] = [];
  const origins: OriginRecord[] = [];
  for (const source of files) {
    const found = await readWeightFile(source);
    origins.push(found.origin);
    if ('onnx' in found) onnx.push({ origin: found.origin, bytes: found.onnx });
    else if ('mtcnn' in found) Object.assign(mtcnn, found.mtcnn);
    else weights = onlyOne(weights, found.weights);
  }
  return { mtcnn, onnx, weights, origins };
}

function onlyOne(known: ImportedWeights | undefined, found: ImportedWeights): ImportedWeights {
  if (known === undefined) return found;
  throw incomplete('two of them are embedders', 'Give one embedder; each makes a pack of its own.');
}

/**
 * Makes a pack of weight files, told apart by their content: a FaceNet in any form that `importWeights`
 * reads, alone or with the networks of MTCNN; or ONNX files with a description.
 *
 * Without the three networks of MTCNN, or without the detector of a description, the bundled detector
 * finds the faces.
 * @throws VisageError as `importWeights`; `PACK_INCOMPLETE`, `PACK_INVALID`
 */
export async function assemblePack(
  files: readonly WeightFile[],
  options: AssembleOptions = {},
): Promise<NewPack> {
  const sorted = await sortFiles(files);
  if (sorted.weights !== undefined && sorted.onnx.length === 0) {
    return fromFacenet({ ...sorted, weights: sorted.weights }, options);
  }
  if (sorted.weights === undefined && sorted.onnx.length > 0) return fromOnnx(sorted, options);
  throw incomplete(
    sorted.weights === undefined ? 'none of them is an embedder' : 'they hold a FaceNet and ONNX networks',
    'Give a FaceNet (.h5, .pt, .pb) with or without the networks of MTCNN, or ONNX files with a description.',
  );
}

/** The published pack that weights with this hash, or by this name, are. */
function publishedOf(
  { lineage, dimension }: ImportedWeights,
  registry: readonly PublishedPack[],
): { readonly pack: PublishedPack | undefined; readonly proven: boolean } {
  const byHash = registry.find(({ files }) =>
    files.some(({ sources }) => sources.some(({ sha256 }) => sha256 === lineage.sha256)),
  );
  if (byHash !== undefined) return { pack: byHash, proven: true };
  const byTraining = { VGGFace2: 'facenet-512-vggface2', 'CASIA-WebFace': 'facenet-512-casia' };
  const name =
    dimension === 128 && lineage.likely === 'facenet_keras'
      ? 'facenet-128'
      : dimension === 512
        ? byTraining[lineage.trainedOn as keyof typeof byTraining]
        : undefined;
  const pack = registry.find((candidate) => candidate.name === name && candidate.settings !== undefined);
  return { pack, proven: lineage.published !== undefined };
}

const unknownLicence = 'unknown: ask whoever gave you the weights';

function fromFacenet(
  { weights, mtcnn, origins }: Sorted & { readonly weights: ImportedWeights },
  { name, preprocessing, colourOrder = 'rgb', registry = publishedPacks, description }: AssembleOptions,
): NewPack {
  if (description !== undefined) {
    throw incomplete(
      'a description is for ONNX files',
      'Leave it out, and edit pack.json afterwards where needed.',
    );
  }
  const parts = (['pnet', 'rnet', 'onet'] as const).filter((part) => mtcnn[part] !== undefined);
  if (parts.length > 0 && parts.length < 3) {
    const advice = 'Give all three (det1.npy, det2.npy, det3.npy), or none for the bundled detector.';
    throw incomplete(`of MTCNN there is only ${parts.join(', ')}`, advice);
  }
  const whole = parts.length === 3;
  const { pack: published, proven } = publishedOf(weights, registry);
  const { dimension, lineage } = weights;
  const preparation: PixelPreparation =
    preprocessing === undefined && colourOrder === 'rgb' && proven && published?.settings !== undefined
      ? published.settings.preparation
      : { normalisation: asData[preprocessing ?? weights.preprocessing], colourOrder };
  const settings = published?.settings;
  const pack: Pack = facenetPack({
    name: name ?? settings?.name ?? `facenet-${dimension}`,
    description: `${whole ? 'MTCNN' : 'bundled'} detector, FaceNet (Inception-ResNet-v1) with ${dimension} numbers a face`,
    licence: settings?.licence ?? unknownLicence,
    source: `imported from ${origins.map(({ file }) => file).join(', ')}${lineage.published === undefined ? '' : ` (published as ${lineage.published})`}`,
    ...(lineage.trainedOn !== undefined && { trainedOn: lineage.trainedOn }),
    dimension,
    preparation,
    mtcnn: whole,
  });
  const embedder = (): Uint8Array =>
    encodeModel(
      toModel(
        inceptionResnetV1(weights.weights, {
          preprocessing: asChoice(preparation.normalisation),
          colourOrder: preparation.colourOrder,
          normalise: weights.normalised,
          lastScale: weights.lastScale,
        }),
      ),
    );
  // The note says that the preparation was guessed.
  const notes = proven || preprocessing !== undefined ? [] : [...weights.notes];
  if (!whole) {
    notes.push(
      'The bundled detector finds the faces. FaceNets were trained on the boxes of MTCNN: import det1.npy, det2.npy and det3.npy along for these.',
    );
  }
  return {
    pack,
    networks: {
      ...detectorNetworks(whole ? (mtcnn as Required<MtcnnWeights>) : undefined),
      embedder: { name: 'embedder', bytes: embedder },
    },
    origins,
    notes,
  };
}

function detectorNetworks(mtcnn: Required<MtcnnWeights> | undefined): Partial<Record<PackPart, NewNetwork>> {
  if (mtcnn === undefined) return { detector: { bundled: 'detector' }, landmarks: { bundled: 'landmarks' } };
  const builders = { pnet: mtcnnProposalNet, rnet: mtcnnRefineNet, onet: mtcnnOutputNet };
  const network = (part: MtcnnPart): NewNetwork => ({
    name: part,
    bytes: () => encodeModel(toModel(builders[part](mtcnn[part]))),
  });
  return { detector: network('pnet'), refine: network('rnet'), landmarks: network('onet') };
}

/** Outputs that the detectors need, by their names here. */
const scrfdOutputs = ['scores', 'boxes', 'points'].flatMap((kind) =>
  [8, 16, 32].map((stride) => `${kind}_${stride}`),
);
const yunetOutputs = ['cls', 'obj', 'bbox', 'kps'].flatMap((kind) =>
  [8, 16, 32].map((stride) => `${kind}_${stride}`),
);

function fromOnnx(
  { onnx, origins, mtcnn }: Sorted,
  { name, description: given, registry = publishedPacks, preprocessing, colourOrder }: AssembleOptions,
): NewPack {
  if (Object.keys(mtcnn).length > 0 || preprocessing !== undefined || colourOrder !== undefined) {
    throw incomplete(
      'MTCNN and the preparation of pixels go with FaceNets, not with ONNX files',
      'Say how the network is fed in its description.',
    );
  }
  const isOf = (network: DescribedNetwork) => (file: (typeof onnx)[number]) =>
    network.sha256 === undefined ? network.file === file.origin.file : network.sha256 === file.origin.sha256;
  const known = registry.flatMap((pack) => (pack.onnx === undefined ? [] : [pack.onnx]));
  const description = given ?? known.find(({ embedder }) => onnx.some(isOf(embedder)));
  if (description === undefined) {
    throw incomplete(
      `${onnx.map(({ origin }) => origin.file).join(', ')} is none of the ONNX embedders that Visage knows by their hash`,
      'Describe how it is fed in a JSON file and give that with --description; see docs/packs.md.',
    );
  }
  const { embedder: wanted, detector: finder } = description;
  const unnamed = wanted.sha256 === undefined && wanted.file === undefined;
  const embedderFile = onnx.find(isOf(wanted)) ?? (unnamed && onnx.length === 1 ? onnx[0] : undefined);
  if (embedderFile === undefined) {
    throw incomplete(
      `none of them is the embedder of the description (${wanted.sha256 ?? wanted.file ?? 'it names no file'})`,
      'Name the file in networks.embedder.file of the description.',
    );
  }
  const detectorFile = finder === 'bundled' ? undefined : onnx.find(isOf(finder));
  const spare = onnx.find((file) => file !== embedderFile && file !== detectorFile);
  if (spare !== undefined) {
    const advice = 'Leave it out, or name it in networks.detector.file of the description.';
    throw incomplete(`${spare.origin.file} is not a part of the description`, advice);
  }

  const { pack } = description;
  const adapted = adaptOnnx(embedderFile.bytes, {
    ...wanted,
    path: embedderFile.origin.file,
    sizePx: pack.alignment.cropSizePx,
    required: ['embedding'],
  });
  const networks: Partial<Record<PackPart, NewNetwork>> = {
    embedder: { name: 'embedder', bytes: () => adapted.bytes },
  };
  const notes: string[] = [];
  let { detector } = pack;
  if (
    detectorFile !== undefined &&
    finder !== 'bundled' &&
    (detector.network === 'yunet' || detector.network === 'scrfd')
  ) {
    const found = adaptOnnx(detectorFile.bytes, {
      ...finder,
      path: detectorFile.origin.file,
      sizePx: detector.inputSizePx,
      required: detector.network === 'yunet' ? yunetOutputs : scrfdOutputs,
    });
    networks.detector = { name: 'detector', bytes: () => found.bytes };
  } else {
    if (finder !== 'bundled') {
      notes.push(`The bundled detector finds the faces; the file of ${detector.network} was not given.`);
    }
    detector = bundled.pack.detector;
    Object.assign(networks, detectorNetworks(undefined));
  }
  return {
    pack: {
      ...pack,
      name: name ?? pack.name,
      detector,
      embedder: { ...pack.embedder, ...(adapted.maxBatch !== undefined && { maxBatch: adapted.maxBatch }) },
    },
    networks,
    origins,
    notes,
  };
}
