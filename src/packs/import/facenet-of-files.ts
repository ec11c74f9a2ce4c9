import { encodeModel } from '../../formats/index.ts';
import { toModel } from '../../graph/index.ts';
import { inceptionResnetV1, type InceptionPreprocessing } from '../../nets/index.ts';
import { facenetPack } from '../descriptions/facenet.ts';
import type { NewPack } from '../keeper/install.ts';
import type { Pack, PixelPreparation } from '../pack.ts';
import { publishedPacks, type PublishedPack } from '../published-packs.ts';
import type { AssembleOptions } from './assemble-options.ts';
import { detectorNetworks } from './detector-networks.ts';
import type { ImportedWeights } from './imported-weights.ts';
import { incomplete } from './incomplete.ts';
import type { MtcnnWeights } from './mtcnn.ts';
import type { WeightFiles } from './weight-files.ts';

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

/** A pack of a FaceNet, alone or with the networks of MTCNN. */
export function facenetOfFiles(
  { weights, mtcnn, origins }: WeightFiles & { readonly weights: ImportedWeights },
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
