import { Random, visageError } from '../kernel/index.ts';

/** A batch: places in the list of photos, K of each of P people after one another. */
export type PersonBatch = Uint32Array;

/** The photos of each person, people in the order of their numbers. */
function photosByPerson(people: ArrayLike<number>): number[][] {
  const photos: number[][] = [];
  for (let photo = 0; photo < people.length; photo++) (photos[people[photo]!] ??= []).push(photo);
  return photos.filter((list) => list !== undefined);
}

/**
 * The batches of one pass over the people: each batch has `photosPerPerson` photos of each of
 * `peoplePerBatch` people (P × K; Hermans et al. 2017). Every person comes once a pass, save the few that
 * no longer fill a batch. A person with fewer photos gives the same ones several times, one with a single
 * photo none, since it makes no pair.
 *
 * The pass follows from `random` and `pass` alone, so that a resumed training draws as one that never stopped.
 * @throws VisageError `TRAINING_DATA` for fewer than two people with two photos
 */
export function personBatches(
  people: ArrayLike<number>,
  peoplePerBatch: number,
  photosPerPerson: number,
  random: Random,
  pass: number,
): PersonBatch[] {
  const photos = photosByPerson(people).filter((list) => list.length > 1);
  if (photos.length < 2) {
    throw visageError('TRAINING_DATA', {
      reason:
        photos.length === 0
          ? 'nobody has two photos'
          : 'there is one person only, and strangers are needed to tell it from',
      advice: 'Give at least two people with two photos each; a useful network needs hundreds of people.',
    });
  }
  const draw = random.fork(`pass ${pass}`);
  const perBatch = Math.min(peoplePerBatch, photos.length);
  const order = draw.permutation(photos.length);
  const batches: PersonBatch[] = [];
  for (let from = 0; from + perBatch <= order.length; from += perBatch) {
    const batch = new Uint32Array(perBatch * photosPerPerson);
    for (let i = 0; i < perBatch; i++) {
      const own = photos[order[from + i]!]!;
      const places = draw.permutation(own.length);
      for (let k = 0; k < photosPerPerson; k++)
        batch[i * photosPerPerson + k] = own[places[k % own.length]!]!;
    }
    batches.push(batch);
  }
  return batches;
}
