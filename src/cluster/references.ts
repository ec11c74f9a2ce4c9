import { visageError } from '../kernel/index.ts';
import type { PlacedFace } from './album.ts';
import type { FaceCluster } from './cluster-faces.ts';
import type { Correction } from './corrections.ts';

/** What a person may speak of. */
export interface References {
  readonly faces: ReadonlyMap<string, PlacedFace>;
  readonly clusters: readonly FaceCluster[];
  /** Of the album, for messages. */
  readonly path: string;
}

/**
 * The ids of the faces that `reference` stands for: the number of a cluster, most typical face first; a
 * photo with one face; `photo.jpg#2` for one face of several, from the left.
 * @throws VisageError `CLUSTER_UNKNOWN`
 */
export function resolveFaces(reference: string, { faces, clusters, path }: References): readonly string[] {
  if (/^\d{1,9}$/.test(reference)) {
    const cluster = clusters.find(({ number }) => number === Number(reference));
    if (cluster !== undefined) return cluster.faces;
  }
  for (const { face, photo, name } of faces.values()) {
    if (name === reference) return [face.id];
    // Copies of a photo, and the only face of a photo by its number, are as good.
    const number = photo.faces.indexOf(face) + 1;
    const alone = photo.faces.length === 1;
    for (const file of photo.files) {
      if ((alone && file === reference) || `${file}#${number}` === reference) return [face.id];
    }
  }
  throw visageError('CLUSTER_UNKNOWN', { got: JSON.stringify(reference), path });
}

/** The face that `reference` stands for. @throws VisageError `CLUSTER_UNKNOWN` */
export function resolveFace(reference: string, references: References): string {
  const present = resolveFaces(reference, references).find((id) => references.faces.has(id));
  if (present === undefined) throw visageError('CLUSTER_UNKNOWN', { got: reference, path: references.path });
  return present;
}

/** `corrections` without those between a face of one and a face of the other of a pair. */
export function forgetBetween(
  corrections: readonly Correction[],
  pairs: readonly (readonly [string, string])[],
  references: References,
): readonly Correction[] {
  const sides = pairs.map((pair) => pair.map((reference) => new Set(resolveFaces(reference, references))));
  return corrections.filter(
    ({ faces: [a, b] }) =>
      !sides.some(([one, other]) => (one!.has(a) && other!.has(b)) || (one!.has(b) && other!.has(a))),
  );
}
