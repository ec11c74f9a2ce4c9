import { intersectionOverUnion, visageError } from '../kernel/index.ts';
import { type Album, type ClusterName, facesById } from './album.ts';
import type { Clustering } from './cluster-faces.ts';
import { type Correction, Corrections } from './corrections.ts';
import { forgetBetween, type References, resolveFace } from './references.ts';

/** What people say about the faces of an album in one run; see `ClusterFolderOptions`. */
export interface Said {
  /** Path of the album, for messages. */
  readonly state: string;
  readonly same?: readonly (readonly [string, string])[];
  readonly notSame?: readonly (readonly [string, string])[];
  readonly forget?: readonly (readonly [string, string])[];
  readonly names?: readonly ClusterName[];
}

/** The earlier corrections with those of this run. */
export function correct(
  found: Pick<Album, 'photos'>,
  earlier: Album | undefined,
  { same = [], notSame = [], forget = [], state }: Said,
): { readonly corrections: readonly Correction[]; readonly forgotten: number } {
  const references: References = {
    faces: facesById(found),
    clusters: earlier?.clustering.clusters ?? [],
    path: state,
  };
  const before = keptCorrections(found, earlier);
  const left = forgetBetween(before, forget, references);
  const said = (isSame: boolean, pairs: readonly (readonly [string, string])[]): Correction[] =>
    pairs.map(([a, b]) => ({
      same: isSame,
      faces: [resolveFace(a, references), resolveFace(b, references)],
    }));
  const all = [...left, ...said(true, same), ...said(false, notSame)];
  const nameOf = (id: string): string => references.faces.get(id)?.name ?? 'a face that is gone';
  const { list } = new Corrections(all, nameOf);
  return { corrections: list, forgotten: before.length - left.length };
}

/** Boxes of one face, found in two ways, overlap at least this much (intersection over union). */
const sameBox = 0.5;

/** Corrections of an album, without those whose face is another one since faces are found in another way. */
function keptCorrections(found: Pick<Album, 'photos'>, earlier: Album | undefined): readonly Correction[] {
  if (earlier === undefined) return [];
  const [now, before] = [facesById(found), facesById(earlier)];
  const isStill = (id: string): boolean => {
    const [today, then] = [now.get(id), before.get(id)];
    if (today === undefined || then === undefined) return true;
    return intersectionOverUnion(today.face.box, then.face.box) >= sameBox;
  };
  return earlier.clustering.corrections.filter(({ faces }) => faces.every(isStill));
}

/** Names given earlier and now, of clusters that are there. */
export function namesOf(
  { clusters }: Clustering,
  earlier: Album | undefined,
  { names = [], state }: Said,
): ClusterName[] {
  const here = new Set(clusters.map(({ number }) => number));
  const unknown = names.find(({ number }) => !here.has(number));
  if (unknown !== undefined)
    throw visageError('CLUSTER_UNKNOWN', { got: String(unknown.number), path: state });
  const all = new Map([...(earlier?.names ?? []), ...names].map(({ number, name }) => [number, name]));
  return Array.from(all, ([number, name]) => ({ number, name }))
    .filter(({ number }) => here.has(number))
    .sort((a, b) => a.number - b.number);
}
