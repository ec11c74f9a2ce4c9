import { visageError } from '../kernel/index.ts';
import { type LabelledEmbeddings, squaredDistances } from './loss/distances.ts';

/** Nearer than any two photos: one photo in the folders of two people says nothing about strangers. */
const onePhoto = 1e-6;

/**
 * The squared distance that `share` of the pairs of two people are nearer than: where the network as it is draws the
 * line. Of few pairs that of the nearest.
 * @param faces unit embeddings
 * @param share in (0, 1]
 * @returns in (0, 4]
 * @throws VisageError `TRAINING_DATA` for faces of one person, or faces that are all the same
 */
export function strangerDistance(faces: LabelledEmbeddings, share = 1e-3): number {
  const { people } = faces;
  const count = people.length;
  const squared = squaredDistances(faces);
  const strangers = new Float64Array((count * (count - 1)) / 2);
  let found = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const distance = squared[i * count + j]!;
      if (people[i] !== people[j] && distance > onePhoto) strangers[found++] = distance;
    }
  }
  if (found === 0) {
    throw visageError('TRAINING_DATA', {
      reason: 'there are no faces of two people that differ, and strangers are needed to tell a person from',
      advice: 'Give at least two people with two photos each; a useful network needs hundreds of people.',
    });
  }
  const sorted = strangers.subarray(0, found).sort();
  return Math.min(sorted[Math.max(0, Math.floor(share * found) - 1)]!, 4);
}
