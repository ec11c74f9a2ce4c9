import { visageError } from '../kernel/index.ts';
import type { Pack } from './pack.ts';

/** How the reference pipeline resizes: as Pillow does today, or as it did before 7.0, in the published run. */
export type ReferenceFilter = 'bicubic' | 'nearest';

const suffixes: Readonly<Record<string, ReferenceFilter>> = {
  '+reference': 'bicubic',
  '+reference-nearest': 'nearest',
};

/** `facenet-128+reference` → the pack facenet-128, as the original system uses it. */
export function splitPackName(name: string): { base: string; reference: ReferenceFilter | undefined } {
  const suffix = Object.keys(suffixes).find((candidate) => name.endsWith(candidate));
  if (suffix === undefined) return { base: name, reference: undefined };
  return { base: name.slice(0, -suffix.length), reference: suffixes[suffix] };
}

/** The name under which artefacts record the reference pipeline of a pack. */
export const referenceName = (base: string, filter: ReferenceFilter): string =>
  `${base}+reference${filter === 'nearest' ? '-nearest' : ''}`;

/**
 * The pipeline of "How to Develop a Face Recognition System Using FaceNet in Keras" with the networks of
 * `pack`, step for step: photos as they are stored (EXIF orientation and colour profile ignored); the face
 * that MTCNN 0.1.0 is surest of; its box of whole numbers with the corner made positive by `abs()`; no
 * border; stretched to the crop by Pillow's filter; each face whitened without a floor; no mirror image.
 * It has a name of its own, so that nothing mixes with the pack's defaults. See docs/reference-pipeline.md.
 * @throws VisageError `OPTION_INVALID` for packs without MTCNN or without whitening
 */
export function referencePack(pack: Pack, filter: ReferenceFilter): Pack {
  const { detector, embedder } = pack;
  const got = `${pack.name}, which has ${detector.network}`;
  if (detector.network !== 'mtcnn') {
    const allowed = 'packs with MTCNN; import the weights together with det1.npy, det2.npy and det3.npy';
    throw visageError('OPTION_INVALID', { owner: 'reference pipeline', option: 'pack', got, allowed });
  }
  const normalisation = embedder.preparation?.normalisation;
  if (normalisation !== 'prewhiten' && normalisation !== 'prewhiten-unfloored') {
    const allowed = 'packs whose embedder whitens each face, as facenet-128';
    throw visageError('OPTION_INVALID', {
      owner: 'reference pipeline',
      option: 'pack',
      got: pack.name,
      allowed,
    });
  }
  return {
    ...pack,
    name: referenceName(pack.name, filter),
    selection: { upright: false, colours: 'stored', face: 'first' },
    detector: { ...detector, boxRule: '0.1.0', photoSidePx: Number.MAX_SAFE_INTEGER },
    alignment: {
      method: 'box',
      cropSizePx: pack.alignment.cropSizePx,
      margin: { unit: 'photo-pixels', value: 0 },
      fit: 'stretch',
      filter,
      corner: 'absolute',
    },
    embedder: {
      ...embedder,
      mirrored: false,
      // The floor of the built network, 1/√N, is below the deviation of every picture of two values.
      preparation: { normalisation: 'prewhiten-unfloored', colourOrder: 'rgb' },
    },
  };
}

/** Whether a crop is of one colour value: the original divides by its deviation, 0, and gets no numbers. */
export const isConstant = (values: Uint8Array): boolean => values.every((value) => value === values[0]);
