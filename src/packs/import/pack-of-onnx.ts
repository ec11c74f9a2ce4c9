import { bundled } from '../bundled.ts';
import type { NewNetwork, NewPack } from '../keeper/install.ts';
import { publishedPacks } from '../published-packs.ts';
import type { DescribedNetwork } from '../record/pack-description.ts';
import type { PackPart } from '../record/pack-record.ts';
import { adaptOnnx } from './adapt-onnx.ts';
import type { AssembleOptions } from './assemble-options.ts';
import { detectorNetworks } from './detector-networks.ts';
import { incomplete } from './incomplete.ts';
import type { WeightFiles } from './weight-files.ts';

/** Outputs that the detectors need, by their names here. */
const scrfdOutputs = ['scores', 'boxes', 'points'].flatMap((kind) =>
  [8, 16, 32].map((stride) => `${kind}_${stride}`),
);
const yunetOutputs = ['cls', 'obj', 'bbox', 'kps'].flatMap((kind) =>
  [8, 16, 32].map((stride) => `${kind}_${stride}`),
);

/** A pack of ONNX files and the description that they belong to. */
export function packOfOnnx(
  { onnx, origins, mtcnn }: WeightFiles,
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
