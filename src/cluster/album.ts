import type { Box, ErrorCode } from '../kernel/index.ts';
import type { Clustering } from './cluster-faces.ts';

/** A face in a photo of an album. */
export interface AlbumFace {
  /** The photo's fingerprint and the face's number in it: stays when the photo is renamed or copied. */
  readonly id: string;
  /** In pixels of the upright photo. */
  readonly box: Box;
  readonly score: number;
  /** How well it can be recognised, in [0, 1]; see `faceQuality`. */
  readonly quality: number;
  /** As the network gave it. */
  readonly embedding: Float32Array;
  /** The aligned crop, as a WebP file. */
  readonly crop: Uint8Array;
}

/** A photo that was looked at. */
export interface AlbumPhoto {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly fingerprint: string;
  /** Where it lies, below the folder and with `/`, sorted: copies of a photo are one photo. At least one. */
  readonly files: readonly string[];
  /** Upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** From left to right. */
  readonly faces: readonly AlbumFace[];
}

/** A photo that could not be used. */
export interface UnusablePhoto {
  readonly file: string;
  /** Empty where its bytes could not be read. */
  readonly fingerprint: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The photos of a folder, the faces in them, and whose they seem to be. */
export interface Album {
  /** Name of the pack that the embeddings are of. */
  readonly pack: string;
  /** Everything that decides what is found in a photo. */
  readonly recipe: string;
  /** Sorted by their first file. */
  readonly photos: readonly AlbumPhoto[];
  readonly unusable: readonly UnusablePhoto[];
  readonly clustering: Clustering;
  /** Who clusters are, where somebody said so. */
  readonly names: readonly ClusterName[];
}

/** The name of a cluster. */
export interface ClusterName {
  readonly number: number;
  readonly name: string;
}

/** A face with the photo that it is in. */
export interface PlacedFace {
  readonly face: AlbumFace;
  readonly photo: AlbumPhoto;
  /** How people speak of it: its photo, and its number in it from the left where there are several faces. */
  readonly name: string;
}

export const faceId = (fingerprint: string, number: number): string => `${fingerprint}#${number}`;

/** All faces of an album by their id, in the order of the photos. */
export function facesById({ photos }: Pick<Album, 'photos'>): Map<string, PlacedFace> {
  const faces = new Map<string, PlacedFace>();
  for (const photo of photos) {
    for (const [i, face] of photo.faces.entries()) {
      const file = photo.files[0]!;
      const name = photo.faces.length === 1 ? file : `${file}#${i + 1}`;
      faces.set(face.id, { face, photo, name });
    }
  }
  return faces;
}
