import { sha256 } from '../../../src/packs/definition.ts';
import type { PublishedFile, PublishedPack } from '../../../src/packs/index.ts';
import { inceptionWeights } from '../../support/deterministic-weights.ts';
import { facenetTorch } from '../../support/facenet-torch.ts';
import { torchFile } from '../../support/torch-file.ts';

/** A FaceNet of 16 numbers and a sixteenth of the channels, with weights that follow from their names. */
export const narrowWeights = inceptionWeights({ narrowing: 16, dimension: 16 });
/** It, as facenet-pytorch publishes such; about 250 kB. */
export const narrowFile: Uint8Array = torchFile(facenetTorch(narrowWeights), 'zip');

/** A pack that can be pulled from a server of a test. */
export function narrowPack(
  files: readonly PublishedFile[],
  more: Partial<PublishedPack> = {},
): PublishedPack {
  const settings = {
    name: 'narrow',
    description: 'a narrow FaceNet',
    licence: 'none',
    source: 'a test',
    dimension: 16,
    preparation: { normalisation: { mean: 127.5, divisor: 128 }, colourOrder: 'rgb' },
    mtcnn: false,
  } as const;
  return {
    name: 'narrow',
    description: settings.description,
    licence: 'none',
    needsAcceptance: false,
    dimension: 16,
    files,
    settings,
    ...more,
  };
}

export const narrowSha256: string = sha256(narrowFile);
