import type { FaceMatch, LiveFaces } from '../gallery/index.ts';
import { distance, unit } from '../kernel/index.ts';
import type { QualityFault } from '../quality/index.ts';
import type { SeenPhoto } from './seen-face.ts';

/** Something a person should know about a photo that was enrolled, or left out. */
export interface EnrolmentWarning {
  readonly code:
    | QualityFault
    | 'several-faces'
    | 'duplicate'
    | 'enrolled-as-another'
    | 'nearer-to-another'
    | 'unlike-others';
  /** A sentence. */
  readonly message: string;
  /** Whom it is about, besides the person who is enrolled. */
  readonly person?: string;
  /** Between unit embeddings. */
  readonly distance?: number;
  /** The example of the gallery that it is compared with. */
  readonly exampleId?: number;
}

/**
 * Nearer than this share of the limit between two people, two faces are one picture: saved anew, scaled to
 * 0.7 of its size (0.02 of 0.42 with `bundled`), or a moment later.
 */
export const duplicateShare = 0.1;
const searched = 64;

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** `1st`, `2nd`, `3rd`, `4th`, … */
function ordinal(number: number): string {
  const [ten, one] = [number % 100, number % 10];
  const ending = ten > 10 && ten < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][one] ?? 'th');
  return `${number}${ending}`;
}

/** What the photo itself says. */
export function photoWarnings({ faceCount, faces }: SeenPhoto): EnrolmentWarning[] {
  const [{ position, quality }] = faces as [SeenPhoto['faces'][number]];
  const warnings: EnrolmentWarning[] = quality.faults.map((code, i) => ({
    code,
    message: sentence(quality.reasons[i]!),
  }));
  if (faceCount > 1) {
    const place =
      faceCount === 2
        ? `one on the ${position === 1 ? 'left' : 'right'}`
        : `${ordinal(position)} from the left`;
    const message = `This photo shows ${faceCount} faces; the ${place} was taken. Another can be chosen by its number, counted from the left.`;
    warnings.unshift({ code: 'several-faces', message });
  }
  return warnings;
}

/** The people of a gallery as one who is enrolled meets them. */
export interface Company {
  readonly faces: LiveFaces;
  /** Of the person who is enrolled; undefined where that is somebody new. */
  readonly personId: string | undefined;
  /** As it is shown. */
  readonly name: string;
  readonly exampleIds: readonly number[];
  readonly maxDistance: number;
}

/** How a face stands to the person and to everybody else. */
export interface Standing {
  readonly warnings: readonly EnrolmentWarning[];
  /** Whether the person has this picture already. */
  readonly duplicate: boolean;
}

/**
 * @param others unit embeddings of the person's other photos that are enrolled with it
 * @param earlier how many of `others` come before it: of two copies the first counts
 */
export function standing(
  embedding: Float32Array,
  company: Company,
  others: readonly Float32Array[],
  earlier: number,
): Standing {
  const { faces, name, maxDistance } = company;
  const row = unit(embedding);
  const limit = duplicateShare * maxDistance;
  const own = nearestOwn(row, company);
  if (own !== undefined && own.distance <= limit) {
    const message = `${name} has this picture already, as example ${own.exampleId}; it was left out.`;
    return { duplicate: true, warnings: [{ code: 'duplicate', message, ...own }] };
  }
  const distances = others.map((other) => distance(row, other));
  if (distances.some((far, i) => i < earlier && far <= limit)) {
    const message = `It is a copy of an earlier photo of this call; it was left out.`;
    return { duplicate: true, warnings: [{ code: 'duplicate', message }] };
  }
  const toOwn = Math.min(own?.distance ?? Infinity, ...distances.filter((far) => far > limit));
  const other = faces.search(row, searched).find(({ personId }) => personId !== company.personId);
  return { duplicate: false, warnings: comparisons(other, toOwn, limit, company) };
}

function comparisons(
  other: FaceMatch | undefined,
  toOwn: number,
  limit: number,
  { name, maxDistance }: Company,
): EnrolmentWarning[] {
  if (other !== undefined) {
    const about = { person: other.name, distance: other.distance, exampleId: other.exampleId };
    const theirs = `${other.name} (distance ${other.distance.toFixed(2)})`;
    if (other.distance <= limit) {
      const message = `This picture is enrolled as ${other.name} too, as example ${other.exampleId}.`;
      return [{ code: 'enrolled-as-another', message, ...about }];
    }
    if (other.distance < toOwn && (toOwn !== Infinity || other.distance <= maxDistance)) {
      const message =
        toOwn === Infinity
          ? `This looks like ${theirs}, who is in the gallery already.`
          : `This is nearer to ${theirs} than to ${name} (${toOwn.toFixed(2)}).`;
      return [{ code: 'nearer-to-another', message, ...about }];
    }
  }
  if (toOwn === Infinity || toOwn <= maxDistance) return [];
  const message = `This is far from every other photo of ${name} (distance ${toOwn.toFixed(2)}; one person is usually within ${maxDistance}).`;
  return [{ code: 'unlike-others', message, distance: toOwn }];
}

function nearestOwn(
  row: Float32Array,
  { faces, exampleIds }: Company,
): { readonly exampleId: number; readonly distance: number } | undefined {
  let nearest: { readonly exampleId: number; readonly distance: number } | undefined;
  for (const exampleId of exampleIds) {
    const vector = faces.index.vector(exampleId);
    if (vector === undefined) continue;
    const far = distance(row, vector);
    if (nearest === undefined || far < nearest.distance) nearest = { exampleId, distance: far };
  }
  return nearest;
}
