import type { Picture } from '../picture.ts';

/** A face on a contact sheet. */
export interface SheetFace {
  /** How the command line calls it: `holiday/a.jpg`, or `holiday/a.jpg#2` for one face of several. */
  readonly name: string;
  /** Its photo, to count them. */
  readonly photo: string;
  /** Square. Where it is missing the face is only counted. */
  readonly picture?: Picture;
}

/** Faces that are held to be of one person. */
export interface SheetCluster {
  readonly number: number;
  /** Who it is, where somebody said so. */
  readonly name: string | undefined;
  /** Whether it is a face alone that is too small or blurred to tell whose it is, or none at all. */
  readonly unclear: boolean;
  /** The most typical first; one or more. */
  readonly faces: readonly SheetFace[];
}

/** What a contact sheet shows. */
export interface ClusterSheetData {
  /** The folder, as a person calls it. */
  readonly folder: string;
  /** Photos that were looked at. */
  readonly photos: number;
  /** Largest first. */
  readonly clusters: readonly SheetCluster[];
  /** Photos that could not be used. */
  readonly unusable: readonly { readonly file: string; readonly message: string }[];
  /** What was typed to make it, without the sheet; commands for corrections begin with it. */
  readonly command: string;
}

/** What fits on one page that a phone can open: about 3,000 faces of 4 kB. */
export const sheetLimits = { facesPerCluster: 96, faces: 3000, unusable: 200 } as const;

/**
 * How many faces of each cluster are shown, clusters largest first: at most
 * `sheetLimits.facesPerCluster` of one, and of all together `sheetLimits.faces`, later clusters losing first.
 */
export function chooseSheetFaces(clusterSizes: readonly number[]): number[] {
  let left: number = sheetLimits.faces;
  return clusterSizes.map((size) => {
    const shown = Math.min(size, sheetLimits.facesPerCluster, left);
    left -= shown;
    return shown;
  });
}
