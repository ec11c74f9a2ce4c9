import { mapEmbeddings } from '../../report/index.ts';
import { Random, squaredDistance, unit } from '../../kernel/index.ts';

/** An example with its embedding. */
export interface JudgedFace {
  readonly exampleId: number;
  readonly personId: string;
  readonly embedding: Float32Array;
}

/** What an example says about how far its gallery can be trusted. */
export interface FaceJudgement {
  readonly exampleId: number;
  readonly personId: string;
  /** Distance to the nearest other example of the same person; null where there is none. */
  readonly nearestOwn: number | null;
  /** Distance to the nearest example of anybody else; null where there is nobody. */
  readonly nearestOther: number | null;
  /** Who that is. */
  readonly otherPersonId: string | null;
  /** Where it lies on the map; units without meaning. */
  readonly x: number;
  readonly y: number;
}

export interface GalleryJudgement {
  /** How the map was drawn. */
  readonly method: 'umap' | 'pca';
  readonly faces: readonly FaceJudgement[];
  /** Pairs of examples by distance, in bins of `binWidth` from 0 to 2: of one person, and of two. */
  readonly binWidth: number;
  readonly samePerson: readonly number[];
  readonly twoPeople: readonly number[];
}

const bins = 200;

/**
 * Holds every example against all others, as if it had just been seen: the nearest one decides whose it would
 * be, so the judgement tells for any threshold how many would be missed, mistaken and right.
 * The same faces in the same order give the same answer.
 */
export async function judgeGallery(faces: readonly JudgedFace[]): Promise<GalleryJudgement> {
  const units = faces.map(({ embedding }) => unit(embedding));
  const count = faces.length;
  const nearestOwn = new Float64Array(count).fill(Infinity);
  const nearestOther = new Float64Array(count).fill(Infinity);
  const other = new Int32Array(count).fill(-1);
  const samePerson = Array.from({ length: bins }, () => 0);
  const twoPeople = Array.from({ length: bins }, () => 0);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const distance = Math.sqrt(squaredDistance(units[i]!, units[j]!));
      const bin = Math.min(bins - 1, Math.floor((distance * bins) / 2));
      if (faces[i]!.personId === faces[j]!.personId) {
        samePerson[bin]!++;
        nearestOwn[i] = Math.min(nearestOwn[i]!, distance);
        nearestOwn[j] = Math.min(nearestOwn[j]!, distance);
      } else {
        twoPeople[bin]!++;
        if (distance < nearestOther[i]!) [nearestOther[i], other[i]] = [distance, j];
        if (distance < nearestOther[j]!) [nearestOther[j], other[j]] = [distance, i];
      }
    }
  }
  const map =
    count === 0 ? { method: 'pca' as const, positions: [] } : await mapEmbeddings(units, new Random(0));
  return {
    method: map.method,
    binWidth: 2 / bins,
    samePerson,
    twoPeople,
    faces: faces.map(({ exampleId, personId }, i) => ({
      exampleId,
      personId,
      nearestOwn: finite(nearestOwn[i]!),
      nearestOther: finite(nearestOther[i]!),
      otherPersonId: other[i]! < 0 ? null : faces[other[i]!]!.personId,
      x: map.positions[i]!.x,
      y: map.positions[i]!.y,
    })),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
